// The door between C and C++: statuses become texts, exceptions end here.
#pragma once

#include <arrow/api.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "CArrow.h"

namespace millrace {

inline char *text_of(const std::string &message) {
  char *copy = static_cast<char *>(std::malloc(message.size() + 1));
  if (copy == nullptr) std::abort();
  std::memcpy(copy, message.c_str(), message.size() + 1);
  return copy;
}

/// Arrow's message without what does not help: all but the first line, which tells where in Arrow's sources it arose, and the
/// messages of the layers that passed it on.
inline std::string cleaned(std::string message) {
  message = message.substr(0, message.find('\n'));
  for (const char *kind : {": Invalid: ", ": IOError: ", ": NotImplemented: ", ": Type error: ", ": Serialization error: "}) {
    auto place = message.rfind(kind);
    if (place != std::string::npos) message = message.substr(place + std::strlen(kind));
  }
  auto guess = message.find("' file?: ");
  if (guess != std::string::npos && message.starts_with("Error creating dataset")) message = message.substr(guess + 9);
  return message;
}

inline char *text_of(const arrow::Status &status) {
  if (status.ok()) return nullptr;
  std::string message = cleaned(status.message());
  if (message.size() > 1000) message = message.substr(0, 1000) + "…";
  if (status.detail() != nullptr && message.find(status.detail()->ToString()) == std::string::npos)
    message += " (" + status.detail()->ToString() + ")";
  return text_of(message.empty() ? status.CodeAsString() : message);
}

/// Runs `body`, which returns a Status; every way to fail becomes a text.
template <typename Body>
char *guarded(Body body) {
  try {
    return text_of(body());
  } catch (const std::bad_alloc &) {
    return text_of(std::string("out of memory"));
  } catch (const std::exception &problem) {
    return text_of(std::string(problem.what()));
  } catch (...) {
    return text_of(std::string("an unknown C++ exception"));
  }
}

inline std::vector<std::string> strings(mk_arrow_texts texts) {
  return std::vector<std::string>(texts.items, texts.items + texts.count);
}

}  // namespace millrace

#define MK_ARROW_EXPORT extern "C" __attribute__((visibility("default")))

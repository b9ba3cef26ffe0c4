// A group of processes: how they meet, and what they do together.
#include <gloo/allreduce.h>
#include <gloo/barrier.h>
#include <gloo/broadcast.h>
#include <gloo/math.h>
#include <gloo/rendezvous/context.h>
#include <gloo/rendezvous/file_store.h>
#include <gloo/transport/tcp/device.h>

#include <arpa/inet.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include "AddressStore.h"
#include "CGloo.h"

#define MK_GLOO_EXPORT extern "C" __attribute__((visibility("default")))

using millrace::Milliseconds;

struct mk_gloo_group {
  std::shared_ptr<gloo::rendezvous::Context> context;
};

namespace {

char *text_of(const std::string &message) {
  char *copy = static_cast<char *>(std::malloc(message.size() + 1));
  if (copy == nullptr) std::abort();
  std::memcpy(copy, message.c_str(), message.size() + 1);
  return copy;
}

/// gloo's message without the place in gloo's sources at which it arose.
std::string cleaned(std::string message) {
  while (!message.empty() && message[0] == '[') {
    auto end = message.find("] ");
    if (end == std::string::npos) break;
    message = message.substr(end + 2);
  }
  message = message.substr(0, message.find('\n'));
  return message.size() > 500 ? message.substr(0, 500) + "…" : message;
}

template <typename Body>
char *guarded(Body body) {
  try {
    body();
    return nullptr;
  } catch (const std::bad_alloc &) {
    return text_of("out of memory");
  } catch (const std::exception &problem) {
    return text_of(cleaned(problem.what()));
  } catch (...) {
    return text_of("an unknown C++ exception");
  }
}

bool is_address(const std::string &text) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

/// The files by which this process was found: a later run in the same folder must not find them.
struct Leftovers {
  gloo::rendezvous::FileStore *files = nullptr;
  ~Leftovers() {
    if (files == nullptr) return;
    try {
      for (const auto &path : files->getAllKeyFilePaths()) unlink(path.c_str());
    } catch (...) {
    }
  }
};

/// A write to a process that has ended must not end this one. Threads that gloo starts inherit the mask.
void ignore_broken_pipes() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

MK_GLOO_EXPORT int32_t mk_gloo_interface(void) { return MK_GLOO_INTERFACE; }

MK_GLOO_EXPORT void mk_gloo_free_text(char *text) { std::free(text); }

MK_GLOO_EXPORT char *mk_gloo_connect(const mk_gloo_options *options, mk_gloo_group **group) {
  return guarded([&] {
    ignore_broken_pipes();
    const Milliseconds patience(options->connect_milliseconds);
    const std::string folder = options->folder;
    std::unique_ptr<gloo::rendezvous::Store> store;
    Leftovers leftovers;
    std::string local = options->interface;
    if (folder.empty()) {
      auto table =
          std::make_unique<millrace::AddressStore>(options->host, options->port, options->rank, options->world, patience);
      if (local.empty()) local = table->local();
      store = std::move(table);
    } else {
      auto kept = std::make_unique<gloo::rendezvous::FileStore>(folder);
      leftovers.files = kept.get();
      store = std::move(kept);
      // An address that belongs to nobody: the way there is the way out of this host.
      if (local.empty()) local = millrace::address_towards("192.0.2.1", 9);
      if (local.empty()) local = "127.0.0.1";
    }
    gloo::transport::tcp::attr place;
    if (is_address(local))
      place.hostname = local;
    else
      place.iface = local;
    auto device = gloo::transport::tcp::CreateDevice(place);
    auto made = std::make_unique<mk_gloo_group>();
    made->context = std::make_shared<gloo::rendezvous::Context>(options->rank, options->world);
    made->context->setTimeout(patience);
    made->context->connectFullMesh(*store, device);
    // Once all are here nobody asks the meeting place any more.
    gloo::BarrierOptions all(made->context);
    all.setTimeout(patience);
    gloo::barrier(all);
    made->context->setTimeout(Milliseconds(options->milliseconds));
    *group = made.release();
  });
}

MK_GLOO_EXPORT char *mk_gloo_sum(mk_gloo_group *group, float *values, int64_t count) {
  return guarded([&] {
    ignore_broken_pipes();
    gloo::AllreduceOptions options(group->context);
    options.setOutput(values, static_cast<size_t>(count));
    void (*sum)(void *, const void *, const void *, size_t) = &gloo::sum<float>;
    options.setReduceFunction(sum);
    // Each part is added up by one process and handed to the others: all get the same bits.
    options.setAlgorithm(gloo::AllreduceOptions::Algorithm::RING);
    gloo::allreduce(options);
  });
}

MK_GLOO_EXPORT char *mk_gloo_broadcast(mk_gloo_group *group, void *bytes, int64_t count) {
  return guarded([&] {
    ignore_broken_pipes();
    if (count == 0) return;
    gloo::BroadcastOptions options(group->context);
    options.setOutput(static_cast<char *>(bytes), static_cast<size_t>(count));
    options.setRoot(0);
    gloo::broadcast(options);
  });
}

MK_GLOO_EXPORT char *mk_gloo_barrier(mk_gloo_group *group) {
  return guarded([&] {
    ignore_broken_pipes();
    gloo::BarrierOptions options(group->context);
    gloo::barrier(options);
  });
}

MK_GLOO_EXPORT void mk_gloo_close(mk_gloo_group *group) {
  char *problem = guarded([&] { delete group; });
  std::free(problem);
}

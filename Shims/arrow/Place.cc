#include "Place.h"

#include <dlfcn.h>
#include <fnmatch.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>

namespace fs = arrow::fs;

namespace millrace {

namespace {

/// The folder of this library, in which Arrow's other libraries lie.
std::string own_folder() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void *>(&own_folder), &info) == 0 || info.dli_fname == nullptr) return "";
  std::string path = info.dli_fname;
  auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

arrow::Status load_s3() {
  static std::once_flag once;
  static arrow::Status status;
  std::call_once(once, [] {
    // Logging is torn down before the client's last thread has written what it does, and this thread then crashes: no log is kept.
    setenv("ARROW_S3_LOG_LEVEL", "off", 0);
    status = fs::LoadFileSystemFactories((own_folder() + "libarrow_s3.so.2600").c_str());
  });
  return status;
}

/// The client's threads have to end before its own state is taken down, so this is asked for once that state is there: what is
/// registered last is called first.
void end_s3_at_exit() {
  static std::once_flag once;
  std::call_once(once, [] { std::atexit([] { fs::EnsureFinalized(); }); });
}

bool has_wildcard(const std::string &path) { return path.find_first_of("*?[") != std::string::npos; }

/// A component after the base that begins with `.` or `_`.
bool is_hidden(const std::string &path, size_t base) {
  for (size_t at = base; at < path.size(); ) {
    if (path[at] == '.' || path[at] == '_') return true;
    size_t slash = path.find('/', at);
    if (slash == std::string::npos) return false;
    at = slash + 1;
  }
  return false;
}

}  // namespace

arrow::Result<Place> place_of(const std::string &path) {
  if (path.empty()) return arrow::Status::Invalid("the path is empty");
  auto colon = path.find("://");
  if (colon == std::string::npos) {
    std::string absolute = std::filesystem::absolute(path).lexically_normal().string();
    while (absolute.size() > 1 && absolute.back() == '/') absolute.pop_back();
    // Memory maps would let the operating system decide how much of a file stays resident.
    return Place{std::make_shared<fs::LocalFileSystem>(), absolute, true};
  }
  std::string scheme = path.substr(0, colon);
  if (scheme == "s3") ARROW_RETURN_NOT_OK(load_s3());
  Place place;
  place.is_local = scheme == "file";
  ARROW_ASSIGN_OR_RAISE(place.system, fs::FileSystemFromUri(path, &place.path));
  if (scheme == "s3") end_s3_at_exit();
  return place;
}

arrow::Result<std::vector<fs::FileInfo>> files_at(const Place &place, std::string *folder) {
  folder->clear();
  ARROW_ASSIGN_OR_RAISE(auto info, place.system->GetFileInfo(place.path));
  if (info.type() == fs::FileType::File) return std::vector<fs::FileInfo>{info};
  std::string pattern, base = place.path;
  if (info.type() == fs::FileType::NotFound) {
    if (!has_wildcard(place.path)) return arrow::Status::IOError("there is no such file or folder");
    pattern = place.path;
    base = pattern.substr(0, pattern.find_first_of("*?["));
    auto slash = base.rfind('/');
    base = slash == std::string::npos ? "" : slash == 0 ? "/" : base.substr(0, slash);
  } else {
    *folder = base;
  }
  fs::FileSelector selector;
  selector.base_dir = base;
  // A pattern for the last component alone needs no walk through the folders below.
  selector.recursive = pattern.empty() || pattern.find('/', base.size() + 1) != std::string::npos;
  selector.allow_not_found = true;
  ARROW_ASSIGN_OR_RAISE(auto all, place.system->GetFileInfo(selector));
  std::vector<fs::FileInfo> found;
  const bool deep = pattern.find("**") != std::string::npos;
  const size_t below = base.empty() || base.back() == '/' ? base.size() : base.size() + 1;
  for (auto &file : all) {
    if (!file.IsFile() || is_hidden(file.path(), std::min(below, file.path().size()))) continue;
    if (!pattern.empty() && fnmatch(pattern.c_str(), file.path().c_str(), deep ? 0 : FNM_PATHNAME) != 0) continue;
    found.push_back(file);
  }
  if (found.empty()) return arrow::Status::IOError(pattern.empty() ? "the folder holds no files" : "no file matches the pattern");
  std::sort(found.begin(), found.end(), [](const fs::FileInfo &a, const fs::FileInfo &b) { return a.path() < b.path(); });
  return found;
}

}  // namespace millrace

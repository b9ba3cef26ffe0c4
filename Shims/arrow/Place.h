// Where files lie: paths and URIs become a file system and the paths in it.
#pragma once

#include <arrow/filesystem/api.h>

#include <memory>
#include <string>
#include <vector>

#include "Door.h"

namespace millrace {

struct Place {
  std::shared_ptr<arrow::fs::FileSystem> system;
  std::string path;
  bool is_local;
};

/// The file system of a path or URI and the absolute path in it.
arrow::Result<Place> place_of(const std::string &path);

/// The files that a path names: the file itself, those under a folder, or those that a pattern with `*`, `?`, `[…]`
/// matches, in the order of their names. Names that begin with `.` or `_` are left out of folders and patterns.
arrow::Result<std::vector<arrow::fs::FileInfo>> files_at(const Place &place, std::string *folder);

}  // namespace millrace

// An opened table: the data set, its format and how its text is read.
#pragma once

#include <arrow/dataset/api.h>

#include <memory>
#include <string>
#include <vector>

#include "Types.h"

struct mk_arrow_table {
  std::shared_ptr<arrow::dataset::Dataset> data;
  std::string format;
  std::vector<std::string> files;
  /// How a scan reads text; null for the other formats.
  std::shared_ptr<arrow::dataset::FragmentScanOptions> text;
  /// Columns with structures opened.
  std::vector<std::pair<std::shared_ptr<arrow::Field>, arrow::FieldRef>> columns;

  const std::pair<std::shared_ptr<arrow::Field>, arrow::FieldRef> *column(const std::string &name) const {
    for (const auto &known : columns)
      if (known.first->name() == name) return &known;
    return nullptr;
  }
};

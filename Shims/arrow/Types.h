// The types in which batches are handed out, so that few are left to be read on the other side.
#pragma once

#include <arrow/compute/api.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "Door.h"

namespace millrace {

/// The type of a column in batches: decimals are f64, dates and timestamps of any unit count microseconds, times and durations too,
/// views are plain, dictionaries of anything but strings are decoded.
std::shared_ptr<arrow::DataType> plain_type(const std::shared_ptr<arrow::DataType> &type);

/// The type of that name: bool, i8…i64, u8…u64, f32, f64, string, date, timestamp, timestamp[UTC].
arrow::Result<std::shared_ptr<arrow::DataType>> type_named(const std::string &name);

/// The columns with the fields of structures taken out of them, as `outer.inner`, each with the way to it.
std::vector<std::pair<std::shared_ptr<arrow::Field>, arrow::FieldRef>> leaves(const arrow::Schema &schema);

/// The expression for a column in its plain type.
arrow::compute::Expression plain_column(const arrow::Field &field, const arrow::FieldRef &reference);

}  // namespace millrace

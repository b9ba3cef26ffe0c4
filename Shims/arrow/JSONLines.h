// JSON lines: an object a row. Arrow reads them and does not write them.
#pragma once

#include <arrow/io/api.h>

#include "Door.h"

namespace millrace {

/// Writes the rows: f32 and f64 in the fewest digits that give the same number, what is no finite number as null, times as
/// ISO 8601, binary as an error.
arrow::Status write_json_lines(const arrow::RecordBatch &batch, arrow::io::OutputStream &stream);

}  // namespace millrace

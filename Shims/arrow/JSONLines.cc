#include "JSONLines.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace millrace {
namespace {

void append_text(std::string_view text, std::string &line) {
  line += '"';
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      line += escape;
    } else {
      line += c;
    }
  }
  line += '"';
}

template <typename Number>
void append_number(Number value, std::string &line) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(value)) {
      line += "null";
      return;
    }
  }
  char digits[48];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  line.append(digits, end);
}

/// Days since 1970 as year, month and day (Howard Hinnant: chrono-compatible low-level date algorithms).
void append_time(int64_t microseconds, bool zoned, std::string &line) {
  int64_t days = microseconds / 86'400'000'000, rest = microseconds % 86'400'000'000;
  if (rest < 0) days -= 1, rest += 86'400'000'000;
  const int64_t shifted = days + 719'468, era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const int64_t day_of_era = shifted - era * 146'097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const int month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  const long long year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const int seconds = static_cast<int>(rest / 1'000'000), part = static_cast<int>(rest % 1'000'000);
  char text[96];
  int length = std::snprintf(text, sizeof text, "\"%04lld-%02d-%02dT%02d:%02d:%02d", year, month, day, seconds / 3600,
                             seconds / 60 % 60, seconds % 60);
  if (part != 0) length += std::snprintf(text + length, sizeof text - length, ".%06d", part);
  std::snprintf(text + length, sizeof text - length, zoned ? "Z\"" : "\"");
  line += text;
}

arrow::Status append(const arrow::Array &array, int64_t row, std::string &line);

template <typename List>
arrow::Status append_list(const List &list, int64_t row, std::string &line) {
  line += '[';
  const int64_t first = list.value_offset(row), count = list.value_length(row);
  for (int64_t i = 0; i < count; i++) {
    if (i > 0) line += ',';
    ARROW_RETURN_NOT_OK(append(*list.values(), first + i, line));
  }
  line += ']';
  return arrow::Status::OK();
}

arrow::Status append(const arrow::Array &array, int64_t row, std::string &line) {
  if (array.IsNull(row)) {
    line += "null";
    return arrow::Status::OK();
  }
#define MK_NUMBER(id, type) \
  case arrow::Type::id: append_number(static_cast<const arrow::type &>(array).Value(row), line); break;
  switch (array.type_id()) {
    MK_NUMBER(INT8, Int8Array)
    MK_NUMBER(INT16, Int16Array)
    MK_NUMBER(INT32, Int32Array)
    MK_NUMBER(INT64, Int64Array)
    MK_NUMBER(UINT8, UInt8Array)
    MK_NUMBER(UINT16, UInt16Array)
    MK_NUMBER(UINT32, UInt32Array)
    MK_NUMBER(UINT64, UInt64Array)
    MK_NUMBER(FLOAT, FloatArray)
    MK_NUMBER(DOUBLE, DoubleArray)
    MK_NUMBER(TIME64, Time64Array)
    MK_NUMBER(DURATION, DurationArray)
    case arrow::Type::BOOL: line += static_cast<const arrow::BooleanArray &>(array).Value(row) ? "true" : "false"; break;
    case arrow::Type::STRING: append_text(static_cast<const arrow::StringArray &>(array).GetView(row), line); break;
    case arrow::Type::LARGE_STRING: append_text(static_cast<const arrow::LargeStringArray &>(array).GetView(row), line); break;
    case arrow::Type::TIMESTAMP: {
      const auto &type = static_cast<const arrow::TimestampType &>(*array.type());
      if (type.unit() != arrow::TimeUnit::MICRO) return arrow::Status::Invalid("JSON lines take times in microseconds");
      append_time(static_cast<const arrow::TimestampArray &>(array).Value(row), !type.timezone().empty(), line);
      break;
    }
    case arrow::Type::LIST: return append_list(static_cast<const arrow::ListArray &>(array), row, line);
    case arrow::Type::LARGE_LIST: return append_list(static_cast<const arrow::LargeListArray &>(array), row, line);
    case arrow::Type::FIXED_SIZE_LIST: return append_list(static_cast<const arrow::FixedSizeListArray &>(array), row, line);
    default: return arrow::Status::Invalid("JSON lines cannot hold a column of type ", array.type()->ToString());
  }
#undef MK_NUMBER
  return arrow::Status::OK();
}

}  // namespace

arrow::Status write_json_lines(const arrow::RecordBatch &batch, arrow::io::OutputStream &stream) {
  std::vector<std::string> keys;
  for (int c = 0; c < batch.num_columns(); c++) {
    std::string key = c == 0 ? "{" : ",";
    append_text(batch.column_name(c), key);
    keys.push_back(key + ":");
  }
  std::string text;
  for (int64_t row = 0; row < batch.num_rows(); row++) {
    for (int c = 0; c < batch.num_columns(); c++) {
      text += keys[c];
      ARROW_RETURN_NOT_OK(append(*batch.column(c), row, text));
    }
    text += "}\n";
    if (text.size() > 1 << 20) {
      ARROW_RETURN_NOT_OK(stream.Write(text));
      text.clear();
    }
  }
  return stream.Write(text);
}

}  // namespace millrace

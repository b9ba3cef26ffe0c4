#include "Types.h"

namespace cp = arrow::compute;

namespace millrace {

std::shared_ptr<arrow::DataType> plain_type(const std::shared_ptr<arrow::DataType> &type) {
  switch (type->id()) {
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256: return arrow::float64();
    case arrow::Type::TIMESTAMP:
      return arrow::timestamp(arrow::TimeUnit::MICRO, static_cast<const arrow::TimestampType &>(*type).timezone());
    case arrow::Type::DATE32:
    case arrow::Type::DATE64: return arrow::timestamp(arrow::TimeUnit::MICRO);
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: return arrow::time64(arrow::TimeUnit::MICRO);
    case arrow::Type::DURATION: return arrow::duration(arrow::TimeUnit::MICRO);
    case arrow::Type::NA:
    case arrow::Type::STRING_VIEW: return arrow::utf8();
    case arrow::Type::BINARY_VIEW: return arrow::binary();
    case arrow::Type::DICTIONARY: {
      const auto &values = static_cast<const arrow::DictionaryType &>(*type).value_type();
      return arrow::is_base_binary_like(values->id()) ? type : plain_type(values);
    }
    default: return type;
  }
}

arrow::Result<std::shared_ptr<arrow::DataType>> type_named(const std::string &name) {
  static const std::vector<std::pair<std::string, std::shared_ptr<arrow::DataType>>> all = {
      {"bool", arrow::boolean()},  {"i8", arrow::int8()},      {"i16", arrow::int16()},   {"i32", arrow::int32()},
      {"i64", arrow::int64()},     {"u8", arrow::uint8()},     {"u16", arrow::uint16()},  {"u32", arrow::uint32()},
      {"u64", arrow::uint64()},    {"f32", arrow::float32()},  {"f64", arrow::float64()}, {"string", arrow::utf8()},
      {"date", arrow::date32()},   {"timestamp", arrow::timestamp(arrow::TimeUnit::MICRO)},
      {"timestamp[UTC]", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")},
  };
  for (const auto &[known, type] : all)
    if (known == name) return type;
  return arrow::Status::Invalid("'", name, "' is not a type that a text file's column can be given");
}

namespace {

void add_leaves(const std::shared_ptr<arrow::Field> &field, const std::string &prefix, std::vector<arrow::FieldRef> way,
                std::vector<std::pair<std::shared_ptr<arrow::Field>, arrow::FieldRef>> &all) {
  way.emplace_back(field->name());
  if (field->type()->id() == arrow::Type::STRUCT) {
    for (const auto &child : field->type()->fields()) add_leaves(child, prefix + field->name() + ".", way, all);
  } else {
    all.emplace_back(field->WithName(prefix + field->name()), way.size() == 1 ? way[0] : arrow::FieldRef(way));
  }
}

}  // namespace

std::vector<std::pair<std::shared_ptr<arrow::Field>, arrow::FieldRef>> leaves(const arrow::Schema &schema) {
  std::vector<std::pair<std::shared_ptr<arrow::Field>, arrow::FieldRef>> all;
  for (const auto &field : schema.fields()) add_leaves(field, "", {}, all);
  return all;
}

cp::Expression plain_column(const arrow::Field &field, const arrow::FieldRef &reference) {
  auto column = cp::field_ref(reference);
  auto type = plain_type(field.type());
  if (type->Equals(field.type())) return column;
  auto options = cp::CastOptions::Safe(type);
  options.allow_time_truncate = true;
  options.allow_decimal_truncate = true;
  return cp::call("cast", {column}, options);
}

}  // namespace millrace

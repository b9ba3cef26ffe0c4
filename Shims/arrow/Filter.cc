#include "Filter.h"

namespace cp = arrow::compute;

namespace millrace {
namespace {

struct Operand {
  cp::Expression expression;
  std::shared_ptr<arrow::DataType> column;   // of a column
  std::shared_ptr<arrow::Scalar> literal;    // of a literal
};

/// Times are compared as what they are: a text is read as a time, a number of microseconds takes the column's zone.
arrow::Result<std::shared_ptr<arrow::Scalar>> fitted(std::shared_ptr<arrow::Scalar> literal,
                                                     const std::shared_ptr<arrow::DataType> &column) {
  auto target = column->id() == arrow::Type::DICTIONARY
                    ? static_cast<const arrow::DictionaryType &>(*column).value_type() : column;
  const bool is_time = target->id() == arrow::Type::TIMESTAMP;
  const bool is_date = target->id() == arrow::Type::DATE32 || target->id() == arrow::Type::DATE64;
  if (literal->type->id() == arrow::Type::STRING && (is_time || is_date)) {
    auto text = static_cast<const arrow::StringScalar &>(*literal).view();
    auto plain = arrow::Scalar::Parse(arrow::timestamp(arrow::TimeUnit::MICRO), text);
    if (!plain.ok()) return arrow::Status::Invalid("'", text, "' is not a time such as 2024-05-31 or 2024-05-31 14:05:00");
    literal = *plain;
  } else if (literal->type->id() == arrow::Type::STRING && arrow::is_numeric(target->id())) {
    return arrow::Status::Invalid("a column of type ", target->ToString(), " is compared with a text");
  } else if (literal->type->id() != arrow::Type::STRING && arrow::is_base_binary_like(target->id())) {
    return arrow::Status::Invalid("a column of type ", target->ToString(), " is compared with ", literal->ToString());
  }
  if (is_time && literal->type->id() == arrow::Type::TIMESTAMP) {
    auto zone = static_cast<const arrow::TimestampType &>(*target).timezone();
    auto value = static_cast<const arrow::TimestampScalar &>(*literal).value;
    return std::make_shared<arrow::TimestampScalar>(value, arrow::timestamp(arrow::TimeUnit::MICRO, zone));
  }
  if (arrow::is_decimal(target->id())) {
    auto value = cp::Cast(arrow::Datum(literal), arrow::float64());
    if (value.ok()) return value->scalar();
  }
  return literal;
}

arrow::Result<cp::Expression> column_of(const Operand &operand) {
  if (operand.column == nullptr) return arrow::Status::Invalid("the filter compares no column");
  // Decimals are compared as the f64 that their values are handed out as.
  if (arrow::is_decimal(operand.column->id())) return cp::call("cast", {operand.expression}, cp::CastOptions::Unsafe(arrow::float64()));
  return operand.expression;
}

const char *function_of(int32_t kind) {
  switch (kind) {
    case MK_ARROW_EQUAL: return "equal";
    case MK_ARROW_NOT_EQUAL: return "not_equal";
    case MK_ARROW_LESS: return "less";
    case MK_ARROW_LESS_EQUAL: return "less_equal";
    case MK_ARROW_GREATER: return "greater";
    case MK_ARROW_GREATER_EQUAL: return "greater_equal";
    default: return nullptr;
  }
}

}  // namespace

arrow::Result<cp::Expression> filter_of(const mk_arrow_table &table, const mk_arrow_token *tokens, int64_t count) {
  std::vector<Operand> stack;
  auto literal = [&](std::shared_ptr<arrow::Scalar> value) { stack.push_back({cp::literal(value), nullptr, value}); };
  auto logical = [&](cp::Expression value) { stack.push_back({std::move(value), nullptr, nullptr}); };
  const auto malformed = arrow::Status::Invalid("the filter is malformed");
  for (int64_t i = 0; i < count; i++) {
    const auto &token = tokens[i];
    switch (token.kind) {
      case MK_ARROW_FIELD: {
        auto column = table.column(token.text);
        if (column == nullptr) return arrow::Status::Invalid("there is no column '", token.text, "'");
        stack.push_back({cp::field_ref(column->second), column->first->type(), nullptr});
        break;
      }
      case MK_ARROW_INTEGER: literal(arrow::MakeScalar(token.integer)); break;
      case MK_ARROW_NUMBER: literal(arrow::MakeScalar(token.number)); break;
      case MK_ARROW_TEXT: literal(arrow::MakeScalar(std::string(token.text))); break;
      case MK_ARROW_BOOLEAN: literal(arrow::MakeScalar(token.integer != 0)); break;
      case MK_ARROW_MICROSECONDS:
        literal(std::make_shared<arrow::TimestampScalar>(token.integer, arrow::timestamp(arrow::TimeUnit::MICRO)));
        break;
      case MK_ARROW_IS_NULL: {
        if (stack.empty()) return malformed;
        ARROW_ASSIGN_OR_RAISE(auto column, column_of(stack.back()));
        stack.pop_back();
        logical(cp::is_null(column));
        break;
      }
      case MK_ARROW_IS_IN: {
        if (token.count < 0 || stack.size() < static_cast<size_t>(token.count) + 1) return malformed;
        const auto &subject = stack[stack.size() - token.count - 1];
        ARROW_ASSIGN_OR_RAISE(auto column, column_of(subject));
        // A disjunction of equalities: unlike a look-up table it also prunes by the statistics of row groups.
        std::vector<cp::Expression> any;
        for (int32_t k = 0; k < token.count; k++) {
          ARROW_ASSIGN_OR_RAISE(auto value, fitted(stack[stack.size() - token.count + k].literal, subject.column));
          any.push_back(cp::equal(column, cp::literal(value)));
        }
        stack.resize(stack.size() - token.count - 1);
        logical(any.empty() ? cp::literal(false) : cp::or_(any));
        break;
      }
      case MK_ARROW_AND:
      case MK_ARROW_OR: {
        if (token.count < 0 || stack.size() < static_cast<size_t>(token.count)) return malformed;
        std::vector<cp::Expression> parts;
        for (int32_t k = 0; k < token.count; k++) parts.push_back(stack[stack.size() - token.count + k].expression);
        stack.resize(stack.size() - token.count);
        if (parts.empty()) logical(cp::literal(token.kind == MK_ARROW_AND));
        else logical(token.kind == MK_ARROW_AND ? cp::and_(parts) : cp::or_(parts));
        break;
      }
      case MK_ARROW_NOT: {
        if (stack.empty()) return malformed;
        auto inner = stack.back().expression;
        stack.pop_back();
        logical(cp::not_(inner));
        break;
      }
      default: {
        const char *function = function_of(token.kind);
        if (function == nullptr || stack.size() < 2 || stack.back().literal == nullptr) return malformed;
        auto right = stack.back().literal;
        stack.pop_back();
        auto left = stack.back();
        stack.pop_back();
        ARROW_ASSIGN_OR_RAISE(auto column, column_of(left));
        ARROW_ASSIGN_OR_RAISE(auto value, fitted(right, left.column));
        logical(cp::call(function, {column, cp::literal(value)}));
      }
    }
  }
  if (stack.size() != 1) return malformed;
  return stack[0].expression;
}

}  // namespace millrace

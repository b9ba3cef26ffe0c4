// Filters in postfix order become Arrow's expressions.
#pragma once

#include "Source.h"

namespace millrace {

arrow::Result<arrow::compute::Expression> filter_of(const mk_arrow_table &table, const mk_arrow_token *tokens, int64_t count);

}  // namespace millrace

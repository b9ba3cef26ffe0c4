#include <arrow/c/bridge.h>
#include <arrow/dataset/file_parquet.h>
#include <parquet/properties.h>

#include "Filter.h"

namespace ds = arrow::dataset;
namespace cp = arrow::compute;

namespace millrace {
namespace {

arrow::Result<std::shared_ptr<ds::Scanner>> scanner_of(const mk_arrow_table &table, const mk_arrow_scan_options &options) {
  ARROW_ASSIGN_OR_RAISE(auto builder, table.data->NewScan());
  std::vector<cp::Expression> columns;
  std::vector<std::string> names;
  auto add = [&](const std::pair<std::shared_ptr<arrow::Field>, arrow::FieldRef> &column) {
    columns.push_back(plain_column(*column.first, column.second));
    names.push_back(column.first->name());
  };
  if (options.columns.count == 0) {
    for (const auto &column : table.columns) add(column);
  }
  for (const auto &name : strings(options.columns)) {
    auto column = table.column(name);
    if (column == nullptr) return arrow::Status::Invalid("there is no column '", name, "'");
    add(*column);
  }
  ARROW_RETURN_NOT_OK(builder->Project(columns, names));
  if (options.filter_count > 0) {
    ARROW_ASSIGN_OR_RAISE(auto filter, filter_of(table, options.filter, options.filter_count));
    ARROW_RETURN_NOT_OK(builder->Filter(filter));
  }
  ARROW_RETURN_NOT_OK(builder->UseThreads(options.threads != 0));
  ARROW_RETURN_NOT_OK(builder->BatchSize(options.batch_rows));
  const auto most = static_cast<uint64_t>(std::max<int64_t>(options.readahead_bytes, 1 << 16));
  // Where little may wait, one row group is decoded after another, and its raw bytes are dropped as they are decoded.
  const bool is_small = most < 1 << 24;
  ARROW_RETURN_NOT_OK(builder->BatchReadahead(is_small ? 1 : 8));
  ARROW_RETURN_NOT_OK(builder->FragmentReadahead(is_small ? 1 : 2));
  if (is_small && table.format == "parquet") {
    auto parquet = std::make_shared<ds::ParquetFragmentScanOptions>();
    parquet->arrow_reader_properties->set_pre_buffer(false);
    parquet->reader_properties->enable_buffered_stream();
    ARROW_RETURN_NOT_OK(builder->FragmentScanOptions(parquet));
  }
  ARROW_RETURN_NOT_OK(builder->Backpressure(arrow::acero::BackpressureOptions(most / 2, most)));
  if (table.text != nullptr) ARROW_RETURN_NOT_OK(builder->FragmentScanOptions(table.text));
  return builder->Finish();
}

}  // namespace
}  // namespace millrace

MK_ARROW_EXPORT char *mk_arrow_count(mk_arrow_table *table, const mk_arrow_scan_options *options, int64_t *rows) {
  return millrace::guarded([&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto scanner, millrace::scanner_of(*table, *options));
    ARROW_ASSIGN_OR_RAISE(*rows, scanner->CountRows());
    return arrow::Status::OK();
  });
}

MK_ARROW_EXPORT char *mk_arrow_scan(mk_arrow_table *table, const mk_arrow_scan_options *options, struct ArrowArrayStream *stream) {
  return millrace::guarded([&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto scanner, millrace::scanner_of(*table, *options));
    ARROW_ASSIGN_OR_RAISE(auto reader, scanner->ToRecordBatchReader());
    return arrow::ExportRecordBatchReader(reader, stream);
  });
}

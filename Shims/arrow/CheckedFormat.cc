#include "CheckedFormat.h"

#include <arrow/ipc/reader.h>
#include <arrow/util/future.h>

#include <algorithm>
#include <deque>

namespace ds = arrow::dataset;

namespace millrace {
namespace {

arrow::Result<std::shared_ptr<arrow::ipc::RecordBatchFileReader>> reader_of(const ds::FileFragment &file,
                                                                            const arrow::ipc::IpcReadOptions &options) {
  ARROW_ASSIGN_OR_RAISE(auto source, file.source().Open());
  return arrow::ipc::RecordBatchFileReader::Open(source, options);
}

}  // namespace

arrow::Result<arrow::RecordBatchGenerator> CheckedIpcFormat::ScanBatchesAsync(const std::shared_ptr<ds::ScanOptions> &options,
                                                                              const std::shared_ptr<ds::FileFragment> &file) const {
  auto read = arrow::ipc::IpcReadOptions::Defaults();
  read.use_threads = false;
  ARROW_ASSIGN_OR_RAISE(auto reader, reader_of(*file, read));
  // Only the columns that are asked for are decoded.
  std::vector<int> wanted;
  for (const auto &reference : options->MaterializedFields()) {
    ARROW_ASSIGN_OR_RAISE(auto path, reference.FindOneOrNone(*reader->schema()));
    if (!path.indices().empty()) wanted.push_back(path.indices()[0]);
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  if (!wanted.empty() && static_cast<int>(wanted.size()) < reader->schema()->num_fields()) {
    read.included_fields = wanted;
    ARROW_ASSIGN_OR_RAISE(reader, reader_of(*file, read));
  }
  auto next = std::make_shared<int>(0);
  auto waiting = std::make_shared<std::deque<std::shared_ptr<arrow::RecordBatch>>>();
  const int64_t rows = options->batch_size;
  return [reader, next, waiting, rows]() -> arrow::Future<std::shared_ptr<arrow::RecordBatch>> {
    using Batch = std::shared_ptr<arrow::RecordBatch>;
    auto read_one = [&]() -> arrow::Result<Batch> {
      while (waiting->empty()) {
        if (*next >= reader->num_record_batches()) return Batch(nullptr);
        ARROW_ASSIGN_OR_RAISE(auto batch, reader->ReadRecordBatch((*next)++));
        ARROW_RETURN_NOT_OK(batch->ValidateFull());
        for (int64_t first = 0; first < batch->num_rows(); first += rows) waiting->push_back(batch->Slice(first, rows));
      }
      auto batch = waiting->front();
      waiting->pop_front();
      return batch;
    };
    return arrow::Future<Batch>::MakeFinished(read_one());
  };
}

arrow::Future<std::optional<int64_t>> CheckedIpcFormat::CountRows(const std::shared_ptr<ds::FileFragment> &file,
                                                                  arrow::compute::Expression predicate,
                                                                  const std::shared_ptr<ds::ScanOptions> &) {
  using Count = std::optional<int64_t>;
  auto count = [&]() -> arrow::Result<Count> {
    if (arrow::compute::ExpressionHasFieldRefs(predicate)) return Count();
    ARROW_ASSIGN_OR_RAISE(auto reader, reader_of(*file, arrow::ipc::IpcReadOptions::Defaults()));
    ARROW_ASSIGN_OR_RAISE(auto rows, reader->CountRows());
    return Count(rows);
  };
  return arrow::Future<Count>::MakeFinished(count());
}

}  // namespace millrace

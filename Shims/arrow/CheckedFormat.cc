#include "CheckedFormat.h"

#include <arrow/ipc/reader.h>
#include <arrow/util/async_generator.h>
#include <arrow/util/future.h>
#include <arrow/util/thread_pool.h>

#include <algorithm>

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
  // A block is decoded and checked as one task, and is handed out in parts of as many rows as are asked for.
  using Parts = arrow::RecordBatchGenerator;
  auto decode = [reader, rows = options->batch_size](int block) -> arrow::Result<Parts> {
    ARROW_ASSIGN_OR_RAISE(auto batch, reader->ReadRecordBatch(block));
    ARROW_RETURN_NOT_OK(batch->ValidateFull());
    std::vector<std::shared_ptr<arrow::RecordBatch>> parts;
    for (int64_t first = 0; first < batch->num_rows(); first += rows) parts.push_back(batch->Slice(first, rows));
    return arrow::MakeVectorGenerator(std::move(parts));
  };
  const int ahead = options->use_threads ? std::min(options->batch_readahead, arrow::GetCpuThreadPoolCapacity()) : 0;
  auto next = std::make_shared<int>(0);
  arrow::AsyncGenerator<Parts> blocks = [reader, decode, ahead, next]() -> arrow::Future<Parts> {
    if (*next >= reader->num_record_batches()) return arrow::AsyncGeneratorEnd<Parts>();
    const int block = (*next)++;
    // The first block also reads the dictionaries, which the others share.
    if (block == 0 || ahead == 0) return arrow::Future<Parts>::MakeFinished(decode(block));
    return arrow::DeferNotOk(arrow::internal::GetCpuThreadPool()->Submit(decode, block));
  };
  if (ahead > 0) blocks = arrow::MakeReadaheadGenerator(std::move(blocks), ahead);
  return arrow::MakeConcatenatedGenerator(std::move(blocks));
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

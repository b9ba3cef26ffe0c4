// Arrow's own files, read without trust.
#pragma once

#include <arrow/dataset/api.h>
#include <arrow/dataset/file_ipc.h>

#include "Door.h"

namespace millrace {

/// Reads Arrow's own files block by block and checks every batch before anything is computed with it: such files hold the offsets
/// that are followed in memory, where the other formats' offsets are made by their decoders. Arrow's asynchronous reader is not used: of a
/// damaged file it may touch what it has given up.
class CheckedIpcFormat : public arrow::dataset::IpcFileFormat {
 public:
  arrow::Result<arrow::RecordBatchGenerator> ScanBatchesAsync(
      const std::shared_ptr<arrow::dataset::ScanOptions> &options,
      const std::shared_ptr<arrow::dataset::FileFragment> &file) const override;

  arrow::Future<std::optional<int64_t>> CountRows(const std::shared_ptr<arrow::dataset::FileFragment> &file,
                                                  arrow::compute::Expression predicate,
                                                  const std::shared_ptr<arrow::dataset::ScanOptions> &options) override;
};

}  // namespace millrace

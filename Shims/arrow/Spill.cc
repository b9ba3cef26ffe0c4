// Rows in the order of their keys, with bounded memory.
//
// Every row has a key of 64 bits, and bucket b of B takes the keys from b/B to (b+1)/B of their range, so the buckets one
// after the other, each sorted by key, are all rows sorted by key, whatever B is. Buckets rest in one file that has no
// name: it vanishes with the process.

#include <arrow/c/bridge.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/io/api.h>
#include <arrow/ipc/api.h>
#include <arrow/util/byte_size.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "Door.h"

struct mk_arrow_spill {
  struct Block {
    int64_t offset, length;
  };
  struct Bucket {
    std::vector<std::shared_ptr<arrow::RecordBatch>> pending;
    std::vector<Block> blocks;
    int64_t rows = 0;
  };

  std::shared_ptr<arrow::Schema> schema, keyed;
  std::vector<Bucket> buckets;
  std::string folder;
  int64_t limit = 0, pending_bytes = 0, disk_bytes = 0;
  int file = -1;
  std::vector<int64_t> starts;  // of the buckets among all rows, and their sum; empty until sealed

  int64_t loaded = -1;
  std::shared_ptr<arrow::RecordBatch> rows;
  std::vector<int32_t> order;

  ~mk_arrow_spill() {
    if (file >= 0) ::close(file);
  }
};

namespace millrace {
namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

arrow::Result<std::shared_ptr<arrow::RecordBatch>> joined(const std::shared_ptr<arrow::Schema> &schema, const Batches &parts) {
  if (parts.size() == 1) return parts[0];
  ARROW_ASSIGN_OR_RAISE(auto table, arrow::Table::FromRecordBatches(schema, parts));
  return table->CombineChunksToBatch();
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> taken(const std::shared_ptr<arrow::RecordBatch> &rows, const int32_t *order, int64_t count) {
  auto indices = std::make_shared<arrow::Int32Array>(count, arrow::Buffer::Wrap(order, count));
  ARROW_ASSIGN_OR_RAISE(auto result, arrow::compute::Take(rows, indices, arrow::compute::TakeOptions::NoBoundsCheck()));
  return result.record_batch();
}

arrow::Status open_file(mk_arrow_spill &spill) {
  std::string name = spill.folder + "/millrace-spill-XXXXXX";
  spill.file = ::mkstemp(name.data());
  if (spill.file < 0) return arrow::Status::IOError("cannot make a file in ", spill.folder, ": ", std::strerror(errno));
  ::unlink(name.c_str());
  return arrow::Status::OK();
}

arrow::Status write_block(mk_arrow_spill &spill, mk_arrow_spill::Bucket &bucket) {
  if (bucket.pending.empty()) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(auto batch, joined(spill.keyed, bucket.pending));
  bucket.pending.clear();
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::io::BufferOutputStream::Create(1 << 16));
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(buffer, spill.keyed));
  ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*batch));
  ARROW_RETURN_NOT_OK(writer->Close());
  ARROW_ASSIGN_OR_RAISE(auto bytes, buffer->Finish());
  for (int64_t done = 0; done < bytes->size();) {
    auto count = ::pwrite(spill.file, bytes->data() + done, bytes->size() - done, spill.disk_bytes + done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return arrow::Status::IOError("cannot write to ", spill.folder, ": ", std::strerror(errno));
    done += count;
  }
  bucket.blocks.push_back({spill.disk_bytes, bytes->size()});
  spill.disk_bytes += bytes->size();
  return arrow::Status::OK();
}

arrow::Status flush(mk_arrow_spill &spill) {
  if (spill.file < 0) ARROW_RETURN_NOT_OK(open_file(spill));
  for (auto &bucket : spill.buckets) ARROW_RETURN_NOT_OK(write_block(spill, bucket));
  spill.pending_bytes = 0;
  return arrow::Status::OK();
}

arrow::Status add(mk_arrow_spill &spill, struct ArrowArray *array, const uint64_t *keys) {
  ARROW_ASSIGN_OR_RAISE(auto batch, arrow::ImportRecordBatch(array, spill.schema));
  if (!spill.starts.empty()) return arrow::Status::Invalid("the spill is sealed");
  const int64_t count = batch->num_rows();
  if (count == 0) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(auto kept, arrow::AllocateBuffer(count * 8));
  std::memcpy(kept->mutable_data(), keys, count * 8);
  auto key_column = std::make_shared<arrow::UInt64Array>(count, std::shared_ptr<arrow::Buffer>(std::move(kept)));
  ARROW_ASSIGN_OR_RAISE(batch, batch->AddColumn(batch->num_columns(), spill.keyed->fields().back(), key_column));
  const auto size = spill.buckets.size();
  if (size == 1) {
    spill.buckets[0].pending.push_back(batch);
    spill.buckets[0].rows += count;
    spill.pending_bytes += arrow::util::TotalBufferSize(*batch);
  } else {
    // A counting sort by bucket, one gather of all rows, and a slice of it for each bucket.
    std::vector<int32_t> bucket_of(count), order(count);
    std::vector<int64_t> next(size + 1, 0);
    for (int64_t i = 0; i < count; i++) {
      bucket_of[i] = static_cast<int32_t>(static_cast<unsigned __int128>(keys[i]) * size >> 64);
      next[bucket_of[i] + 1]++;
    }
    std::partial_sum(next.begin(), next.end(), next.begin());
    const auto starts = next;
    for (int64_t i = 0; i < count; i++) order[next[bucket_of[i]]++] = static_cast<int32_t>(i);
    ARROW_ASSIGN_OR_RAISE(auto grouped, taken(batch, order.data(), count));
    for (size_t b = 0; b < size; b++) {
      const int64_t rows = starts[b + 1] - starts[b];
      if (rows == 0) continue;
      spill.buckets[b].pending.push_back(grouped->Slice(starts[b], rows));
      spill.buckets[b].rows += rows;
    }
    spill.pending_bytes += arrow::util::TotalBufferSize(*grouped);
  }
  return spill.pending_bytes > spill.limit ? flush(spill) : arrow::Status::OK();
}

arrow::Status seal(mk_arrow_spill &spill) {
  if (spill.file >= 0) ARROW_RETURN_NOT_OK(flush(spill));
  spill.starts.assign(1, 0);
  for (const auto &bucket : spill.buckets) spill.starts.push_back(spill.starts.back() + bucket.rows);
  return arrow::Status::OK();
}

void sort_by(mk_arrow_spill &spill, const uint64_t *keys) {
  spill.order.resize(spill.rows->num_rows());
  std::iota(spill.order.begin(), spill.order.end(), 0);
  // Equal keys would leave the order to the sort: the row's place decides.
  std::sort(spill.order.begin(), spill.order.end(),
            [keys](int32_t a, int32_t b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
}

arrow::Status load(mk_arrow_spill &spill, int64_t index) {
  if (spill.loaded == index) return arrow::Status::OK();
  spill.loaded = -1;
  spill.rows = nullptr;
  auto &bucket = spill.buckets[index];
  Batches parts = bucket.pending;
  for (const auto &block : bucket.blocks) {
    ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::AllocateBuffer(block.length));
    for (int64_t done = 0; done < block.length;) {
      auto count = ::pread(spill.file, bytes->mutable_data() + done, block.length - done, block.offset + done);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return arrow::Status::IOError("cannot read back from ", spill.folder, ": ", std::strerror(errno));
      done += count;
    }
    auto source = std::make_shared<arrow::io::BufferReader>(std::shared_ptr<arrow::Buffer>(std::move(bytes)));
    ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(source));
    ARROW_ASSIGN_OR_RAISE(auto batches, reader->ToRecordBatches());
    parts.insert(parts.end(), batches.begin(), batches.end());
  }
  if (parts.empty()) return arrow::Status::Invalid("the bucket is empty");
  ARROW_ASSIGN_OR_RAISE(auto all, joined(spill.keyed, parts));
  parts.clear();
  if (all->num_rows() > INT32_MAX) return arrow::Status::CapacityError("more than 2147483647 rows in a bucket");
  // What is in memory for good is kept once.
  if (bucket.blocks.empty()) bucket.pending.assign(1, all);
  const int last = all->num_columns() - 1;
  const auto keys = std::static_pointer_cast<arrow::UInt64Array>(all->column(last));
  ARROW_ASSIGN_OR_RAISE(spill.rows, all->RemoveColumn(last));
  sort_by(spill, keys->raw_values());
  spill.loaded = index;
  return arrow::Status::OK();
}

arrow::Status take(mk_arrow_spill &spill, int64_t first, int64_t count, struct ArrowArray *out) {
  if (spill.starts.empty()) return arrow::Status::Invalid("the spill is not sealed yet");
  if (first < 0 || count <= 0 || first + count > spill.starts.back()) return arrow::Status::Invalid("there are no such rows");
  Batches parts;
  auto bucket = std::upper_bound(spill.starts.begin(), spill.starts.end(), first) - spill.starts.begin() - 1;
  for (; count > 0; bucket++) {
    const int64_t here = std::min(count, spill.starts[bucket + 1] - first);
    if (here == 0) continue;
    ARROW_RETURN_NOT_OK(load(spill, bucket));
    ARROW_ASSIGN_OR_RAISE(auto part, taken(spill.rows, spill.order.data() + (first - spill.starts[bucket]), here));
    parts.push_back(part);
    first += here;
    count -= here;
  }
  ARROW_ASSIGN_OR_RAISE(auto batch, joined(spill.schema, parts));
  return arrow::ExportRecordBatch(*batch, out);
}

arrow::Status rekey(mk_arrow_spill &spill, const uint64_t *keys, int64_t count) {
  if (spill.starts.empty() || spill.buckets.size() != 1 || spill.file >= 0 || count != spill.starts.back())
    return arrow::Status::Invalid("only rows that are all in memory can be given new keys, one each");
  if (count == 0) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(load(spill, 0));
  sort_by(spill, keys);
  return arrow::Status::OK();
}

}  // namespace
}  // namespace millrace

MK_ARROW_EXPORT char *mk_arrow_spill_make(const char *folder, struct ArrowSchema *schema, int64_t buckets, int64_t memory_bytes,
                                          mk_arrow_spill **out) {
  return millrace::guarded([&]() -> arrow::Status {
    auto spill = std::make_unique<mk_arrow_spill>();
    ARROW_ASSIGN_OR_RAISE(spill->schema, arrow::ImportSchema(schema));
    ARROW_RETURN_NOT_OK(arrow::compute::Initialize());
    ARROW_ASSIGN_OR_RAISE(spill->keyed, spill->schema->AddField(spill->schema->num_fields(), arrow::field("\x01key", arrow::uint64(), false)));
    spill->buckets.resize(std::max<int64_t>(1, buckets));
    spill->folder = folder;
    spill->limit = memory_bytes;
    *out = spill.release();
    return arrow::Status::OK();
  });
}

MK_ARROW_EXPORT char *mk_arrow_spill_add(mk_arrow_spill *spill, struct ArrowArray *batch, const uint64_t *keys) {
  return millrace::guarded([&] { return millrace::add(*spill, batch, keys); });
}

MK_ARROW_EXPORT char *mk_arrow_spill_sealed(mk_arrow_spill *spill, int64_t *rows, int64_t *disk_bytes) {
  return millrace::guarded([&]() -> arrow::Status {
    ARROW_RETURN_NOT_OK(millrace::seal(*spill));
    *rows = spill->starts.back();
    *disk_bytes = spill->disk_bytes;
    return arrow::Status::OK();
  });
}


MK_ARROW_EXPORT char *mk_arrow_spill_take(mk_arrow_spill *spill, int64_t first, int64_t count, struct ArrowArray *batch) {
  return millrace::guarded([&] { return millrace::take(*spill, first, count, batch); });
}

MK_ARROW_EXPORT char *mk_arrow_spill_rekey(mk_arrow_spill *spill, const uint64_t *keys, int64_t count) {
  return millrace::guarded([&] { return millrace::rekey(*spill, keys, count); });
}

MK_ARROW_EXPORT void mk_arrow_spill_close(mk_arrow_spill *spill) { delete spill; }

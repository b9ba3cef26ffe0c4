#include <arrow/adapters/orc/adapter.h>
#include <arrow/c/bridge.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/csv/writer.h>
#include <arrow/io/api.h>
#include <arrow/ipc/writer.h>
#include <fcntl.h>
#include <parquet/arrow/writer.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <functional>

#include "JSONLines.h"
#include "Place.h"

/// A file in the making. On a local disk it is made beside its place and moved there when it is complete and on the disk;
/// object stores show an upload when it is closed.
struct mk_arrow_writer {
  millrace::Place place;
  std::string partial;  // empty for object stores
  std::shared_ptr<arrow::Schema> incoming, schema;
  std::shared_ptr<arrow::io::OutputStream> stream;
  std::function<arrow::Status(const std::shared_ptr<arrow::RecordBatch> &)> write;
  std::function<arrow::Status()> end;
  bool is_done = false;

  ~mk_arrow_writer() {
    if (is_done) return;
    write = nullptr;
    end = nullptr;
    if (!partial.empty()) {
      if (stream != nullptr) (void)stream->Close();
      ::unlink(partial.c_str());
    } else if (stream != nullptr) {
      (void)stream->Abort();
    }
  }
};

namespace millrace {
namespace {

arrow::Status system_error(const std::string &what) { return arrow::Status::IOError(what, ": ", std::strerror(errno)); }

/// Makes sure that the disk has what was written to a file or folder.
arrow::Status synchronise(const std::string &path, int flags) {
  int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) return system_error("cannot open what was written");
  int result = ::fsync(descriptor);
  ::close(descriptor);
  return result == 0 ? arrow::Status::OK() : system_error("cannot bring it to the disk");
}

/// Only Parquet keeps dictionaries: the others allow one for a whole file, or none.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> fitted(const std::shared_ptr<arrow::RecordBatch> &batch,
                                                          const std::shared_ptr<arrow::Schema> &schema) {
  auto columns = batch->columns();
  for (int c = 0; c < batch->num_columns(); c++) {
    const auto &type = schema->field(c)->type();
    if (columns[c]->type()->Equals(type)) continue;
    ARROW_ASSIGN_OR_RAISE(auto cast, arrow::compute::Cast(columns[c], type));
    columns[c] = cast.make_array();
  }
  return arrow::RecordBatch::Make(schema, batch->num_rows(), columns);
}

std::string folder_of(const std::string &path) {
  auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

arrow::Status start(mk_arrow_writer &writer, const mk_arrow_write_options &options) {
  const std::string format = options.format, codec = options.compression;
  auto schema = writer.schema;
  auto stream = writer.stream;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> batches;
  if (format == "parquet") {
    parquet::WriterProperties::Builder properties;
    ARROW_ASSIGN_OR_RAISE(auto compression, arrow::util::Codec::GetCompressionType(codec.empty() ? "snappy" : codec == "none" ? "uncompressed" : codec));
    properties.compression(compression)->max_row_group_length(options.group_rows);
    auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    ARROW_ASSIGN_OR_RAISE(auto made, parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), stream,
                                                                     properties.build(), arrow_properties));
    std::shared_ptr<parquet::arrow::FileWriter> file = std::move(made);
    writer.write = [file](const auto &batch) { return file->WriteRecordBatch(*batch); };
    writer.end = [file] { return file->Close(); };
    return arrow::Status::OK();
  }
  if (format == "json") {
    if (!codec.empty() && codec != "none") return arrow::Status::Invalid("JSON lines are written without compression");
    writer.write = [stream](const auto &batch) { return write_json_lines(*batch, *stream); };
    writer.end = [] { return arrow::Status::OK(); };
    return arrow::Status::OK();
  }
  if (format == "orc") {
    arrow::adapters::orc::WriteOptions properties;
    if (!codec.empty()) {
      ARROW_ASSIGN_OR_RAISE(properties.compression, arrow::util::Codec::GetCompressionType(codec == "none" ? "uncompressed" : codec));
    }
    ARROW_ASSIGN_OR_RAISE(auto made, arrow::adapters::orc::ORCFileWriter::Open(stream.get(), properties));
    std::shared_ptr<arrow::adapters::orc::ORCFileWriter> file = std::move(made);
    writer.write = [file](const auto &batch) { return file->Write(*batch); };
    writer.end = [file] { return file->Close(); };
    return arrow::Status::OK();
  }
  if (format == "csv") {
    if (!codec.empty() && codec != "none") return arrow::Status::Invalid("CSV is written without compression");
    auto properties = arrow::csv::WriteOptions::Defaults();
    properties.delimiter = options.delimiter;
    properties.include_header = options.has_header != 0;
    ARROW_ASSIGN_OR_RAISE(batches, arrow::csv::MakeCSVWriter(stream, schema, properties));
  } else if (format == "arrow") {
    auto properties = arrow::ipc::IpcWriteOptions::Defaults();
    if (!codec.empty() && codec != "none") {
      ARROW_ASSIGN_OR_RAISE(auto kind, arrow::util::Codec::GetCompressionType(codec));
      ARROW_ASSIGN_OR_RAISE(properties.codec, arrow::util::Codec::Create(kind));
    }
    ARROW_ASSIGN_OR_RAISE(batches, arrow::ipc::MakeFileWriter(stream, schema, properties));
  } else {
    return arrow::Status::Invalid("'", format, "' is not one of the formats parquet, csv, json, arrow, orc");
  }
  writer.write = [batches](const auto &batch) { return batches->WriteRecordBatch(*batch); };
  writer.end = [batches] { return batches->Close(); };
  return arrow::Status::OK();
}

arrow::Status open(const std::string &path, const mk_arrow_write_options &options, struct ArrowSchema *schema,
                   mk_arrow_writer **out) {
  auto writer = std::make_unique<mk_arrow_writer>();
  ARROW_ASSIGN_OR_RAISE(writer->incoming, arrow::ImportSchema(schema));
  ARROW_RETURN_NOT_OK(arrow::compute::Initialize());
  auto fields = writer->incoming->fields();
  if (std::strcmp(options.format, "parquet") != 0)
    for (auto &field : fields)
      if (field->type()->id() == arrow::Type::DICTIONARY)
        field = field->WithType(static_cast<const arrow::DictionaryType &>(*field->type()).value_type());
  writer->schema = arrow::schema(fields);
  ARROW_ASSIGN_OR_RAISE(writer->place, place_of(path));
  if (writer->place.is_local) {
    static std::atomic<unsigned> number{0};
    struct stat folder;
    if (::stat(folder_of(writer->place.path).c_str(), &folder) != 0 || !S_ISDIR(folder.st_mode))
      return arrow::Status::IOError("there is no folder ", folder_of(writer->place.path));
    const std::string partial = writer->place.path + ".partial-" + std::to_string(::getpid()) + "-" + std::to_string(number++);
    ARROW_ASSIGN_OR_RAISE(writer->stream, arrow::io::FileOutputStream::Open(partial));
    writer->partial = partial;
  } else {
    ARROW_ASSIGN_OR_RAISE(writer->stream, writer->place.system->OpenOutputStream(writer->place.path));
  }
  ARROW_RETURN_NOT_OK(start(*writer, options));
  *out = writer.release();
  return arrow::Status::OK();
}

arrow::Status finish(mk_arrow_writer &writer) {
  if (writer.is_done) return arrow::Status::Invalid("the file is finished already");
  ARROW_RETURN_NOT_OK(writer.end());
  writer.write = nullptr;
  writer.end = nullptr;
  ARROW_RETURN_NOT_OK(writer.stream->Close());
  if (!writer.partial.empty()) {
    ARROW_RETURN_NOT_OK(synchronise(writer.partial, O_RDONLY));
    if (::rename(writer.partial.c_str(), writer.place.path.c_str()) != 0) return system_error("cannot move it to its place");
    ARROW_RETURN_NOT_OK(synchronise(folder_of(writer.place.path), O_RDONLY | O_DIRECTORY));
  }
  writer.is_done = true;
  return arrow::Status::OK();
}

}  // namespace
}  // namespace millrace

MK_ARROW_EXPORT char *mk_arrow_write_open(const char *path, const mk_arrow_write_options *options, struct ArrowSchema *schema,
                                          mk_arrow_writer **writer) {
  return millrace::guarded([&] { return millrace::open(path, *options, schema, writer); });
}

MK_ARROW_EXPORT char *mk_arrow_write_batch(mk_arrow_writer *writer, struct ArrowArray *batch) {
  return millrace::guarded([&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto rows, arrow::ImportRecordBatch(batch, writer->incoming));
    if (writer->write == nullptr) return arrow::Status::Invalid("the file is finished already");
    ARROW_ASSIGN_OR_RAISE(auto ready, millrace::fitted(rows, writer->schema));
    return writer->write(ready);
  });
}

MK_ARROW_EXPORT char *mk_arrow_write_finish(mk_arrow_writer *writer) {
  return millrace::guarded([&] { return millrace::finish(*writer); });
}

MK_ARROW_EXPORT void mk_arrow_write_close(mk_arrow_writer *writer) { delete writer; }

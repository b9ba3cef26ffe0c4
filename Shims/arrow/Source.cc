#include "Source.h"

#include <arrow/c/bridge.h>
#include <arrow/compute/initialize.h>
#include <arrow/dataset/file_csv.h>
#include <arrow/dataset/file_json.h>
#include <arrow/dataset/file_orc.h>
#include <arrow/dataset/file_parquet.h>
#include <arrow/io/api.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "CheckedFormat.h"
#include "Place.h"

namespace ds = arrow::dataset;
namespace fs = arrow::fs;

namespace millrace {
namespace {

// What is looked at to infer the types of a text file, and what is read at a time in a scan.
constexpr int32_t inspected_block = 4 << 20;
constexpr int32_t scanned_block = 1 << 20;

std::string lower(std::string text) {
  for (char &c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// The ending of a file that is compressed as a whole, or an empty text.
std::string packing_of_name(const std::string &name) {
  for (const char *packed : {".gz", ".bz2", ".zst", ".lz4", ".br"})
    if (name.size() > std::strlen(packed) && name.ends_with(packed)) return packed;
  return "";
}

/// The format that a file's name tells, or an empty text.
std::string format_of_name(const std::string &path) {
  std::string name = lower(path.substr(path.rfind('/') + 1));
  name.resize(name.size() - packing_of_name(name).size());
  auto dot = name.rfind('.');
  std::string ending = dot == std::string::npos ? "" : name.substr(dot + 1);
  if (ending == "parquet" || ending == "parq" || ending == "pq") return "parquet";
  if (ending == "csv" || ending == "tsv") return "csv";
  if (ending == "json" || ending == "jsonl" || ending == "ndjson") return "json";
  if (ending == "arrow" || ending == "feather" || ending == "ipc") return "arrow";
  if (ending == "orc") return "orc";
  return "";
}

/// The format that a file's first bytes tell.
arrow::Result<std::string> format_of_bytes(const Place &place, const fs::FileInfo &file) {
  ARROW_ASSIGN_OR_RAISE(auto stream, place.system->OpenInputStream(file));
  ARROW_ASSIGN_OR_RAISE(auto bytes, stream->Read(6));
  std::string_view head(*bytes);
  if (head.starts_with("PAR1")) return "parquet";
  if (head.starts_with("ARROW1")) return "arrow";
  if (head.starts_with("ORC")) return "orc";
  return arrow::Status::Invalid(
      "neither its name nor its first bytes tell the format: give one of parquet, csv, json, arrow, orc");
}

/// A stream without its first lines. Arrow can leave out lines itself, but wants as many columns in them as in the others.
class Shortened : public arrow::io::InputStream {
 public:
  Shortened(std::shared_ptr<arrow::io::InputStream> inner, int64_t lines) : inner_(std::move(inner)), lines_(lines) {}
  arrow::Status Close() override { return inner_->Close(); }
  bool closed() const override { return inner_->closed(); }
  arrow::Result<int64_t> Tell() const override { return position_; }

  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t count) override {
    while (lines_ > 0) {
      ARROW_ASSIGN_OR_RAISE(auto block, inner_->Read(std::max<int64_t>(count, 1 << 16)));
      if (block->size() == 0) return block;
      const uint8_t *at = block->data(), *end = at + block->size();
      while (lines_ > 0 && at < end) {
        auto found = static_cast<const uint8_t *>(std::memchr(at, '\n', end - at));
        at = found == nullptr ? end : found + 1;
        if (found != nullptr) lines_--;
      }
      if (at < end) rest_ = arrow::SliceBuffer(block, at - block->data());
    }
    std::shared_ptr<arrow::Buffer> result;
    if (rest_ != nullptr) {
      const auto length = std::min(count, rest_->size());
      result = arrow::SliceBuffer(rest_, 0, length);
      rest_ = length < rest_->size() ? arrow::SliceBuffer(rest_, length) : nullptr;
    } else {
      ARROW_ASSIGN_OR_RAISE(result, inner_->Read(count));
    }
    position_ += result->size();
    return result;
  }

  arrow::Result<int64_t> Read(int64_t count, void *out) override {
    ARROW_ASSIGN_OR_RAISE(auto block, Read(count));
    std::memcpy(out, block->data(), block->size());
    return block->size();
  }

 private:
  std::shared_ptr<arrow::io::InputStream> inner_;
  std::shared_ptr<arrow::Buffer> rest_;
  int64_t lines_, position_ = 0;
};

/// Whether a quoted value holds the end of a line, as far as the files' first bytes tell. Reading such files is slower: where a
/// line ends is known only from what comes before it.
arrow::Result<bool> newlines_in_values(const Place &place, const std::vector<fs::FileInfo> &files, char quote) {
  int64_t left = inspected_block;
  for (const auto &file : files) {
    if (left <= 0) break;
    if (!packing_of_name(lower(file.path())).empty()) return true;
    ARROW_ASSIGN_OR_RAISE(auto stream, place.system->OpenInputStream(file));
    bool is_inside = false;
    while (left > 0) {
      ARROW_ASSIGN_OR_RAISE(auto block, stream->Read(1 << 20));
      if (block->size() == 0) break;
      left -= block->size();
      const auto *at = reinterpret_cast<const char *>(block->data()), *end = at + block->size();
      while (at < end) {
        auto next = static_cast<const char *>(std::memchr(at, quote, end - at));
        if (is_inside && std::memchr(at, '\n', (next == nullptr ? end : next) - at) != nullptr) return true;
        if (next == nullptr) break;
        is_inside = !is_inside;
        at = next + 1;
      }
    }
  }
  return false;
}

arrow::Result<std::shared_ptr<ds::CsvFileFormat>> csv_format(const mk_arrow_text_options &options, bool has_newlines,
                                                             std::shared_ptr<ds::FragmentScanOptions> *scan) {
  auto format = std::make_shared<ds::CsvFileFormat>();
  format->parse_options.delimiter = options.delimiter;
  format->parse_options.quoting = options.quote != 0;
  if (options.quote != 0) format->parse_options.quote_char = options.quote;
  format->parse_options.newlines_in_values = has_newlines;
  auto read = std::make_shared<ds::CsvFragmentScanOptions>();
  read->parse_options = format->parse_options;
  read->read_options.use_threads = true;
  if (options.names.count > 0) read->read_options.column_names = strings(options.names);
  else if (!options.has_header) read->read_options.autogenerate_column_names = true;
  // Names that replace those of a header: the header is not data.
  const int64_t skipped = options.skip_rows + (options.names.count > 0 && options.has_header ? 1 : 0);
  if (skipped > 0) {
    read->stream_transform_func = [skipped](std::shared_ptr<arrow::io::InputStream> stream)
        -> arrow::Result<std::shared_ptr<arrow::io::InputStream>> { return std::make_shared<Shortened>(std::move(stream), skipped); };
  }
  auto &convert = read->convert_options;
  if (options.own_nulls) convert.null_values = strings(options.nulls);
  convert.strings_can_be_null = true;
  convert.quoted_strings_can_be_null = false;
  for (int64_t i = 0; i < options.typed_names.count; i++) {
    ARROW_ASSIGN_OR_RAISE(convert.column_types[options.typed_names.items[i]], type_named(options.type_names.items[i]));
  }
  auto inspect = std::make_shared<ds::CsvFragmentScanOptions>(*read);
  inspect->read_options.block_size = inspected_block;
  format->default_fragment_scan_options = inspect;
  read->read_options.block_size = scanned_block;
  *scan = read;
  return format;
}

std::shared_ptr<ds::JsonFileFormat> json_format(std::shared_ptr<ds::FragmentScanOptions> *scan) {
  auto format = std::make_shared<ds::JsonFileFormat>();
  auto inspect = std::make_shared<ds::JsonFragmentScanOptions>();
  inspect->read_options.block_size = inspected_block;
  format->default_fragment_scan_options = inspect;
  auto read = std::make_shared<ds::JsonFragmentScanOptions>();
  read->read_options.block_size = scanned_block;
  *scan = read;
  return format;
}

/// A column without a value in what was looked at may have one later: it is read as text. JSON lines are looked at without regard
/// to given types, so these come in here.
arrow::Result<std::shared_ptr<arrow::Schema>> completed(const std::shared_ptr<arrow::Schema> &schema, const std::string &format,
                                                        const mk_arrow_text_options &options) {
  auto fields = schema->fields();
  for (auto &field : fields)
    if (field->type()->id() == arrow::Type::NA) field = field->WithType(arrow::utf8());
  if (format != "csv" && format != "json") return arrow::schema(fields, schema->metadata());
  for (int64_t i = 0; i < options.typed_names.count; i++) {
    const std::string name = options.typed_names.items[i];
    auto field = std::find_if(fields.begin(), fields.end(), [&](const auto &known) { return known->name() == name; });
    if (field == fields.end()) return arrow::Status::Invalid("a type is given for the column '", name, "', which is not there");
    if (format == "csv") continue;
    ARROW_ASSIGN_OR_RAISE(auto type, type_named(options.type_names.items[i]));
    // Dates of JSON lines are read as times at midnight.
    *field = (*field)->WithType(type->id() == arrow::Type::DATE32 ? arrow::timestamp(arrow::TimeUnit::MICRO) : type);
  }
  return arrow::schema(fields, schema->metadata());
}

arrow::Status open(mk_arrow_texts paths, std::string format, const mk_arrow_text_options &options,
                   mk_arrow_texts dictionaries, mk_arrow_table **out) {
  static std::once_flag once;
  static arrow::Status ready;
  std::call_once(once, [] { ready = arrow::compute::Initialize(); });
  ARROW_RETURN_NOT_OK(ready);
  auto table = std::make_unique<mk_arrow_table>();
  Place place;
  std::vector<fs::FileInfo> files;
  std::string folder;
  for (const auto &path : strings(paths)) {
    ARROW_ASSIGN_OR_RAISE(auto next, place_of(path));
    if (place.system != nullptr && !place.system->Equals(*next.system))
      return arrow::Status::Invalid("the files of one table have to lie in one file system");
    if (place.system == nullptr) place = next;
    ARROW_ASSIGN_OR_RAISE(auto found, files_at(next, &folder));
    files.insert(files.end(), found.begin(), found.end());
  }
  if (files.empty()) return arrow::Status::Invalid("no file is given");

  if (format.empty()) {
    if (!folder.empty()) {
      // A folder may hold other things beside the table, such as a README.
      auto data = files;
      std::erase_if(data, [](const fs::FileInfo &file) { return format_of_name(file.path()).empty(); });
      if (!data.empty()) files = data;
    }
    format = format_of_name(files[0].path());
    if (format.empty()) { ARROW_ASSIGN_OR_RAISE(format, format_of_bytes(place, files[0])); }
    for (const auto &file : files) {
      auto other = format_of_name(file.path());
      if (!other.empty() && other != format)
        return arrow::Status::Invalid("the files are of several formats, ", format, " and ", other, ": give the format or a pattern");
    }
  } else if (!folder.empty()) {
    auto data = files;
    std::erase_if(data, [&](const fs::FileInfo &file) { return format_of_name(file.path()) != format; });
    if (!data.empty()) files = data;
  }

  std::shared_ptr<ds::FileFormat> reader;
  if (format == "parquet") {
    auto parquet = std::make_shared<ds::ParquetFileFormat>();
    for (const auto &name : strings(dictionaries)) parquet->reader_options.dict_columns.insert(name);
    reader = parquet;
  } else if (format == "csv") {
    bool has_newlines = options.newlines > 0;
    if (options.newlines < 0 && options.quote != 0) {
      ARROW_ASSIGN_OR_RAISE(has_newlines, newlines_in_values(place, files, options.quote));
    }
    ARROW_ASSIGN_OR_RAISE(reader, csv_format(options, has_newlines, &table->text));
  } else if (format == "json") {
    reader = json_format(&table->text);
  } else if (format == "arrow") {
    reader = std::make_shared<CheckedIpcFormat>();
  } else if (format == "orc") {
    reader = std::make_shared<ds::OrcFileFormat>();
  } else {
    return arrow::Status::Invalid("'", format, "' is not one of the formats parquet, csv, json, arrow, orc");
  }

  ds::FileSystemFactoryOptions layout;
  if (!folder.empty()) {
    layout.partitioning = ds::HivePartitioning::MakeFactory();
    layout.partition_base_dir = folder;
  }
  for (const auto &file : files) table->files.push_back(file.path());
  ARROW_ASSIGN_OR_RAISE(auto factory, ds::FileSystemDatasetFactory::Make(place.system, files, reader, layout));
  ds::InspectOptions inspect;
  // The types of all files are joined where that is cheap; of thousands of files the first ones speak for the rest.
  inspect.fragments = static_cast<int>(std::min<size_t>(files.size(), 256));
  inspect.field_merge_options = arrow::Field::MergeOptions::Permissive();
  ARROW_ASSIGN_OR_RAISE(auto schema, factory->Inspect(inspect));
  ARROW_ASSIGN_OR_RAISE(schema, completed(schema, format, options));
  std::set<std::string> names;
  for (const auto &field : schema->fields())
    if (!names.insert(field->name()).second)
      return arrow::Status::Invalid("two columns are called '", field->name(), "'");
  if (schema->num_fields() == 0) return arrow::Status::Invalid("there are no columns");
  ARROW_ASSIGN_OR_RAISE(table->data, factory->Finish(schema));
  table->format = format;
  table->columns = leaves(*schema);
  *out = table.release();
  return arrow::Status::OK();
}

}  // namespace
}  // namespace millrace

MK_ARROW_EXPORT int32_t mk_arrow_interface(void) { return MK_ARROW_INTERFACE; }

MK_ARROW_EXPORT const char *mk_arrow_version(void) {
  static const std::string version = arrow::GetBuildInfo().version_string;
  return version.c_str();
}

MK_ARROW_EXPORT void mk_arrow_free_text(char *text) { std::free(text); }

MK_ARROW_EXPORT int64_t mk_arrow_bytes_in_use(void) { return arrow::default_memory_pool()->bytes_allocated(); }

MK_ARROW_EXPORT char *mk_arrow_open(mk_arrow_texts paths, const char *format, const mk_arrow_text_options *options,
                                    mk_arrow_texts dictionaries, mk_arrow_table **table) {
  return millrace::guarded([&] { return millrace::open(paths, format, *options, dictionaries, table); });
}

MK_ARROW_EXPORT void mk_arrow_close(mk_arrow_table *table) { delete table; }

MK_ARROW_EXPORT char *mk_arrow_describe(mk_arrow_table *table, struct ArrowSchema *schema, const char **format) {
  return millrace::guarded([&] {
    *format = table->format.c_str();
    arrow::FieldVector fields;
    for (const auto &column : table->columns) fields.push_back(column.first);
    return arrow::ExportSchema(arrow::Schema(fields), schema);
  });
}

MK_ARROW_EXPORT int64_t mk_arrow_file_count(mk_arrow_table *table) { return static_cast<int64_t>(table->files.size()); }

MK_ARROW_EXPORT const char *mk_arrow_file(mk_arrow_table *table, int64_t index) { return table->files[index].c_str(); }

#ifndef MK_CARROW_H
#define MK_CARROW_H

// The functions of Shims/arrow.cc, the shim over Arrow C++, and the structures in which its batches travel. Building
// needs neither the shim nor Arrow: the shim is looked up at run time.
//
// A function that can fail returns null, or a text that says why, to be released with `free_text`. No exception leaves
// the shim. A table may be used by several threads at once; a stream, a writer and a spill belong to one at a time.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The structures of the Arrow C data interface and the Arrow C stream interface, whose layout is fixed for good:
// arrow.apache.org/docs/format/CDataInterface.html. The guards are those of Arrow's own header.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};
#endif

/// Raised with every change of this interface, so that a shim of an older build is refused instead of misread.
#define MK_ARROW_INTERFACE 1

typedef struct mk_arrow_table mk_arrow_table;
typedef struct mk_arrow_writer mk_arrow_writer;
typedef struct mk_arrow_spill mk_arrow_spill;

typedef struct {
  const char *const *items;
  int64_t count;
} mk_arrow_texts;

/// How CSV is read; the names and types are also those of JSON lines.
typedef struct {
  char delimiter, quote;
  int32_t has_header;
  int32_t newlines; // whether quoted values hold ends of lines: 0, 1, or -1 for what the first bytes tell
  int64_t skip_rows;
  mk_arrow_texts names;                   // of a file without header; may be empty
  mk_arrow_texts nulls;                   // what counts as null; used if own_nulls
  int32_t own_nulls;
  mk_arrow_texts typed_names, type_names; // columns whose types are given
} mk_arrow_text_options;

/// One token of a filter in postfix order.
typedef struct {
  int32_t kind;
  int32_t count; // operands of AND, OR; literals of IS_IN
  const char *text;
  int64_t integer;
  double number;
} mk_arrow_token;

enum {
  MK_ARROW_FIELD = 1,
  MK_ARROW_INTEGER,
  MK_ARROW_NUMBER,
  MK_ARROW_TEXT,
  MK_ARROW_BOOLEAN,
  MK_ARROW_MICROSECONDS, // since 1970 in UTC
  MK_ARROW_EQUAL,
  MK_ARROW_NOT_EQUAL,
  MK_ARROW_LESS,
  MK_ARROW_LESS_EQUAL,
  MK_ARROW_GREATER,
  MK_ARROW_GREATER_EQUAL,
  MK_ARROW_IS_NULL,
  MK_ARROW_IS_IN,
  MK_ARROW_AND,
  MK_ARROW_OR,
  MK_ARROW_NOT,
};

typedef struct {
  mk_arrow_texts columns; // none: all
  const mk_arrow_token *filter;
  int64_t filter_count;
  int64_t batch_rows;      // at most so many rows in a batch
  int64_t readahead_bytes; // what may wait, decoded, for the reader
  int32_t threads;         // 0: decode on the calling thread
} mk_arrow_scan_options;

typedef struct {
  const char *format;      // parquet, csv, json, arrow, orc
  const char *compression; // "" for the format's own choice
  char delimiter;
  int32_t has_header;
  int64_t group_rows; // Parquet: rows in a row group
} mk_arrow_write_options;

#define MK_ARROW_FUNCTIONS(X)                                                                                        \
  X(int32_t, interface, (void))                                                                                      \
  X(const char *, version, (void))                                                                                   \
  X(void, free_text, (char *text))                                                                                   \
  X(char *, open,                                                                                                    \
    (mk_arrow_texts paths, const char *format, const mk_arrow_text_options *options, mk_arrow_texts dictionaries,    \
     mk_arrow_table **table))                                                                                        \
  X(void, close, (mk_arrow_table * table))                                                                           \
  X(char *, describe, (mk_arrow_table * table, struct ArrowSchema *schema, const char **format))                     \
  X(int64_t, file_count, (mk_arrow_table * table))                                                                   \
  X(const char *, file, (mk_arrow_table * table, int64_t index))                                                     \
  X(char *, count, (mk_arrow_table * table, const mk_arrow_scan_options *options, int64_t *rows))                    \
  X(char *, scan, (mk_arrow_table * table, const mk_arrow_scan_options *options, struct ArrowArrayStream *stream))   \
  X(char *, write_open,                                                                                              \
    (const char *path, const mk_arrow_write_options *options, struct ArrowSchema *schema, mk_arrow_writer **writer)) \
  X(char *, write_batch, (mk_arrow_writer * writer, struct ArrowArray *batch))                                       \
  X(char *, write_finish, (mk_arrow_writer * writer))                                                                \
  X(void, write_close, (mk_arrow_writer * writer))                                                                   \
  X(char *, spill_make,                                                                                              \
    (const char *folder, struct ArrowSchema *schema, int64_t buckets, int64_t memory_bytes, mk_arrow_spill **spill)) \
  X(char *, spill_add, (mk_arrow_spill * spill, struct ArrowArray *batch, const uint64_t *keys))                     \
  X(char *, spill_sealed, (mk_arrow_spill * spill, int64_t *rows, int64_t *disk_bytes))                              \
  X(char *, spill_take,                                                                                              \
    (mk_arrow_spill * spill, int64_t first_row, int64_t count, struct ArrowArray *batch))                            \
  X(char *, spill_rekey, (mk_arrow_spill * spill, const uint64_t *keys, int64_t count))                              \
  X(void, spill_close, (mk_arrow_spill * spill))                                                                     \
  X(int64_t, bytes_in_use, (void))

#define MK_ARROW_FIELD_OF_API(result, name, parameters) result(*name) parameters;
typedef struct mk_arrow_api {
  MK_ARROW_FUNCTIONS(MK_ARROW_FIELD_OF_API)
} mk_arrow_api;
#undef MK_ARROW_FIELD_OF_API

/// Loads the shim once and returns its functions, or null; every later call gives the first call's answer.
/// The environment's MILLRACE_ARROW names a library that is tried alone, else `mk_shim_open` looks for it.
const mk_arrow_api *mk_arrow_load(void);

/// Why `mk_arrow_load` returned null; empty before the first load and after a good one.
const char *mk_arrow_reason(void);

#ifdef __cplusplus
}
#endif

#endif

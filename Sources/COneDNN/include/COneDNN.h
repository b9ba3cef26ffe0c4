#ifndef MK_CONEDNN_H
#define MK_CONEDNN_H

// The part of oneDNN's C interface (major version 3) that the engine calls, declared here so that building needs
// neither the library nor its headers. The library is looked up at run time and never linked.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mk_dnn_engine *mk_dnn_engine_t;
typedef struct mk_dnn_stream *mk_dnn_stream_t;
typedef struct mk_dnn_memory *mk_dnn_memory_t;
typedef struct mk_dnn_memory_desc *mk_dnn_md_t;
typedef const struct mk_dnn_memory_desc *mk_dnn_const_md_t;
typedef struct mk_dnn_primitive *mk_dnn_primitive_t;
typedef struct mk_dnn_primitive_desc *mk_dnn_pd_t;
typedef const struct mk_dnn_primitive_desc *mk_dnn_const_pd_t;
typedef struct mk_dnn_attr *mk_dnn_attr_t;
typedef struct mk_dnn_post_ops *mk_dnn_post_ops_t;

typedef struct {
  int major, minor, patch;
  const char *hash;
  unsigned cpu_runtime, gpu_runtime;
} mk_dnn_version;

typedef struct {
  int argument;
  mk_dnn_memory_t memory;
} mk_dnn_exec_arg;

// Status
#define MK_DNN_SUCCESS 0

// Engine and stream
#define MK_DNN_ENGINE_CPU 1
#define MK_DNN_STREAM_IN_ORDER 1u

// Element types
#define MK_DNN_F16 1
#define MK_DNN_BF16 2
#define MK_DNN_F32 3
#define MK_DNN_S32 4
#define MK_DNN_S8 5
#define MK_DNN_U8 6
#define MK_DNN_F64 7

// Memory formats
#define MK_DNN_FORMAT_TAG_ANY 1
#define MK_DNN_FORMAT_KIND_BLOCKED 2
#define MK_DNN_FORMAT_KIND_OPAQUE 3

// Attributes
#define MK_DNN_SCRATCHPAD_USER 1

// Propagation kinds
#define MK_DNN_FORWARD_TRAINING 64
#define MK_DNN_FORWARD_INFERENCE 96
#define MK_DNN_BACKWARD 128
#define MK_DNN_BACKWARD_DATA 160

// Algorithms
#define MK_DNN_CONVOLUTION_DIRECT 0x1
#define MK_DNN_DECONVOLUTION_DIRECT 0xa
#define MK_DNN_ELTWISE_RELU 0x20
#define MK_DNN_ELTWISE_TANH 0x21
#define MK_DNN_ELTWISE_ELU 0x22
#define MK_DNN_ELTWISE_LINEAR 0x26
#define MK_DNN_ELTWISE_LOGISTIC 0x29
#define MK_DNN_ELTWISE_GELU_TANH 0x2b
#define MK_DNN_ELTWISE_SWISH 0x2c
#define MK_DNN_ELTWISE_CLIP 0x2e
#define MK_DNN_ELTWISE_GELU_ERF 0x31
#define MK_DNN_POOLING_MAX 0x1ff
#define MK_DNN_POOLING_AVERAGE_INCLUDE_PADDING 0x2ff
#define MK_DNN_POOLING_AVERAGE_EXCLUDE_PADDING 0x3ff
#define MK_DNN_LRN_ACROSS_CHANNELS 0xaff
#define MK_DNN_LRN_WITHIN_CHANNEL 0xbff
#define MK_DNN_BINARY_ADD 0x1fff0
#define MK_DNN_BINARY_MULTIPLY 0x1fff1
#define MK_DNN_RESAMPLING_NEAREST 0x2fff0
#define MK_DNN_RESAMPLING_LINEAR 0x2fff1
#define MK_DNN_SOFTMAX_ACCURATE 0x30000
#define MK_DNN_SOFTMAX_LOG 0x30001

// Normalisation flags
#define MK_DNN_USE_GLOBAL_STATISTICS 1u
#define MK_DNN_USE_SCALE 2u
#define MK_DNN_USE_SHIFT 4u
#define MK_DNN_FUSE_RELU 8u

// Directions of a recurrent layer
#define MK_DNN_LEFT_TO_RIGHT 1
#define MK_DNN_RIGHT_TO_LEFT 2
#define MK_DNN_BIDIRECTIONAL_CONCATENATE 3
#define MK_DNN_BIDIRECTIONAL_SUM 4

// Queries
#define MK_DNN_QUERY_IMPLEMENTATION 8
#define MK_DNN_QUERY_STRIDES 14
#define MK_DNN_QUERY_SCRATCHPAD 136
#define MK_DNN_QUERY_EXEC_ARGUMENT 255
#define MK_DNN_QUERY_DIMENSION_COUNT 256
#define MK_DNN_QUERY_DIMENSIONS 257
#define MK_DNN_QUERY_DATA_TYPE 258
#define MK_DNN_QUERY_PADDED_DIMENSIONS 260
#define MK_DNN_QUERY_FORMAT_KIND 262
#define MK_DNN_QUERY_INNER_BLOCK_COUNT 263
#define MK_DNN_QUERY_INNER_BLOCKS 264
#define MK_DNN_QUERY_INNER_INDICES 265

// Arguments of an execution
#define MK_DNN_ARG_SRC 1
#define MK_DNN_ARG_SRC_1 2
#define MK_DNN_ARG_SRC_2 3
#define MK_DNN_ARG_DST 17
#define MK_DNN_ARG_DST_1 18
#define MK_DNN_ARG_DST_2 19
#define MK_DNN_ARG_WEIGHTS 33
#define MK_DNN_ARG_WEIGHTS_1 34
#define MK_DNN_ARG_BIAS 41
#define MK_DNN_ARG_MEAN 49
#define MK_DNN_ARG_VARIANCE 50
#define MK_DNN_ARG_SCALE 51
#define MK_DNN_ARG_SHIFT 52
#define MK_DNN_ARG_WORKSPACE 64
#define MK_DNN_ARG_SCRATCHPAD 80
#define MK_DNN_ARG_DIFF_SRC 129
#define MK_DNN_ARG_DIFF_DST 145
#define MK_DNN_ARG_DIFF_WEIGHTS 161
#define MK_DNN_ARG_DIFF_BIAS 169
#define MK_DNN_ARG_DIFF_SCALE 255
#define MK_DNN_ARG_DIFF_SHIFT 256
#define MK_DNN_ARG_ATTR_SCALES 4096
#define MK_DNN_ARG_ATTR_POST_OP_BASE 32768

// One line per function: result, name without the library's prefix, parameters. The table and the loader are both
// made from this list, so they cannot disagree.
#define MK_DNN_FUNCTIONS(X)                                                                                          \
  X(const mk_dnn_version *, version, (void))                                                                         \
  X(int, get_effective_cpu_isa, (void))                                                                              \
  X(int, engine_create, (mk_dnn_engine_t * engine, int kind, size_t index))                                          \
  X(int, stream_create, (mk_dnn_stream_t * stream, mk_dnn_engine_t engine, unsigned flags))                          \
  X(int, stream_destroy, (mk_dnn_stream_t stream))                                                                   \
  X(int, memory_desc_create_with_strides,                                                                            \
    (mk_dnn_md_t * md, int count, const int64_t *dimensions, int type, const int64_t *strides))                      \
  X(int, memory_desc_create_with_tag,                                                                                \
    (mk_dnn_md_t * md, int count, const int64_t *dimensions, int type, int tag))                                     \
  X(int, memory_desc_clone, (mk_dnn_md_t * md, mk_dnn_const_md_t existing))                                          \
  X(int, memory_desc_destroy, (mk_dnn_md_t md))                                                                      \
  X(int, memory_desc_equal, (mk_dnn_const_md_t left, mk_dnn_const_md_t right))                                       \
  X(size_t, memory_desc_get_size, (mk_dnn_const_md_t md))                                                            \
  X(int, memory_desc_query, (mk_dnn_const_md_t md, int what, void *result))                                          \
  X(int, memory_create, (mk_dnn_memory_t * memory, mk_dnn_const_md_t md, mk_dnn_engine_t engine, void *handle))      \
  X(int, memory_set_data_handle, (mk_dnn_memory_t memory, void *handle))                                             \
  X(int, memory_destroy, (mk_dnn_memory_t memory))                                                                   \
  X(int, primitive_attr_create, (mk_dnn_attr_t * attr))                                                              \
  X(int, primitive_attr_destroy, (mk_dnn_attr_t attr))                                                               \
  X(int, primitive_attr_set_scratchpad_mode, (mk_dnn_attr_t attr, int mode))                                         \
  X(int, primitive_attr_set_scales_mask, (mk_dnn_attr_t attr, int argument, int mask))                               \
  X(int, primitive_attr_set_post_ops, (mk_dnn_attr_t attr, mk_dnn_post_ops_t post_ops))                              \
  X(int, post_ops_create, (mk_dnn_post_ops_t * post_ops))                                                            \
  X(int, post_ops_destroy, (mk_dnn_post_ops_t post_ops))                                                             \
  X(int, post_ops_append_sum, (mk_dnn_post_ops_t post_ops, float scale, int32_t zero_point, int type))               \
  X(int, post_ops_append_eltwise, (mk_dnn_post_ops_t post_ops, int algorithm, float alpha, float beta))              \
  X(int, post_ops_append_binary, (mk_dnn_post_ops_t post_ops, int algorithm, mk_dnn_const_md_t md))                  \
  X(int, primitive_create, (mk_dnn_primitive_t * primitive, mk_dnn_const_pd_t pd))                                   \
  X(int, primitive_destroy, (mk_dnn_primitive_t primitive))                                                          \
  X(int, primitive_execute,                                                                                          \
    (mk_dnn_primitive_t primitive, mk_dnn_stream_t stream, int count, const mk_dnn_exec_arg *arguments))             \
  X(int, primitive_get_primitive_desc, (mk_dnn_primitive_t primitive, mk_dnn_const_pd_t * pd))                       \
  X(int, primitive_desc_destroy, (mk_dnn_pd_t pd))                                                                   \
  X(int, primitive_desc_query, (mk_dnn_const_pd_t pd, int what, int index, void *result))                            \
  X(mk_dnn_const_md_t, primitive_desc_query_md, (mk_dnn_const_pd_t pd, int what, int index))                         \
  X(int, reorder_primitive_desc_create,                                                                              \
    (mk_dnn_pd_t * pd, mk_dnn_const_md_t source, mk_dnn_engine_t source_engine, mk_dnn_const_md_t destination,       \
     mk_dnn_engine_t destination_engine, mk_dnn_attr_t attr))                                                        \
  X(int, convolution_forward_primitive_desc_create,                                                                  \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, int algorithm, mk_dnn_const_md_t source,             \
     mk_dnn_const_md_t weights, mk_dnn_const_md_t bias, mk_dnn_const_md_t destination, const int64_t *strides,       \
     const int64_t *dilations, const int64_t *padding_before, const int64_t *padding_after, mk_dnn_attr_t attr))     \
  X(int, convolution_backward_data_primitive_desc_create,                                                            \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int algorithm, mk_dnn_const_md_t source_gradient,                     \
     mk_dnn_const_md_t weights, mk_dnn_const_md_t destination_gradient, const int64_t *strides,                      \
     const int64_t *dilations, const int64_t *padding_before, const int64_t *padding_after, mk_dnn_const_pd_t hint,  \
     mk_dnn_attr_t attr))                                                                                            \
  X(int, convolution_backward_weights_primitive_desc_create,                                                         \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int algorithm, mk_dnn_const_md_t source,                              \
     mk_dnn_const_md_t weights_gradient, mk_dnn_const_md_t bias_gradient, mk_dnn_const_md_t destination_gradient,    \
     const int64_t *strides, const int64_t *dilations, const int64_t *padding_before, const int64_t *padding_after,  \
     mk_dnn_const_pd_t hint, mk_dnn_attr_t attr))                                                                    \
  X(int, deconvolution_forward_primitive_desc_create,                                                                \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, int algorithm, mk_dnn_const_md_t source,             \
     mk_dnn_const_md_t weights, mk_dnn_const_md_t bias, mk_dnn_const_md_t destination, const int64_t *strides,       \
     const int64_t *dilations, const int64_t *padding_before, const int64_t *padding_after, mk_dnn_attr_t attr))     \
  X(int, matmul_primitive_desc_create,                                                                               \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, mk_dnn_const_md_t source, mk_dnn_const_md_t weights,                  \
     mk_dnn_const_md_t bias, mk_dnn_const_md_t destination, mk_dnn_attr_t attr))                                     \
  X(int, pooling_forward_primitive_desc_create,                                                                      \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, int algorithm, mk_dnn_const_md_t source,             \
     mk_dnn_const_md_t destination, const int64_t *strides, const int64_t *window, const int64_t *dilations,         \
     const int64_t *padding_before, const int64_t *padding_after, mk_dnn_attr_t attr))                               \
  X(int, pooling_backward_primitive_desc_create,                                                                     \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int algorithm, mk_dnn_const_md_t source_gradient,                     \
     mk_dnn_const_md_t destination_gradient, const int64_t *strides, const int64_t *window,                          \
     const int64_t *dilations, const int64_t *padding_before, const int64_t *padding_after, mk_dnn_const_pd_t hint,  \
     mk_dnn_attr_t attr))                                                                                            \
  X(int, softmax_forward_primitive_desc_create,                                                                      \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, int algorithm, mk_dnn_const_md_t source,             \
     mk_dnn_const_md_t destination, int axis, mk_dnn_attr_t attr))                                                   \
  X(int, softmax_backward_primitive_desc_create,                                                                     \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int algorithm, mk_dnn_const_md_t source_gradient,                     \
     mk_dnn_const_md_t destination_gradient, mk_dnn_const_md_t destination, int axis, mk_dnn_const_pd_t hint,        \
     mk_dnn_attr_t attr))                                                                                            \
  X(int, layer_normalization_forward_primitive_desc_create,                                                          \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, mk_dnn_const_md_t source,                            \
     mk_dnn_const_md_t destination, mk_dnn_const_md_t statistics, float epsilon, unsigned flags,                     \
     mk_dnn_attr_t attr))                                                                                            \
  X(int, layer_normalization_backward_primitive_desc_create,                                                         \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, mk_dnn_const_md_t source_gradient,                   \
     mk_dnn_const_md_t destination_gradient, mk_dnn_const_md_t source, mk_dnn_const_md_t statistics,                 \
     float epsilon, unsigned flags, mk_dnn_const_pd_t hint, mk_dnn_attr_t attr))                                     \
  X(int, batch_normalization_forward_primitive_desc_create,                                                          \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, mk_dnn_const_md_t source,                            \
     mk_dnn_const_md_t destination, float epsilon, unsigned flags, mk_dnn_attr_t attr))                              \
  X(int, lrn_forward_primitive_desc_create,                                                                          \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, int algorithm, mk_dnn_const_md_t source,             \
     mk_dnn_const_md_t destination, int64_t size, float alpha, float beta, float k, mk_dnn_attr_t attr))             \
  X(int, resampling_forward_primitive_desc_create,                                                                   \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, int algorithm, const float *factors,                 \
     mk_dnn_const_md_t source, mk_dnn_const_md_t destination, mk_dnn_attr_t attr))                                   \
  X(int, lstm_forward_primitive_desc_create,                                                                         \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, int direction, mk_dnn_const_md_t source,             \
     mk_dnn_const_md_t initial_state, mk_dnn_const_md_t initial_cell, mk_dnn_const_md_t weights,                     \
     mk_dnn_const_md_t recurrent_weights, mk_dnn_const_md_t peephole, mk_dnn_const_md_t projection,                  \
     mk_dnn_const_md_t bias, mk_dnn_const_md_t destination, mk_dnn_const_md_t final_state,                           \
     mk_dnn_const_md_t final_cell, unsigned flags, mk_dnn_attr_t attr))                                              \
  X(int, gru_forward_primitive_desc_create,                                                                          \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, int direction, mk_dnn_const_md_t source,             \
     mk_dnn_const_md_t initial_state, mk_dnn_const_md_t weights, mk_dnn_const_md_t recurrent_weights,                \
     mk_dnn_const_md_t bias, mk_dnn_const_md_t destination, mk_dnn_const_md_t final_state, unsigned flags,           \
     mk_dnn_attr_t attr))                                                                                            \
  X(int, lbr_gru_forward_primitive_desc_create,                                                                      \
    (mk_dnn_pd_t * pd, mk_dnn_engine_t engine, int propagation, int direction, mk_dnn_const_md_t source,             \
     mk_dnn_const_md_t initial_state, mk_dnn_const_md_t weights, mk_dnn_const_md_t recurrent_weights,                \
     mk_dnn_const_md_t bias, mk_dnn_const_md_t destination, mk_dnn_const_md_t final_state, unsigned flags,           \
     mk_dnn_attr_t attr))

#define MK_DNN_FIELD(result, name, parameters) result(*name) parameters;
typedef struct mk_dnn_api {
  MK_DNN_FUNCTIONS(MK_DNN_FIELD)
} mk_dnn_api;
#undef MK_DNN_FIELD

/// Loads the library once and returns its functions, or null; every later call gives the first call's answer.
/// A path is tried alone. Without one: the environment's MILLRACE_ONEDNN alone if set, else `.deps/lib` upward from
/// the executable and from the current directory, else the system's library. MILLRACE_KERNELS=portable gives null.
const mk_dnn_api *mk_dnn_load(const char *path_or_null);

/// Why `mk_dnn_load` returned null, or the path of the library in use. Empty before the first load.
const char *mk_dnn_reason(void);

/// Makes the library's calls on this thread run on this thread alone. A setting of the calling thread; costs about
/// two nanoseconds. Does nothing when no OpenMP runtime is found.
void mk_dnn_single_thread(void);

#ifdef __cplusplus
}
#endif

#endif

// Kernels over the rows and columns of matrices: reductions, normalisations, softmax, moving data.
//
// `dtype` is MK_F32 or MK_BF16 unless said otherwise; arithmetic is in f32. Matrices are row-major and contiguous unless
// a distance between rows (`row_stride`, in elements) is given. Orders of summation depend on the sizes and on the
// instruction set only. Work is shared out by passing offset pointers and fewer rows.
#ifndef MK_ROWS_H
#define MK_ROWS_H

#include <stdint.h>

#include "mk_tile.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---- Reductions ----

typedef enum { MK_SUM, MK_PRODUCT, MK_MAXIMUM, MK_MINIMUM } mk_reduction;

/// y[outer, inner] = reduction of x[outer, reduce, inner] over the middle axis. NaN propagates through extremes.
/// An empty axis gives 0, 1, -∞, ∞.
void mk_reduce(mk_reduction kind, const void* x, mk_dtype dtype, float* y, long outer, long reduce, long inner);

/// y[outer, inner] = index of the largest (or smallest) element along the middle axis: the first one; NaN comes before all.
void mk_arg_reduce(int largest, const void* x, mk_dtype dtype, int32_t* y, long outer, long reduce, long inner);

/// y[columns] = (accumulate ? y : 0) + column sums of x[rows, columns].
void mk_column_sum(const void* x, mk_dtype dtype, long row_stride, float* y, long rows, long columns, int accumulate);

/// y[rows] = log Σ exp x.
void mk_logsumexp_rows(const void* x, mk_dtype dtype, float* y, long rows, long columns);

/// Mean and sum of squared deviations (M2) of each column.
void mk_column_moments(const void* x, mk_dtype dtype, long row_stride, float* mean, float* m2, long rows, long columns);

/// Adds the moments of `other_count` samples to those of `count` samples (Chan et al., 1979).
void mk_merge_moments(float* mean, float* m2, long count, const float* other_mean, const float* other_m2, long other_count,
                      long columns);

/// Sums of x and of x² over the rows, in f64: exact enough to take a small variance from a large mean.
void mk_channel_sums(const void* x, mk_dtype dtype, double* sum, double* squares, long rows, long columns);
/// Sums of g and of g (x - center) over the rows; center (f32) may be null.
void mk_channel_gradient_sums(const void* x, const void* g, mk_dtype dtype, const float* center, float* sum, float* product,
                              long rows, long columns);

// ---- Softmax ----

void mk_softmax_rows(const void* x, void* y, mk_dtype dtype, long rows, long columns);
void mk_log_softmax_rows(const void* x, void* y, mk_dtype dtype, long rows, long columns);
/// From the result y and the incoming gradient g.
void mk_softmax_rows_backward(const void* y, const void* g, void* dx, mk_dtype dtype, long rows, long columns);
void mk_log_softmax_rows_backward(const void* y, const void* g, void* dx, mk_dtype dtype, long rows, long columns);

/// loss[row] = logsumexp(x[row]) - x[row, label]. `logsumexp`, if not null, keeps the first term for the backward pass.
/// `labels` are MK_I32 or MK_I64; a label outside 0 ..< columns is ignored: its loss and gradient are 0.
void mk_cross_entropy_rows(const void* x, mk_dtype dtype, const void* labels, mk_dtype label_dtype, float* loss,
                           float* logsumexp, long rows, long columns);
/// dx = (softmax(x) - one_hot(label)) g[row]; `logsumexp` as kept above, or null to compute it again; `g_stride` 0 gives
/// every row the same g.
void mk_cross_entropy_rows_backward(const void* x, mk_dtype dtype, const void* labels, mk_dtype label_dtype,
                                    const float* logsumexp, const float* g, long g_stride, void* dx, long rows, long columns);

// ---- Normalisation ----

/// y = (x - mean) rstd scale + shift along each row. scale and shift (f32) may be null; mean and rstd[rows] may be null.
void mk_layer_norm_rows(const void* x, void* y, mk_dtype dtype, const float* scale, const float* shift, float* mean,
                        float* rstd, float epsilon, long rows, long columns);
/// dx, and dscale, dshift *added* to buffers that may be null.
void mk_layer_norm_rows_backward(const void* x, const void* g, void* dx, mk_dtype dtype, const float* scale,
                                 const float* mean, const float* rstd, float* dscale, float* dshift, long rows,
                                 long columns);
/// y = x rstd scale with rstd = 1/√(mean x² + ε).
void mk_rms_norm_rows(const void* x, void* y, mk_dtype dtype, const float* scale, float* rstd, float epsilon, long rows,
                      long columns);
void mk_rms_norm_rows_backward(const void* x, const void* g, void* dx, mk_dtype dtype, const float* scale,
                               const float* rstd, float* dscale, long rows, long columns);

/// y[rows, columns] = x scale[column] + shift[column], then max(0, ·) if `relu`.
void mk_scale_shift(const void* x, void* y, mk_dtype dtype, const float* scale, const float* shift, int relu, long rows,
                    long columns);

// ---- Moving data ----

/// Converts between MK_F32, MK_BF16 and MK_F16, any pair.
void mk_cast(void* to, mk_dtype to_dtype, const void* from, mk_dtype from_dtype, long count);

/// to[columns, rows] = from[rows, columns] transposed; elements of 1, 2, 4 or 8 bytes.
void mk_transpose(void* to, long to_row_stride, const void* from, long from_row_stride, long rows, long columns, int bytes);

enum { MK_MAXIMUM_RANK = 16 };
/// Copies an array of `rank` (at most 16) axes between two layouts; strides in elements, any sign, source strides may be 0.
void mk_copy_strided(void* to, const long* to_strides, const void* from, const long* from_strides, const long* sizes,
                     int rank, int bytes);

/// to[i] = table[indices[i]], rows of `row_bytes`; an index outside 0 ..< table_rows gives a row of zero bytes.
void mk_gather_rows(void* to, const void* table, long table_rows, const void* indices, mk_dtype index_dtype, long count,
                    long row_bytes);
/// table[indices[i]] += g[i] for i in order, columns column_begin ..< column_end only (threads share out columns);
/// indices outside 0 ..< table_rows are ignored.
void mk_scatter_add_rows(void* table, mk_dtype table_dtype, long table_rows, const void* g, mk_dtype g_dtype,
                         const void* indices, mk_dtype index_dtype, long count, long columns, long column_begin,
                         long column_end);

#ifdef __cplusplus
}
#endif
#endif

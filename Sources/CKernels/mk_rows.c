#include "mk_rows.h"
#include "mk_isa_common.h"

MK_KERNEL(void, mk_reduce, (mk_reduction kind, const void* x, mk_dtype dtype, float* y, long outer, long reduce, long inner),
          (kind, x, dtype, y, outer, reduce, inner))
MK_KERNEL(void, mk_arg_reduce, (int largest, const void* x, mk_dtype dtype, int32_t* y, long outer, long reduce, long inner),
          (largest, x, dtype, y, outer, reduce, inner))
MK_KERNEL(void, mk_column_sum,
          (const void* x, mk_dtype dtype, long row_stride, float* y, long rows, long columns, int accumulate),
          (x, dtype, row_stride, y, rows, columns, accumulate))
MK_KERNEL(void, mk_logsumexp_rows, (const void* x, mk_dtype dtype, float* y, long rows, long columns),
          (x, dtype, y, rows, columns))
MK_KERNEL(void, mk_column_moments,
          (const void* x, mk_dtype dtype, long row_stride, float* mean, float* m2, long rows, long columns),
          (x, dtype, row_stride, mean, m2, rows, columns))
MK_KERNEL(void, mk_channel_sums, (const void* x, mk_dtype dtype, double* sum, double* squares, long rows, long columns),
          (x, dtype, sum, squares, rows, columns))
MK_KERNEL(void, mk_channel_gradient_sums,
          (const void* x, const void* g, mk_dtype dtype, const float* center, float* sum, float* product, long rows,
           long columns),
          (x, g, dtype, center, sum, product, rows, columns))
MK_KERNEL(void, mk_softmax_rows, (const void* x, void* y, mk_dtype dtype, long rows, long columns),
          (x, y, dtype, rows, columns))
MK_KERNEL(void, mk_log_softmax_rows, (const void* x, void* y, mk_dtype dtype, long rows, long columns),
          (x, y, dtype, rows, columns))
MK_KERNEL(void, mk_softmax_rows_backward,
          (const void* y, const void* g, void* dx, mk_dtype dtype, long rows, long columns), (y, g, dx, dtype, rows, columns))
MK_KERNEL(void, mk_log_softmax_rows_backward,
          (const void* y, const void* g, void* dx, mk_dtype dtype, long rows, long columns), (y, g, dx, dtype, rows, columns))
MK_KERNEL(void, mk_cross_entropy_rows,
          (const void* x, mk_dtype dtype, const void* labels, mk_dtype label_dtype, float* loss, float* logsumexp, long rows,
           long columns),
          (x, dtype, labels, label_dtype, loss, logsumexp, rows, columns))
MK_KERNEL(void, mk_cross_entropy_rows_backward,
          (const void* x, mk_dtype dtype, const void* labels, mk_dtype label_dtype, const float* logsumexp, const float* g,
           long g_stride, void* dx, long rows, long columns),
          (x, dtype, labels, label_dtype, logsumexp, g, g_stride, dx, rows, columns))
MK_KERNEL(void, mk_layer_norm_rows,
          (const void* x, void* y, mk_dtype dtype, const float* scale, const float* shift, float* mean, float* rstd,
           float epsilon, long rows, long columns),
          (x, y, dtype, scale, shift, mean, rstd, epsilon, rows, columns))
MK_KERNEL(void, mk_layer_norm_rows_backward,
          (const void* x, const void* g, void* dx, mk_dtype dtype, const float* scale, const float* mean, const float* rstd,
           float* dscale, float* dshift, long rows, long columns),
          (x, g, dx, dtype, scale, mean, rstd, dscale, dshift, rows, columns))
MK_KERNEL(void, mk_rms_norm_rows,
          (const void* x, void* y, mk_dtype dtype, const float* scale, float* rstd, float epsilon, long rows, long columns),
          (x, y, dtype, scale, rstd, epsilon, rows, columns))
MK_KERNEL(void, mk_rms_norm_rows_backward,
          (const void* x, const void* g, void* dx, mk_dtype dtype, const float* scale, const float* rstd, float* dscale,
           long rows, long columns),
          (x, g, dx, dtype, scale, rstd, dscale, rows, columns))
MK_KERNEL(void, mk_scale_shift,
          (const void* x, void* y, mk_dtype dtype, const float* scale, const float* shift, int relu, long rows, long columns),
          (x, y, dtype, scale, shift, relu, rows, columns))
MK_KERNEL(void, mk_cast, (void* to, mk_dtype to_dtype, const void* from, mk_dtype from_dtype, long count),
          (to, to_dtype, from, from_dtype, count))
MK_KERNEL(void, mk_scatter_add_rows,
          (void* table, mk_dtype table_dtype, long table_rows, const void* g, mk_dtype g_dtype, const void* indices,
           mk_dtype index_dtype, long count, long columns, long column_begin, long column_end),
          (table, table_dtype, table_rows, g, g_dtype, indices, index_dtype, count, columns, column_begin, column_end))

void mk_merge_moments(float* mean, float* m2, long count, const float* other_mean, const float* other_m2, long other_count,
                      long columns) {
    if (other_count <= 0) return;
    float share = (float)((double)other_count / (double)(count + other_count)), weight = (float)count * share;
    for (long j = 0; j < columns; j++) {
        float difference = other_mean[j] - mean[j];
        mean[j] += difference * share;
        m2[j] += other_m2[j] + difference * difference * weight;
    }
}

// ---- Moving data needs no arithmetic, so one variant is enough. ----

typedef float four __attribute__((vector_size(16)));
typedef four four_memory __attribute__((aligned(1), may_alias));

// Four by four elements of four bytes.
static void transpose_four(char* to, long to_step, const char* from, long from_step) {
    four a = *(const four_memory*)from, b = *(const four_memory*)(from + from_step);
    four c = *(const four_memory*)(from + 2 * from_step), d = *(const four_memory*)(from + 3 * from_step);
    four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(four_memory*)to = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
    *(four_memory*)(to + to_step) = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
    *(four_memory*)(to + 2 * to_step) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
    *(four_memory*)(to + 3 * to_step) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

// One block: element by element, the width of an element being a constant in each caller.
MK_INLINE void transpose_block(char* to, long to_step, const char* from, long from_step, long rows, long columns,
                               size_t bytes) {
    for (long j = 0; j < columns; j++)
        for (long i = 0; i < rows; i++)
            memcpy(to + j * to_step + i * (long)bytes, from + i * from_step + j * (long)bytes, bytes);
}

void mk_transpose(void* to, long to_row_stride, const void* from, long from_row_stride, long rows, long columns, int bytes) {
    // A block of source and of destination fits the first-level cache.
    enum { BLOCK = 32 };
    long to_step = to_row_stride * bytes, from_step = from_row_stride * bytes;
    for (long i = 0; i < rows; i += BLOCK)
        for (long j = 0; j < columns; j += BLOCK) {
            long height = rows - i < BLOCK ? rows - i : BLOCK, width = columns - j < BLOCK ? columns - j : BLOCK;
            char* d = (char*)to + j * to_step + i * bytes;
            const char* s = (const char*)from + i * from_step + j * bytes;
            if (bytes == 4) {
                long height4 = height & ~3L, width4 = width & ~3L;
                for (long k = 0; k < width4; k += 4)
                    for (long l = 0; l < height4; l += 4)
                        transpose_four(d + k * to_step + l * 4, to_step, s + l * from_step + k * 4, from_step);
                transpose_block(d + width4 * to_step, to_step, s + width4 * 4, from_step, height4, width - width4, 4);
                transpose_block(d + height4 * 4, to_step, s + height4 * from_step, from_step, height - height4, width, 4);
            } else if (bytes == 8) {
                transpose_block(d, to_step, s, from_step, height, width, 8);
            } else if (bytes == 2) {
                transpose_block(d, to_step, s, from_step, height, width, 2);
            } else {
                transpose_block(d, to_step, s, from_step, height, width, 1);
            }
        }
}

MK_INLINE void copy_line(char* to, long to_step, const char* from, long from_step, long count, size_t bytes) {
    for (long i = 0; i < count; i++) memcpy(to + i * to_step, from + i * from_step, bytes);
}

void mk_copy_strided(void* to, const long* to_strides, const void* from, const long* from_strides, const long* sizes,
                     int rank, int bytes) {
    long size[MK_MAXIMUM_RANK], t[MK_MAXIMUM_RANK], f[MK_MAXIMUM_RANK], index[MK_MAXIMUM_RANK] = {0};
    // Leave out axes of one element and join axes that run on in both layouts.
    int axes = 0;
    for (int i = 0; i < rank; i++) {
        if (sizes[i] <= 0) return;
        if (sizes[i] == 1) continue;
        if (axes && t[axes - 1] == to_strides[i] * sizes[i] && f[axes - 1] == from_strides[i] * sizes[i]) {
            size[axes - 1] *= sizes[i], t[axes - 1] = to_strides[i], f[axes - 1] = from_strides[i];
        } else {
            size[axes] = sizes[i], t[axes] = to_strides[i], f[axes] = from_strides[i], axes++;
        }
    }
    if (!axes) {
        memcpy(to, from, (size_t)bytes);
        return;
    }
    // The last axis is done as a line; if another one runs along the source, the two are done as a transposition.
    int last = axes - 1, other = -1;
    if (t[last] == 1 && f[last] != 1 && f[last] > 1)
        for (int i = 0; i < last; i++)
            if (f[i] == 1 && t[i] > 0) other = i;
    char* d = to;
    const char* s = from;
    for (;;) {
        if (other >= 0) {
            mk_transpose(d, t[other], s, f[last], size[last], size[other], bytes);
        } else if (t[last] == 1 && f[last] == 1) {
            memcpy(d, s, (size_t)(size[last] * bytes));
        } else {
            long to_step = t[last] * bytes, from_step = f[last] * bytes;
            if (bytes == 4) copy_line(d, to_step, s, from_step, size[last], 4);
            else if (bytes == 8) copy_line(d, to_step, s, from_step, size[last], 8);
            else if (bytes == 2) copy_line(d, to_step, s, from_step, size[last], 2);
            else copy_line(d, to_step, s, from_step, size[last], 1);
        }
        int axis = last - 1;
        for (; axis >= 0; axis--) {
            if (axis == other) continue;
            d += t[axis] * bytes, s += f[axis] * bytes;
            if (++index[axis] < size[axis]) break;
            d -= size[axis] * t[axis] * bytes, s -= size[axis] * f[axis] * bytes;
            index[axis] = 0;
        }
        if (axis < 0) return;
    }
}

void mk_gather_rows(void* to, const void* table, long table_rows, const void* indices, mk_dtype index_dtype, long count,
                    long row_bytes) {
    for (long i = 0; i < count; i++) {
        int64_t index = index_dtype == MK_I64 ? ((const int64_t*)indices)[i] : ((const int32_t*)indices)[i];
        char* row = (char*)to + i * row_bytes;
        if (index >= 0 && index < table_rows) memcpy(row, (const char*)table + index * row_bytes, (size_t)row_bytes);
        else memset(row, 0, (size_t)row_bytes);
    }
}

// Row and column kernels, compiled once per instruction set (see mk_isa_common.h).
//
// Every kernel is an inline function of a constant `bf16`, called twice, so that the type of the elements is decided
// outside the loops.
#include "mk_rows.h"
#include "mk_vector.h"

#define BOTH(dtype, call_f32, call_bf16) \
    do {                                 \
        if ((dtype) == MK_BF16) call_bf16; \
        else call_f32;                   \
    } while (0)

// `some` lanes from element i on; a constant MK_LANES in the main loops. Other lanes are 0.
MK_INLINE vf get(const void* x, long i, long some, int bf16) {
    if (bf16) {
        const uint16_t* p = (const uint16_t*)x + i;
        return some >= MK_LANES ? mkv_load_bf16(p) : mkv_load_bf16_some(p, some);
    }
    const float* p = (const float*)x + i;
    return some >= MK_LANES ? mkv_load(p) : mkv_load_some(p, some);
}
MK_INLINE void put(void* x, long i, vf v, long some, int bf16) {
    if (bf16) {
        uint16_t* p = (uint16_t*)x + i;
        if (some >= MK_LANES) mkv_store_bf16(p, v);
        else mkv_store_bf16_some(p, v, some);
    } else {
        float* p = (float*)x + i;
        if (some >= MK_LANES) mkv_store(p, v);
        else mkv_store_some(p, v, some);
    }
}
MK_INLINE const void* row_of(const void* x, long index, int bf16) { return (const char*)x + index * (bf16 ? 2 : 4); }
MK_INLINE float one(const void* x, long i, int bf16) {
    if (!bf16) return ((const float*)x)[i];
    uint32_t bits = (uint32_t)((const uint16_t*)x)[i] << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}
// v in the first `some` lanes, `filler` in the others.
MK_INLINE vf keep(vf v, long some, float filler) {
    if (some >= MK_LANES) return v;
    vi lane;
    for (int i = 0; i < MK_LANES; i++) lane[i] = i;
    return mkv_select(lane < (int)some, v, mkv_splat(filler));
}

// Visits j = 0, MK_LANES, … below n; `some` is how many lanes count.
#define EACH(n, ...)                                            \
    do {                                                        \
        long j = 0;                                             \
        for (; j + MK_LANES <= (n); j += MK_LANES) {            \
            const long some = MK_LANES;                         \
            __VA_ARGS__;                                        \
        }                                                       \
        if (j < (n)) {                                          \
            const long some = (n) - j;                          \
            __VA_ARGS__;                                        \
        }                                                       \
    } while (0)

// result = the sum over j < n of the lanes of `expression`, in four interleaved sums.
#define SUM_OVER(result, n, expression)                         \
    do {                                                        \
        vf s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};              \
        long j = 0;                                             \
        while (j + 4 * MK_LANES <= (n)) {                       \
            const long some = MK_LANES;                         \
            s0 += (expression), j += MK_LANES;                  \
            s1 += (expression), j += MK_LANES;                  \
            s2 += (expression), j += MK_LANES;                  \
            s3 += (expression), j += MK_LANES;                  \
        }                                                       \
        for (; j + MK_LANES <= (n); j += MK_LANES) {            \
            const long some = MK_LANES;                         \
            s0 += (expression);                                 \
        }                                                       \
        if (j < (n)) {                                          \
            const long some = (n) - j;                          \
            s1 += keep((expression), some, 0.f);                \
        }                                                       \
        result = mkv_sum((s0 + s1) + (s2 + s3));                \
    } while (0)

// ---- Reductions ----

MK_INLINE vf combine(mk_reduction kind, vf a, vf b) {
    return kind == MK_SUM ? a + b : kind == MK_PRODUCT ? a * b : kind == MK_MAXIMUM ? mkv_max(a, b) : mkv_min(a, b);
}
MK_INLINE float combine_one(mk_reduction kind, float a, float b) {
    return kind == MK_SUM ? a + b : kind == MK_PRODUCT ? a * b
         : kind == MK_MAXIMUM ? (a > b || a != a ? a : b) : (a < b || a != a ? a : b);
}
MK_INLINE float identity(mk_reduction kind) {
    return kind == MK_SUM ? 0.f : kind == MK_PRODUCT ? 1.f : kind == MK_MAXIMUM ? -INFINITY : INFINITY;
}

// Up to 8,192 elements.
MK_INLINE float reduce_piece(mk_reduction kind, const void* x, long n, int bf16) {
    vf s0 = mkv_splat(identity(kind)), s1 = s0, s2 = s0, s3 = s0;
    long j = 0;
    for (; j + 4 * MK_LANES <= n; j += 4 * MK_LANES) {
        s0 = combine(kind, s0, get(x, j, MK_LANES, bf16));
        s1 = combine(kind, s1, get(x, j + MK_LANES, MK_LANES, bf16));
        s2 = combine(kind, s2, get(x, j + 2 * MK_LANES, MK_LANES, bf16));
        s3 = combine(kind, s3, get(x, j + 3 * MK_LANES, MK_LANES, bf16));
    }
    for (; j + MK_LANES <= n; j += MK_LANES) s0 = combine(kind, s0, get(x, j, MK_LANES, bf16));
    if (j < n) s1 = combine(kind, s1, keep(get(x, j, n - j, bf16), n - j, identity(kind)));
    vf s = combine(kind, combine(kind, s0, s1), combine(kind, s2, s3));
    MKV_FOLD(s, s = combine(kind, s, other));
    return s[0];
}
MK_INLINE float reduce_row(mk_reduction kind, const void* x, long n, int bf16) {
    if (n <= 8192) return reduce_piece(kind, x, n, bf16);
    // The sums of the pieces meet in double precision, so that the error does not grow with the length.
    double total = identity(kind);
    for (long i = 0; i < n; i += 8192) {
        float piece = reduce_piece(kind, row_of(x, i, bf16), n - i < 8192 ? n - i : 8192, bf16);
        if (kind == MK_SUM) total += piece;
        else if (kind == MK_PRODUCT) total *= piece;
        else total = combine_one(kind, (float)total, piece);
    }
    return (float)total;
}

// Columns column ..< column + 8 vectors (or fewer) of a matrix: y = rows combined.
MK_INLINE void reduce_columns_block(mk_reduction kind, const void* x, long row_stride, float* y, long rows, int vectors,
                                    long some, int accumulate, int bf16) {
    vf total[8], sum[8];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
        total[v] = accumulate ? get(y, v * MK_LANES, some, 0) : mkv_splat(identity(kind));
    for (long begin = 0; begin < rows; begin += 512) {  // sums of sums: the error grows with 512 + rows / 512
        long end = rows - begin < 512 ? rows : begin + 512;
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sum[v] = mkv_splat(identity(kind));
        for (long i = begin; i < end; i++)
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++)
                sum[v] = combine(kind, sum[v], get(x, i * row_stride + v * MK_LANES, some, bf16));
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) total[v] = combine(kind, total[v], sum[v]);
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) put(y, v * MK_LANES, total[v], some, 0);
}
MK_INLINE void reduce_columns(mk_reduction kind, const void* x, long row_stride, float* y, long rows, long columns,
                              int accumulate, int bf16) {
    long j = 0;
    for (; j + 8 * MK_LANES <= columns; j += 8 * MK_LANES)
        reduce_columns_block(kind, row_of(x, j, bf16), row_stride, y + j, rows, 8, MK_LANES, accumulate, bf16);
    for (; j + 2 * MK_LANES <= columns; j += 2 * MK_LANES)
        reduce_columns_block(kind, row_of(x, j, bf16), row_stride, y + j, rows, 2, MK_LANES, accumulate, bf16);
    for (; j + MK_LANES <= columns; j += MK_LANES)
        reduce_columns_block(kind, row_of(x, j, bf16), row_stride, y + j, rows, 1, MK_LANES, accumulate, bf16);
    if (j < columns)
        reduce_columns_block(kind, row_of(x, j, bf16), row_stride, y + j, rows, 1, columns - j, accumulate, bf16);
}
MK_INLINE void reduce_middle(mk_reduction kind, const void* x, float* y, long outer, long reduce, long inner, int bf16) {
    for (long i = 0; i < outer; i++) {
        const void* block = row_of(x, i * reduce * inner, bf16);
        if (inner == 1) y[i] = reduce_row(kind, block, reduce, bf16);
        else reduce_columns(kind, block, inner, y + i * inner, reduce, inner, 0, bf16);
    }
}
void MK_NAME(mk_reduce)(mk_reduction kind, const void* x, mk_dtype dtype, float* y, long outer, long reduce, long inner) {
#define REDUCE(kind) BOTH(dtype, reduce_middle(kind, x, y, outer, reduce, inner, 0), reduce_middle(kind, x, y, outer, reduce, inner, 1))
    switch (kind) {
    case MK_SUM: REDUCE(MK_SUM); break;
    case MK_PRODUCT: REDUCE(MK_PRODUCT); break;
    case MK_MAXIMUM: REDUCE(MK_MAXIMUM); break;
    case MK_MINIMUM: REDUCE(MK_MINIMUM); break;
    }
}
void MK_NAME(mk_column_sum)(const void* x, mk_dtype dtype, long row_stride, float* y, long rows, long columns,
                            int accumulate) {
    BOTH(dtype, reduce_columns(MK_SUM, x, row_stride, y, rows, columns, accumulate, 0),
         reduce_columns(MK_SUM, x, row_stride, y, rows, columns, accumulate, 1));
}

// Which of a row's elements has this value; the first NaN if the value is NaN.
MK_INLINE long find(const void* x, float value, long n, int bf16) {
    for (long i = 0; i < n; i++) {
        float candidate = one(x, i, bf16);
        if (candidate == value || (candidate != candidate && value != value)) return i;
    }
    return 0;
}
MK_INLINE void arg_reduce(int largest, const void* x, int32_t* y, long outer, long reduce, long inner, int bf16) {
    for (long i = 0; i < outer; i++) {
        const void* block = row_of(x, i * reduce * inner, bf16);
        if (inner == 1) {
            float best = largest ? reduce_row(MK_MAXIMUM, block, reduce, bf16) : reduce_row(MK_MINIMUM, block, reduce, bf16);
            y[i] = (int32_t)find(block, best, reduce, bf16);
            continue;
        }
        EACH(inner, {
            vf best = mkv_splat(0.f);
            vi where = {0};
            if (reduce > 0) best = get(block, j, some, bf16);
            for (long k = 1; k < reduce; k++) {
                vf candidate = get(block, k * inner + j, some, bf16);
                vi better = largest ? candidate > best : candidate < best;
                better = (better | (candidate != candidate)) & (best == best);
                best = mkv_select(better, candidate, best);
                where = mkv_select_int(better, (vi){0} + (int32_t)k, where);
            }
            memcpy(y + i * inner + j, &where, (size_t)some * 4);
        });
    }
}
void MK_NAME(mk_arg_reduce)(int largest, const void* x, mk_dtype dtype, int32_t* y, long outer, long reduce, long inner) {
    BOTH(dtype, arg_reduce(largest, x, y, outer, reduce, inner, 0), arg_reduce(largest, x, y, outer, reduce, inner, 1));
}

MK_INLINE void column_moments(const void* x, long row_stride, float* mean, float* m2, long rows, long columns, int bf16) {
    EACH(columns, {
        vf m = {0};
        vf s = {0};
        // Blocks of rows, each in two passes (exact deviations from its own mean), merged into what came before.
        for (long begin = 0; begin < rows; begin += 128) {
            long count = rows - begin < 128 ? rows - begin : 128;
            vf sum = {0};
            vf squares = {0};
            for (long i = begin; i < begin + count; i++) sum += get(x, i * row_stride + j, some, bf16);
            vf block_mean = sum * (1.f / (float)count);
            for (long i = begin; i < begin + count; i++) {
                vf d = get(x, i * row_stride + j, some, bf16) - block_mean;
                squares = mkv_fma(d, d, squares);
            }
            float share = (float)((double)count / (double)(begin + count));
            vf difference = block_mean - m;
            m = mkv_fma(difference, mkv_splat(share), m);
            s += mkv_fma(difference * difference, mkv_splat((float)begin * share), squares);
        }
        put(mean, j, m, some, 0);
        put(m2, j, s, some, 0);
    });
}
void MK_NAME(mk_column_moments)(const void* x, mk_dtype dtype, long row_stride, float* mean, float* m2, long rows,
                                long columns) {
    BOTH(dtype, column_moments(x, row_stride, mean, m2, rows, columns, 0),
         column_moments(x, row_stride, mean, m2, rows, columns, 1));
}

// Rows of a block that stays in the nearest cache while its columns are visited one group of lanes after the other.
MK_INLINE long channel_block(long columns) {
    long rows = 8192 / (columns > 0 ? columns : 1);
    return rows < 8 ? 8 : rows > 256 ? 256 : rows;
}

MK_INLINE void channel_sums(const void* x, double* sum, double* squares, long rows, long columns, int bf16) {
    for (long j = 0; j < columns; j++) sum[j] = squares[j] = 0;
    long block = channel_block(columns);
    for (long begin = 0; begin < rows; begin += block) {
        long end = begin + block < rows ? begin + block : rows;
        float count = (float)(end - begin);
        EACH(columns, {
            vf s0 = {0}, s1 = {0}, q0 = {0}, q1 = {0};
            long i = begin;
            for (; i + 2 <= end; i += 2) {
                s0 += get(x, i * columns + j, some, bf16);
                s1 += get(x, (i + 1) * columns + j, some, bf16);
            }
            if (i < end) s0 += get(x, i * columns + j, some, bf16);
            vf total = s0 + s1, mean = total * (1.f / count);
            for (i = begin; i + 2 <= end; i += 2) {
                vf d0 = get(x, i * columns + j, some, bf16) - mean, d1 = get(x, (i + 1) * columns + j, some, bf16) - mean;
                q0 = mkv_fma(d0, d0, q0);
                q1 = mkv_fma(d1, d1, q1);
            }
            if (i < end) {
                vf d0 = get(x, i * columns + j, some, bf16) - mean;
                q0 = mkv_fma(d0, d0, q0);
            }
            vf deviations = q0 + q1;
            // Σ x² = Σ (x - m)² + m (2 Σ x - n m), whatever m is.
            for (long lane = 0; lane < some; lane++) {
                double t = (double)total[lane], m = (double)mean[lane];
                sum[j + lane] += t;
                squares[j + lane] += (double)deviations[lane] + m * (2 * t - (double)count * m);
            }
        });
    }
}
void MK_NAME(mk_channel_sums)(const void* x, mk_dtype dtype, double* sum, double* squares, long rows, long columns) {
    BOTH(dtype, channel_sums(x, sum, squares, rows, columns, 0), channel_sums(x, sum, squares, rows, columns, 1));
}

MK_INLINE void channel_gradient_sums(const void* x, const void* g, const float* center, float* sum, float* product,
                                     long rows, long columns, int bf16) {
    for (long j = 0; j < columns; j++) sum[j] = product[j] = 0;
    long block = channel_block(columns);
    for (long begin = 0; begin < rows; begin += block) {
        long end = begin + block < rows ? begin + block : rows;
        EACH(columns, {
            vf c = center ? get(center, j, some, 0) : mkv_splat(0.f);
            vf s0 = {0}, s1 = {0}, p0 = {0}, p1 = {0};
            long i = begin;
            for (; i + 2 <= end; i += 2) {
                vf g0 = get(g, i * columns + j, some, bf16), g1 = get(g, (i + 1) * columns + j, some, bf16);
                s0 += g0;
                s1 += g1;
                p0 = mkv_fma(g0, get(x, i * columns + j, some, bf16) - c, p0);
                p1 = mkv_fma(g1, get(x, (i + 1) * columns + j, some, bf16) - c, p1);
            }
            if (i < end) {
                vf g0 = get(g, i * columns + j, some, bf16);
                s0 += g0;
                p0 = mkv_fma(g0, get(x, i * columns + j, some, bf16) - c, p0);
            }
            put(sum, j, get(sum, j, some, 0) + (s0 + s1), some, 0);
            put(product, j, get(product, j, some, 0) + (p0 + p1), some, 0);
        });
    }
}
void MK_NAME(mk_channel_gradient_sums)(const void* x, const void* g, mk_dtype dtype, const float* center, float* sum,
                                       float* product, long rows, long columns) {
    BOTH(dtype, channel_gradient_sums(x, g, center, sum, product, rows, columns, 0),
         channel_gradient_sums(x, g, center, sum, product, rows, columns, 1));
}

// ---- Softmax ----

MK_INLINE float logsumexp_row(const void* x, long columns, int bf16) {
    float top = reduce_row(MK_MAXIMUM, x, columns, bf16), sum;
    if (top == INFINITY || top == -INFINITY) return top;
    SUM_OVER(sum, columns, mkv_exp(get(x, j, some, bf16) - top));
    return top + logf(sum);
}
MK_INLINE void logsumexp_rows(const void* x, float* y, long rows, long columns, int bf16) {
    for (long i = 0; i < rows; i++) y[i] = logsumexp_row(row_of(x, i * columns, bf16), columns, bf16);
}
void MK_NAME(mk_logsumexp_rows)(const void* x, mk_dtype dtype, float* y, long rows, long columns) {
    BOTH(dtype, logsumexp_rows(x, y, rows, columns, 0), logsumexp_rows(x, y, rows, columns, 1));
}

MK_INLINE void softmax_rows(const void* x, void* y, long rows, long columns, int bf16) {
    for (long i = 0; i < rows; i++) {
        const void* from = row_of(x, i * columns, bf16);
        void* to = (void*)row_of(y, i * columns, bf16);
        float top = reduce_row(MK_MAXIMUM, from, columns, bf16), sum;
        if (bf16) {
            // Computing exp twice keeps the weights from being rounded twice.
            SUM_OVER(sum, columns, mkv_exp(get(from, j, some, 1) - top));
            float factor = 1.f / sum;
            EACH(columns, put(to, j, mkv_exp(get(from, j, some, 1) - top) * factor, some, 1));
        } else {
            vf total = {0};
            EACH(columns, {
                vf e = mkv_exp(get(from, j, some, 0) - top);
                put(to, j, e, some, 0);
                total += keep(e, some, 0.f);
            });
            float factor = 1.f / mkv_sum(total);
            EACH(columns, put(to, j, get(to, j, some, 0) * factor, some, 0));
        }
    }
}
void MK_NAME(mk_softmax_rows)(const void* x, void* y, mk_dtype dtype, long rows, long columns) {
    BOTH(dtype, softmax_rows(x, y, rows, columns, 0), softmax_rows(x, y, rows, columns, 1));
}

MK_INLINE void log_softmax_rows(const void* x, void* y, long rows, long columns, int bf16) {
    for (long i = 0; i < rows; i++) {
        const void* from = row_of(x, i * columns, bf16);
        void* to = (void*)row_of(y, i * columns, bf16);
        float top = reduce_row(MK_MAXIMUM, from, columns, bf16), sum;
        SUM_OVER(sum, columns, mkv_exp(get(from, j, some, bf16) - top));
        float rest = logf(sum);  // subtracted after the largest, which keeps the digits of close logits
        EACH(columns, put(to, j, (get(from, j, some, bf16) - top) - rest, some, bf16));
    }
}
void MK_NAME(mk_log_softmax_rows)(const void* x, void* y, mk_dtype dtype, long rows, long columns) {
    BOTH(dtype, log_softmax_rows(x, y, rows, columns, 0), log_softmax_rows(x, y, rows, columns, 1));
}

MK_INLINE void softmax_backward(const void* y, const void* g, void* dx, long rows, long columns, int logarithm, int bf16) {
    for (long i = 0; i < rows; i++) {
        const void* yr = row_of(y, i * columns, bf16);
        const void* gr = row_of(g, i * columns, bf16);
        void* to = (void*)row_of(dx, i * columns, bf16);
        float sum;
        if (logarithm) {
            SUM_OVER(sum, columns, get(gr, j, some, bf16));
            EACH(columns, put(to, j, get(gr, j, some, bf16) - mkv_exp(get(yr, j, some, bf16)) * sum, some, bf16));
        } else {
            SUM_OVER(sum, columns, get(gr, j, some, bf16) * get(yr, j, some, bf16));
            EACH(columns, put(to, j, get(yr, j, some, bf16) * (get(gr, j, some, bf16) - sum), some, bf16));
        }
    }
}
void MK_NAME(mk_softmax_rows_backward)(const void* y, const void* g, void* dx, mk_dtype dtype, long rows, long columns) {
    BOTH(dtype, softmax_backward(y, g, dx, rows, columns, 0, 0), softmax_backward(y, g, dx, rows, columns, 0, 1));
}
void MK_NAME(mk_log_softmax_rows_backward)(const void* y, const void* g, void* dx, mk_dtype dtype, long rows, long columns) {
    BOTH(dtype, softmax_backward(y, g, dx, rows, columns, 1, 0), softmax_backward(y, g, dx, rows, columns, 1, 1));
}

MK_INLINE int64_t index_at(const void* indices, mk_dtype dtype, long i) {
    return dtype == MK_I64 ? ((const int64_t*)indices)[i] : ((const int32_t*)indices)[i];
}
MK_INLINE void cross_entropy(const void* x, const void* labels, mk_dtype label_dtype, float* loss, float* logsumexp,
                             long rows, long columns, int bf16) {
    for (long i = 0; i < rows; i++) {
        const void* from = row_of(x, i * columns, bf16);
        int64_t label = index_at(labels, label_dtype, i);
        float value = logsumexp_row(from, columns, bf16);
        if (logsumexp) logsumexp[i] = value;
        loss[i] = label >= 0 && label < columns ? value - one(from, label, bf16) : 0.f;
    }
}
void MK_NAME(mk_cross_entropy_rows)(const void* x, mk_dtype dtype, const void* labels, mk_dtype label_dtype, float* loss,
                                    float* logsumexp, long rows, long columns) {
    BOTH(dtype, cross_entropy(x, labels, label_dtype, loss, logsumexp, rows, columns, 0),
         cross_entropy(x, labels, label_dtype, loss, logsumexp, rows, columns, 1));
}
MK_INLINE void cross_entropy_backward(const void* x, const void* labels, mk_dtype label_dtype, const float* logsumexp,
                                      const float* g, long g_stride, void* dx, long rows, long columns, int bf16) {
    for (long i = 0; i < rows; i++) {
        const void* from = row_of(x, i * columns, bf16);
        void* to = (void*)row_of(dx, i * columns, bf16);
        int64_t label = index_at(labels, label_dtype, i);
        if (label < 0 || label >= columns) {
            memset(to, 0, (size_t)columns * (bf16 ? 2 : 4));
            continue;
        }
        float normaliser = logsumexp ? logsumexp[i] : logsumexp_row(from, columns, bf16), weight = g[i * g_stride];
        float target = (expf(one(from, label, bf16) - normaliser) - 1.f) * weight;  // read first: dx may be x
        EACH(columns, put(to, j, mkv_exp(get(from, j, some, bf16) - normaliser) * weight, some, bf16));
        vf v = mkv_splat(target);
        put(to, label, v, 1, bf16);
    }
}
void MK_NAME(mk_cross_entropy_rows_backward)(const void* x, mk_dtype dtype, const void* labels, mk_dtype label_dtype,
                                             const float* logsumexp, const float* g, long g_stride, void* dx, long rows,
                                             long columns) {
    BOTH(dtype, cross_entropy_backward(x, labels, label_dtype, logsumexp, g, g_stride, dx, rows, columns, 0),
         cross_entropy_backward(x, labels, label_dtype, logsumexp, g, g_stride, dx, rows, columns, 1));
}

// ---- Normalisation ----

MK_INLINE vf parameter(const float* p, long j, long some, float otherwise) {
    return p ? get(p, j, some, 0) : mkv_splat(otherwise);
}

MK_INLINE void layer_norm(const void* x, void* y, const float* scale, const float* shift, float* mean, float* rstd,
                          float epsilon, long rows, long columns, int centred, int bf16) {
    float share = 1.f / (float)columns;
    for (long i = 0; i < rows; i++) {
        const void* from = row_of(x, i * columns, bf16);
        void* to = (void*)row_of(y, i * columns, bf16);
        float m = 0, squares;
        if (centred) {
            SUM_OVER(m, columns, get(from, j, some, bf16));
            m *= share;
        }
        SUM_OVER(squares, columns, (get(from, j, some, bf16) - m) * (get(from, j, some, bf16) - m));
        float r = 1.f / sqrtf(squares * share + epsilon);
        if (mean) mean[i] = m;
        if (rstd) rstd[i] = r;
        EACH(columns, {
            vf normal = (get(from, j, some, bf16) - m) * r;
            vf shifted = centred ? parameter(shift, j, some, 0.f) : mkv_splat(0.f);
            put(to, j, mkv_fma(normal, parameter(scale, j, some, 1.f), shifted), some, bf16);
        });
    }
}
void MK_NAME(mk_layer_norm_rows)(const void* x, void* y, mk_dtype dtype, const float* scale, const float* shift,
                                 float* mean, float* rstd, float epsilon, long rows, long columns) {
    BOTH(dtype, layer_norm(x, y, scale, shift, mean, rstd, epsilon, rows, columns, 1, 0),
         layer_norm(x, y, scale, shift, mean, rstd, epsilon, rows, columns, 1, 1));
}
void MK_NAME(mk_rms_norm_rows)(const void* x, void* y, mk_dtype dtype, const float* scale, float* rstd, float epsilon,
                               long rows, long columns) {
    BOTH(dtype, layer_norm(x, y, scale, 0, 0, rstd, epsilon, rows, columns, 0, 0),
         layer_norm(x, y, scale, 0, 0, rstd, epsilon, rows, columns, 0, 1));
}

// With n = (x - mean) rstd and h = g scale: dx = rstd (h - mean(h) - n mean(h n)); without centring mean(h) drops out.
MK_INLINE void layer_norm_backward(const void* x, const void* g, void* dx, const float* scale, const float* mean,
                                   const float* rstd, float* dscale, float* dshift, long rows, long columns, int centred,
                                   int bf16) {
    float share = 1.f / (float)columns;
    for (long i = 0; i < rows; i++) {
        const void* from = row_of(x, i * columns, bf16);
        const void* gr = row_of(g, i * columns, bf16);
        void* to = (void*)row_of(dx, i * columns, bf16);
        float m = centred ? mean[i] : 0.f, r = rstd[i];
        vf along = {0}, across = {0};
        EACH(columns, {
            vf gradient = get(gr, j, some, bf16), normal = (get(from, j, some, bf16) - m) * r;
            vf h = gradient * parameter(scale, j, some, 1.f);
            along += h;  // lanes beyond the end are 0 because the gradient's are
            across = mkv_fma(h, normal, across);
            if (dscale) put(dscale, j, mkv_fma(gradient, normal, get(dscale, j, some, 0)), some, 0);
            if (dshift) put(dshift, j, get(dshift, j, some, 0) + gradient, some, 0);
        });
        float mean_h = centred ? mkv_sum(along) * share : 0.f, mean_hn = mkv_sum(across) * share;
        EACH(columns, {
            vf normal = (get(from, j, some, bf16) - m) * r;
            vf h = get(gr, j, some, bf16) * parameter(scale, j, some, 1.f);
            put(to, j, r * ((h - mean_h) - normal * mean_hn), some, bf16);
        });
    }
}
void MK_NAME(mk_layer_norm_rows_backward)(const void* x, const void* g, void* dx, mk_dtype dtype, const float* scale,
                                          const float* mean, const float* rstd, float* dscale, float* dshift, long rows,
                                          long columns) {
    BOTH(dtype, layer_norm_backward(x, g, dx, scale, mean, rstd, dscale, dshift, rows, columns, 1, 0),
         layer_norm_backward(x, g, dx, scale, mean, rstd, dscale, dshift, rows, columns, 1, 1));
}
void MK_NAME(mk_rms_norm_rows_backward)(const void* x, const void* g, void* dx, mk_dtype dtype, const float* scale,
                                        const float* rstd, float* dscale, long rows, long columns) {
    BOTH(dtype, layer_norm_backward(x, g, dx, scale, 0, rstd, dscale, 0, rows, columns, 0, 0),
         layer_norm_backward(x, g, dx, scale, 0, rstd, dscale, 0, rows, columns, 0, 1));
}

MK_INLINE void scale_shift(const void* x, void* y, const float* scale, const float* shift, int relu, long rows,
                           long columns, int bf16) {
    for (long i = 0; i < rows; i++) {
        const void* from = row_of(x, i * columns, bf16);
        void* to = (void*)row_of(y, i * columns, bf16);
        EACH(columns, {
            vf v = mkv_fma(get(from, j, some, bf16), get(scale, j, some, 0), get(shift, j, some, 0));
            if (relu) v = mkv_select(v < 0.f, mkv_splat(0.f), v);
            put(to, j, v, some, bf16);
        });
    }
}
void MK_NAME(mk_scale_shift)(const void* x, void* y, mk_dtype dtype, const float* scale, const float* shift, int relu,
                             long rows, long columns) {
    BOTH(dtype, scale_shift(x, y, scale, shift, relu, rows, columns, 0),
         scale_shift(x, y, scale, shift, relu, rows, columns, 1));
}

// ---- Moving data ----

MK_INLINE vf get_any(const void* x, long i, long some, mk_dtype dtype) {
    if (dtype != MK_F16) return get(x, i, some, dtype == MK_BF16);
    vh h = {0};
    memcpy(&h, (const uint16_t*)x + i, (size_t)some * 2);
    return mkv_from_f16(h);
}
MK_INLINE void put_any(void* x, long i, vf v, long some, mk_dtype dtype) {
    if (dtype != MK_F16) {
        put(x, i, v, some, dtype == MK_BF16);
        return;
    }
    vh h = mkv_to_f16(v);
    memcpy((uint16_t*)x + i, &h, (size_t)some * 2);
}
void MK_NAME(mk_cast)(void* to, mk_dtype to_dtype, const void* from, mk_dtype from_dtype, long count) {
#define CAST(target, source) EACH(count, put_any(to, j, get_any(from, j, some, source), some, target))
    if (to_dtype == from_dtype) memcpy(to, from, (size_t)count * (size_t)mk_dtype_size(to_dtype));
    else if (to_dtype == MK_F32 && from_dtype == MK_BF16) CAST(MK_F32, MK_BF16);
    else if (to_dtype == MK_F32) CAST(MK_F32, MK_F16);
    else if (to_dtype == MK_BF16 && from_dtype == MK_F32) CAST(MK_BF16, MK_F32);
    else if (to_dtype == MK_BF16) CAST(MK_BF16, MK_F16);
    else if (from_dtype == MK_F32) CAST(MK_F16, MK_F32);
    else CAST(MK_F16, MK_BF16);
}

MK_INLINE void scatter_add(void* table, long table_rows, const void* g, const void* indices, mk_dtype index_dtype,
                           long count, long columns, long column_begin, long column_end, int table_bf16, int g_bf16) {
    long width = column_end - column_begin;
    for (long i = 0; i < count; i++) {
        int64_t index = index_at(indices, index_dtype, i);
        if (index < 0 || index >= table_rows) continue;
        void* to = (void*)row_of(table, index * columns + column_begin, table_bf16);
        const void* from = row_of(g, i * columns + column_begin, g_bf16);
        EACH(width, put(to, j, get(to, j, some, table_bf16) + get(from, j, some, g_bf16), some, table_bf16));
    }
}
void MK_NAME(mk_scatter_add_rows)(void* table, mk_dtype table_dtype, long table_rows, const void* g, mk_dtype g_dtype,
                                  const void* indices, mk_dtype index_dtype, long count, long columns, long column_begin,
                                  long column_end) {
#define SCATTER(t, s) scatter_add(table, table_rows, g, indices, index_dtype, count, columns, column_begin, column_end, t, s)
    if (table_dtype == MK_BF16) BOTH(g_dtype, SCATTER(1, 0), SCATTER(1, 1));
    else BOTH(g_dtype, SCATTER(0, 0), SCATTER(0, 1));
}

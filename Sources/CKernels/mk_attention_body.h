// Attention: see include/mk_attention.h. Compiled once per instruction set, see mk_isa_common.h.
#include "mk_attention.h"
#include "mk_gemm.h"
#include "mk_lanes.h"

#define QUERIES 64
#define KEYS 128

MK_INLINE long least(long a, long b) { return a < b ? a : b; }
MK_INLINE size_t whole_lines(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

// Memory is dealt out by address, because the same code also counts bytes from address 0.
MK_INLINE void* take(uintptr_t* from, long floats) {
    void* p = (void*)*from;
    *from += whole_lines((size_t)floats * 4);
    return p;
}

typedef struct {
    float *scores, *slopes;       // [QUERIES, KEYS]: probabilities, and their gradients
    uint16_t *half_scores, *half_slopes;
    float *largest, *sum, *product; // per query of a tile; [QUERIES, value_width]
    float *delta, *dq, *dk, *dv;  // backward: per query; whole; one tile of keys
    void* gemm;
    size_t bytes;
} parts;

static size_t largest_gemm(const mk_attention* a, int backward) {
    long m = least(QUERIES, a->queries), n = least(KEYS, a->keys);
    size_t sizes[6] = {mk_gemm_scratch_bytes(m, n, a->width), mk_gemm_scratch_bytes(m, a->value_width, n),
                       backward ? mk_gemm_scratch_bytes(m, n, a->value_width) : 0,
                       backward ? mk_gemm_scratch_bytes(n, a->value_width, m) : 0,
                       backward ? mk_gemm_scratch_bytes(n, a->width, m) : 0,
                       backward ? mk_gemm_scratch_bytes(m, a->width, n) : 0};
    size_t largest = 0;
    for (int i = 0; i < 6; i++)
        if (sizes[i] > largest) largest = sizes[i];
    return largest;
}

static parts parts_of(const mk_attention* a, int backward, void* scratch) {
    uintptr_t start = ((uintptr_t)scratch + 63) & ~(uintptr_t)63, at = start;
    parts p = {0};
    p.scores = take(&at, QUERIES * KEYS);
    p.half_scores = take(&at, QUERIES * KEYS / 2);
    p.largest = take(&at, QUERIES);
    p.sum = take(&at, QUERIES);
    if (backward) {
        p.slopes = take(&at, QUERIES * KEYS);
        p.half_slopes = take(&at, QUERIES * KEYS / 2);
        p.delta = take(&at, a->queries);
        p.dq = take(&at, a->queries * a->width);
        p.dk = take(&at, KEYS * a->width);
        p.dv = take(&at, KEYS * a->value_width);
    } else p.product = take(&at, QUERIES * a->value_width);
    p.gemm = (void*)at;
    p.bytes = (size_t)(at - start) + largest_gemm(a, backward) + 64;
    return p;
}

size_t MK_NAME(mk_attention_forward_scratch_bytes)(const mk_attention* a) { return parts_of(a, 0, NULL).bytes; }
size_t MK_NAME(mk_attention_backward_scratch_bytes)(const mk_attention* a) { return parts_of(a, 1, NULL).bytes; }

MK_INLINE long start_of(const mk_attention* a, mk_attention_strides s, long pair) {
    return pair / a->heads * s.batch + pair % a->heads * s.head;
}

// A product whose operands are f32 or bf16 and whose result is f32.
MK_INLINE void multiply(int half, long m, long n, long k, const void* a, long a_row, long a_column, const void* b, long b_row,
                        long b_column, int beta, float* c, long c_row, void* scratch) {
    if (half) mk_gemm_bf16(m, n, k, a, a_row, a_column, b, b_row, b_column, beta, c, 0, c_row, NULL, 0, scratch);
    else mk_gemm_f32(m, n, k, a, a_row, a_column, b, b_row, b_column, beta, c, c_row, NULL, 0, scratch);
}

// Scales a row of scores, adds the mask and hides what the query may not see.
MK_INLINE void prepare_row(const mk_attention* a, const float* mask, long query, long key, long count, float* row) {
    long seen = a->causal ? query + a->causal_offset - key + 1 : count;
    if (seen > count) seen = count;
    if (seen < 0) seen = 0;
    for (long j = 0; j < count; j += MK_LANES) {
        mk_lanes v = mk_read(row, j, count - j, 0) * a->scale;
        mk_write(row, j, v, count - j, 0);
    }
    if (mask) {
        const float* m = mask + query * a->mask_query + key * a->mask_key;
        if (a->mask_key == 1)
            for (long j = 0; j < count; j += MK_LANES)
                mk_write(row, j, mk_read(row, j, count - j, 0) + mk_read(m, j, count - j, 0), count - j, 0);
        else
            for (long j = 0; j < count; j++) row[j] += m[j * a->mask_key];
    }
    for (long j = seen; j < count; j++) row[j] = -INFINITY;
}

// row = e^(row - shift); returns the sum. A shift of minus infinity (nothing seen) counts as 0.
MK_INLINE float exponentials(float* row, long count, float shift) {
    if (shift == -INFINITY) shift = 0;
    mk_lanes sum = {};
    long j = 0;
    for (; j + MK_LANES <= count; j += MK_LANES) {
        mk_lanes v = mk_load(row + j);
        // The polynomial stops at the smallest float, so what is hidden is set to 0 by hand.
        v = mk_select(v == -INFINITY, (mk_lanes){}, mk_exp_lanes(v - shift));
        mk_store(row + j, v);
        sum += v;
    }
    float total = mk_sum(sum);
    if (j < count) {
        mk_lanes v = mk_load_part(row + j, count - j);
        v = mk_select(v == -INFINITY, (mk_lanes){}, mk_exp_lanes(v - shift));
        mk_store_part(row + j, v, count - j);
        for (long i = 0; i < count - j; i++) total += row[j + i];
    }
    return total;
}

MK_INLINE float largest_of(const float* row, long count, float start) {
    mk_lanes best = mk_splat(start);
    long j = 0;
    for (; j + MK_LANES <= count; j += MK_LANES) best = mk_larger(mk_load(row + j), best);
    float value = mk_largest(best);
    for (; j < count; j++) value = row[j] > value ? row[j] : value;
    return value;
}

MK_INLINE void narrow_rows(const float* source, long count, uint16_t* target) {
    for (long j = 0; j < count; j += MK_LANES) mk_write(target, j, mk_read(source, j, count - j, 0), count - j, 1);
}

// Keys from here on are hidden from every query of the tile that ends before `end`.
MK_INLINE long keys_seen(const mk_attention* a, long end) {
    if (!a->causal) return a->keys;
    long seen = end + a->causal_offset;
    return seen < 0 ? 0 : least(a->keys, seen);
}

// ---- Forward ------------------------------------------------------------------------------------------------------------

MK_INLINE void forward(int half, const mk_attention* a, const void* q, const void* k, const void* v, void* out, float* log_sum,
                       long first, long last, void* scratch) {
    parts p = parts_of(a, 0, scratch);
    for (long pair = first; pair < last; pair++) {
        const void* own_q = mk_at(q, start_of(a, a->q, pair), half);
        const void* own_k = mk_at(k, start_of(a, a->k, pair), half);
        const void* own_v = mk_at(v, start_of(a, a->v, pair), half);
        void* own_out = (void*)mk_at(out, start_of(a, a->out, pair), half);
        const float* mask = a->mask ? a->mask + pair / a->heads * a->mask_batch + pair % a->heads * a->mask_head : NULL;
        for (long q0 = 0; q0 < a->queries; q0 += QUERIES) {
            long rows = least(QUERIES, a->queries - q0);
            for (long i = 0; i < rows; i++) {
                p.largest[i] = -INFINITY;
                p.sum[i] = 0;
            }
            memset(p.product, 0, (size_t)(rows * a->value_width) * 4);
            long seen = keys_seen(a, q0 + rows);
            for (long k0 = 0; k0 < seen; k0 += KEYS) {
                long count = least(KEYS, a->keys - k0);
                multiply(half, rows, count, a->width, mk_at(own_q, q0 * a->q.time, half), a->q.time, 1,
                         mk_at(own_k, k0 * a->k.time, half), 1, a->k.time, 0, p.scores, count, p.gemm);
                for (long i = 0; i < rows; i++) {
                    float* row = p.scores + i * count;
                    prepare_row(a, mask, q0 + i, k0, count, row);
                    float before = p.largest[i], now = largest_of(row, count, before);
                    float total = exponentials(row, count, now);
                    if (now > before) {
                        // What was summed so far was relative to a smaller maximum.
                        float shrink = before == -INFINITY ? 0 : expf(before - now);
                        p.sum[i] *= shrink;
                        float* sums = p.product + i * a->value_width;
                        for (long j = 0; j < a->value_width; j++) sums[j] *= shrink;
                        p.largest[i] = now;
                    }
                    p.sum[i] += total;
                }
                if (half) narrow_rows(p.scores, rows * count, p.half_scores);
                multiply(half, rows, a->value_width, count, half ? (const void*)p.half_scores : p.scores, count, 1,
                         mk_at(own_v, k0 * a->v.time, half), a->v.time, 1, 1, p.product, a->value_width, p.gemm);
            }
            for (long i = 0; i < rows; i++) {
                float scale = p.sum[i] > 0 ? 1 / p.sum[i] : p.sum[i] == 0 ? 0 : NAN;
                for (long j = 0; j < a->value_width; j += MK_LANES) {
                    long n = a->value_width - j;
                    mk_write(own_out, (q0 + i) * a->out.time + j, mk_read(p.product, i * a->value_width + j, n, 0) * scale, n, half);
                }
                if (log_sum) log_sum[pair * a->queries + q0 + i] = p.sum[i] == 0 ? -INFINITY : p.largest[i] + logf(p.sum[i]);
            }
        }
    }
}

void MK_NAME(mk_attention_forward_f32)(const mk_attention* a, const float* q, const float* k, const float* v, float* out,
                                       float* log_sum, long first, long last, void* scratch) {
    forward(0, a, q, k, v, out, log_sum, first, last, scratch);
}

void MK_NAME(mk_attention_forward_bf16)(const mk_attention* a, const uint16_t* q, const uint16_t* k, const uint16_t* v,
                                        uint16_t* out, float* log_sum, long first, long last, void* scratch) {
    forward(1, a, q, k, v, out, log_sum, first, last, scratch);
}

// ---- Backward -----------------------------------------------------------------------------------------------------------

MK_INLINE void write_rows(int half, const float* source, long rows, long width, void* target, long step) {
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < width; j += MK_LANES)
            mk_write(target, i * step + j, mk_read(source, i * width + j, width - j, 0), width - j, half);
}

MK_INLINE void backward(int half, const mk_attention* a, const void* q, const void* k, const void* v, const void* out,
                        const float* log_sum, const void* dout, void* dq, void* dk, void* dv, long first, long last,
                        void* scratch) {
    parts p = parts_of(a, 1, scratch);
    for (long pair = first; pair < last; pair++) {
        long at_q = start_of(a, a->q, pair), at_k = start_of(a, a->k, pair), at_v = start_of(a, a->v, pair);
        const void *own_q = mk_at(q, at_q, half), *own_k = mk_at(k, at_k, half), *own_v = mk_at(v, at_v, half);
        const void* own_out = mk_at(out, start_of(a, a->out, pair), half);
        const void* own_dout = mk_at(dout, start_of(a, a->out, pair), half);
        const float* mask = a->mask ? a->mask + pair / a->heads * a->mask_batch + pair % a->heads * a->mask_head : NULL;
        const float* logs = log_sum + pair * a->queries;
        // The softmax takes the mean gradient off each row, and that mean is out . dout.
        for (long i = 0; i < a->queries; i++) {
            mk_lanes sum = {};
            for (long j = 0; j < a->value_width; j += MK_LANES) {
                long at = i * a->out.time + j, n = a->value_width - j;
                sum += mk_read(own_out, at, n, half) * mk_read(own_dout, at, n, half);
            }
            p.delta[i] = mk_sum(sum);
        }
        if (a->queries > 0) memset(p.dq, 0, (size_t)(a->queries * a->width) * 4);
        for (long k0 = 0; k0 < a->keys; k0 += KEYS) {
            long count = least(KEYS, a->keys - k0);
            memset(p.dk, 0, (size_t)(count * a->width) * 4);
            memset(p.dv, 0, (size_t)(count * a->value_width) * 4);
            const void *tile_k = mk_at(own_k, k0 * a->k.time, half), *tile_v = mk_at(own_v, k0 * a->v.time, half);
            for (long q0 = 0; q0 < a->queries; q0 += QUERIES) {
                long rows = least(QUERIES, a->queries - q0);
                if (keys_seen(a, q0 + rows) <= k0) continue;
                const void *tile_q = mk_at(own_q, q0 * a->q.time, half), *up = mk_at(own_dout, q0 * a->out.time, half);
                multiply(half, rows, count, a->width, tile_q, a->q.time, 1, tile_k, 1, a->k.time, 0, p.scores, count, p.gemm);
                multiply(half, rows, count, a->value_width, up, a->out.time, 1, tile_v, 1, a->v.time, 0, p.slopes, count, p.gemm);
                for (long i = 0; i < rows; i++) {
                    float *row = p.scores + i * count, *slope = p.slopes + i * count;
                    prepare_row(a, mask, q0 + i, k0, count, row);
                    exponentials(row, count, logs[q0 + i]);
                    for (long j = 0; j < count; j += MK_LANES) {
                        long n = count - j;
                        mk_lanes d = mk_read(row, j, n, 0) * (mk_read(slope, j, n, 0) - p.delta[q0 + i]) * a->scale;
                        mk_write(slope, j, d, n, 0);
                    }
                }
                const void *scores = p.scores, *slopes = p.slopes;
                if (half) {
                    narrow_rows(p.scores, rows * count, p.half_scores);
                    narrow_rows(p.slopes, rows * count, p.half_slopes);
                    scores = p.half_scores;
                    slopes = p.half_slopes;
                }
                multiply(half, count, a->value_width, rows, scores, 1, count, up, a->out.time, 1, 1, p.dv, a->value_width, p.gemm);
                multiply(half, count, a->width, rows, slopes, 1, count, tile_q, a->q.time, 1, 1, p.dk, a->width, p.gemm);
                multiply(half, rows, a->width, count, slopes, count, 1, tile_k, a->k.time, 1, 1, p.dq + q0 * a->width, a->width, p.gemm);
            }
            write_rows(half, p.dk, count, a->width, (void*)mk_at(dk, at_k + k0 * a->k.time, half), a->k.time);
            write_rows(half, p.dv, count, a->value_width, (void*)mk_at(dv, at_v + k0 * a->v.time, half), a->v.time);
        }
        write_rows(half, p.dq, a->queries, a->width, (void*)mk_at(dq, at_q, half), a->q.time);
    }
}

void MK_NAME(mk_attention_backward_f32)(const mk_attention* a, const float* q, const float* k, const float* v, const float* out,
                                        const float* log_sum, const float* dout, float* dq, float* dk, float* dv, long first,
                                        long last, void* scratch) {
    backward(0, a, q, k, v, out, log_sum, dout, dq, dk, dv, first, last, scratch);
}

void MK_NAME(mk_attention_backward_bf16)(const mk_attention* a, const uint16_t* q, const uint16_t* k, const uint16_t* v,
                                         const uint16_t* out, const float* log_sum, const uint16_t* dout, uint16_t* dq,
                                         uint16_t* dk, uint16_t* dv, long first, long last, void* scratch) {
    backward(1, a, q, k, v, out, log_sum, dout, dq, dk, dv, first, last, scratch);
}

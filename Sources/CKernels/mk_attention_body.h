// Attention: see include/mk_attention.h. Compiled once per instruction set, see mk_isa_common.h.
//
// Scores are made in blocks of as many rows as a register tile has, so that a block lies in the first-level cache from its
// product to its exponentials and to the products that use it. The forward pass takes blocks of queries; the backward pass
// takes blocks of keys, because then two of the three products that read the block read it row by row, and the third alone
// needs a tile of slopes kept. Scores are counted in powers of two: their product is scaled by scale * log2 e.
#include "mk_attention.h"
#include "mk_gemm.h"
#include "mk_lanes.h"
#include "mk_vector.h"

// The register tile. With 32 registers 24 sums, two vectors of B and a broadcast A fit; with 16, 12 do.
#if MK_AVX512
#define ROWS 12
#elif MK_REGISTERS == 32
#define ROWS 8
#elif MK_AVX2
#define ROWS 6
#else
#define ROWS 4
#endif
#define COLUMNS (2 * MK_LANES)

// The tile that is packed at once.
#define QUERIES 128
#define KEYS 128
// An odd number of cache lines to a row of scores keeps the columns of a tile out of each other's way.
#define LINE (KEYS + 16)
// Up to so many queries, keys and values are read where they lie: packing them would cost more than the products.
#define FEW 8
#define BLOCK (ROWS > FEW ? ROWS : FEW)

// Whether bf16 operands stay pairs of bf16 (for the dot-product instruction) or become f32.
#define PAIRS MK_AVX512_BF16

#define LOG2_E 1.44269504f
#define LN_2 0.69314718f

MK_INLINE long least(long a, long b) { return a < b ? a : b; }
MK_INLINE long between(long value, long lowest, long largest) {
    return value < lowest ? lowest : value < largest ? value : largest;
}
MK_INLINE long round_up(long value, long step) { return (value + step - 1) / step * step; }
MK_INLINE size_t whole_lines(size_t bytes) { return (bytes + 63) & ~(size_t)63; }
// The words that one line of `depth` values takes.
MK_INLINE long words_of(int pairs, long depth) { return pairs ? (depth + 1) / 2 : depth; }

// Whether there is exactly one tile, which then writes its gradients alone.
MK_INLINE int is_one(long count, long tile) { return count > 0 && count <= tile; }

// Memory is dealt out by address, because the same code also counts bytes from address 0.
MK_INLINE void* take(uintptr_t* from, long words) {
    void* p = (void*)*from;
    *from += whole_lines((size_t)words * 4);
    return p;
}

typedef struct {
    float* scores;                    // [BLOCK, LINE], in the end probabilities
    uint16_t* half_scores;            // the same in bf16
    uint32_t *rows, *value_rows;      // a tile's operands of the left: queries, or keys and values
    uint32_t *keys, *values;          // panels of the right
    float *largest, *sum, *factors;   // per query of a tile
    float* product;                   // forward: [QUERIES, value_width]
    float* slopes;                    // backward: [KEYS, LINE]
    uint16_t* half_slopes;            // [BLOCK, LINE]
    uint32_t *key_panels, *query_panels, *up_panels;
    float *logs, *delta;              // per query of a tile
    float *dq, *dk, *dv;              // whole; one tile of keys
    void* gemm;
    size_t bytes;
} parts;

MK_INLINE long panel_words(long columns, long depth) { return (long)(mk_gemm_packed_b_bytes(columns, depth) / 4); }
MK_INLINE size_t larger_size(size_t a, size_t b) { return a > b ? a : b; }

static parts parts_of(const mk_attention* a, int backward, void* scratch) {
    uintptr_t start = ((uintptr_t)scratch + 63) & ~(uintptr_t)63, at = start;
    long queries = least(QUERIES, a->queries), keys = least(KEYS, a->keys);
    parts p = {0};
    p.scores = take(&at, BLOCK * LINE);
    p.half_scores = take(&at, BLOCK * LINE / 2);
    if (backward) {
        p.rows = take(&at, (keys + ROWS) * a->width);
        p.value_rows = take(&at, (keys + ROWS) * a->value_width);
        p.keys = take(&at, panel_words(queries, a->width));
        p.values = take(&at, panel_words(queries, a->value_width));
        p.key_panels = take(&at, panel_words(a->width, keys));
        p.query_panels = take(&at, panel_words(a->width, queries));
        p.up_panels = take(&at, panel_words(a->value_width, queries));
        long slopes = (keys + ROWS) * LINE, panels = panel_words(queries, a->value_width);
        p.slopes = take(&at, slopes > panels ? slopes : panels);
        p.half_slopes = take(&at, BLOCK * LINE / 2);
        p.logs = take(&at, QUERIES + MK_LANES);
        p.delta = take(&at, QUERIES + MK_LANES);
        if (!is_one(a->keys, KEYS)) p.dq = take(&at, a->queries * a->width);
        if (!is_one(a->queries, QUERIES)) {
            p.dk = take(&at, keys * a->width);
            p.dv = take(&at, keys * a->value_width);
        }
    } else {
        p.largest = take(&at, QUERIES + MK_LANES);
        p.sum = take(&at, QUERIES + MK_LANES);
        p.factors = take(&at, QUERIES + MK_LANES);
        p.product = take(&at, (queries + ROWS) * a->value_width);
        if (a->queries > FEW) {
            p.rows = take(&at, (queries + ROWS) * a->width);
            p.keys = take(&at, panel_words(keys, a->width));
            p.values = take(&at, panel_words(a->value_width, keys));
        }
    }
    p.gemm = (void*)at;
    p.bytes = (size_t)(at - start) + 64;
    if (!backward && a->queries <= FEW)
        p.bytes += larger_size(mk_gemm_scratch_bytes(queries, keys, a->width), mk_gemm_scratch_bytes(queries, a->value_width, keys));
    return p;
}

size_t MK_NAME(mk_attention_forward_scratch_bytes)(const mk_attention* a) { return parts_of(a, 0, NULL).bytes; }
size_t MK_NAME(mk_attention_backward_scratch_bytes)(const mk_attention* a) { return parts_of(a, 1, NULL).bytes; }

MK_INLINE long start_of(const mk_attention* a, mk_attention_strides s, long pair) {
    return pair / a->heads * s.batch + pair % a->heads * s.head;
}

// ---- Products -----------------------------------------------------------------------------------------------------------

// A product's operand of the left, in words: row i, word p at start[i * row + p], or at start[p * row + i] across the rows.
typedef struct {
    const uint32_t* start;
    long row;
} left_side;

// Where the result goes: C = factors * product (+ C).
typedef struct {
    void* start;
    long row;
    int half, more;
    const float* factors; // per row
} result_side;

MK_INLINE mk_lanes repeated(const uint32_t* word) {
    float value;
    memcpy(&value, word, 4);
    return mk_splat(value);
}

MK_INLINE void tile_product(int pairs, int across, int rows, long words, const uint32_t* a, long row, const uint32_t* b,
                            mk_lanes sum[ROWS][2]) {
    const uint32_t *a4 = a + 4 * row, *a8 = a + 8 * row;
    long row2 = 2 * row, row3 = 3 * row;
    for (long p = 0; p < words; p++, b += COLUMNS) {
        mk_lanes b0 = mk_load((const float*)b), b1 = mk_load((const float*)b + MK_LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            const uint32_t* group = i < 4 ? a : i < 8 ? a4 : a8;
            const uint32_t* word = across ? a + i : group + (i % 4 == 0 ? 0 : i % 4 == 1 ? row : i % 4 == 2 ? row2 : row3);
#if PAIRS
            if (pairs) {
                __m512bh v = (__m512bh)repeated(word);
                sum[i][0] = _mm512_dpbf16_ps(sum[i][0], v, (__m512bh)b0);
                sum[i][1] = _mm512_dpbf16_ps(sum[i][1], v, (__m512bh)b1);
                continue;
            }
#else
            (void)pairs;
#endif
            mk_lanes v = repeated(word);
            sum[i][0] = mkv_fma(v, b0, sum[i][0]);
            sum[i][1] = mkv_fma(v, b1, sum[i][1]);
        }
        if (across) a += row;
        else {
            a++, a4++, a8++;
            // Four rows to a pointer and the row's length as an index: twelve pointers would not fit the registers.
            __asm__("" : "+r"(a), "+r"(a4), "+r"(a8));
        }
    }
}

// `rows` rows are computed and the first `kept` of them written, `count` columns of each.
MK_INLINE void one_tile(int pairs, int across, int rows, long kept, long words, left_side a, const uint32_t* b, result_side c,
                        const float* factors, long column, long count) {
    mk_lanes sum[ROWS][2] = {};
    tile_product(pairs, across, rows, words, a.start, a.row, b, sum);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        if (i >= kept) break;
        mk_lanes factor = mk_splat(factors[i]);
        long at = i * c.row + column;
        if (count >= COLUMNS && !c.half) {
            float* to = (float*)c.start + at;
            mk_lanes low = sum[i][0] * factor, high = sum[i][1] * factor;
            if (c.more) low += mk_load(to), high += mk_load(to + MK_LANES);
            mk_store(to, low);
            mk_store(to + MK_LANES, high);
        } else
#pragma clang loop unroll(full)
            for (int v = 0; v < 2; v++) {
                long left = count - v * MK_LANES;
                if (left <= 0) break;
                mk_lanes value = sum[i][v] * factor;
                if (c.more) value += mk_read(c.start, at + v * MK_LANES, left, c.half);
                mk_write(c.start, at + v * MK_LANES, value, left, c.half);
            }
    }
}

// At most ROWS rows times the columns from ..< n of a packed matrix; `from` is the first of a panel. `start` words of the
// depth are left out; a panel has `depth` words to a column.
MK_INLINE void block_product(int pairs, int across, long rows, long from, long n, long start, long end, long depth, left_side a,
                             const uint32_t* panels, result_side c) {
    a.start += start * (across ? a.row : 1);
    for (long j = from; j < n; j += COLUMNS) {
        const uint32_t* b = panels + j * depth + start * COLUMNS;
        long words = end - start, count = n - j;
        if (rows > 2 * ROWS / 3) one_tile(pairs, across, ROWS, rows, words, a, b, c, c.factors, j, count);
        else if (rows > ROWS / 3) one_tile(pairs, across, 2 * ROWS / 3, rows, words, a, b, c, c.factors, j, count);
        else one_tile(pairs, across, ROWS / 3, rows, words, a, b, c, c.factors, j, count);
    }
}

// Every use of the product has one of these forms; a function each keeps the code small.
static void wide_rows(long rows, long from, long n, long start, long end, long depth, left_side a, const uint32_t* b, result_side c) {
    block_product(0, 0, rows, from, n, start, end, depth, a, b, c);
}
static void wide_across(long rows, long from, long n, long start, long end, long depth, left_side a, const uint32_t* b, result_side c) {
    block_product(0, 1, rows, from, n, start, end, depth, a, b, c);
}
#if PAIRS
static void pair_rows(long rows, long from, long n, long start, long end, long depth, left_side a, const uint32_t* b, result_side c) {
    block_product(1, 0, rows, from, n, start, end, depth, a, b, c);
}
static void pair_across(long rows, long from, long n, long start, long end, long depth, left_side a, const uint32_t* b, result_side c) {
    block_product(1, 1, rows, from, n, start, end, depth, a, b, c);
}
#define PRODUCT(pairs, across) ((pairs) ? (across) ? pair_across : pair_rows : (across) ? wide_across : wide_rows)
#else
#define PRODUCT(pairs, across) ((across) ? wide_across : wide_rows)
#endif

// Panels are those of the matrix product; they start at a multiple of 64 bytes, as all parts of the scratch do.
MK_INLINE void pack(int half, long n, long depth, const void* b, long b_row, long b_column, uint32_t* panels) {
    if (half) mk_gemm_pack_b_bf16(n, depth, b, b_row, b_column, panels);
    else mk_gemm_pack_b_f32(n, depth, b, b_row, b_column, panels);
}

// Rows that lie `step` apart, one after the other in words.
MK_INLINE void copy_rows(int half, int pairs, long rows, long width, const void* source, long step, uint32_t* target) {
    long words = words_of(pairs, width);
    for (long i = 0; i < rows; i++) {
        uint32_t* to = target + i * words;
        if (pairs) {
            if (width & 1) to[words - 1] = ((const uint16_t*)source)[i * step + width - 1];
            const void* from = mk_at(source, i * step, 1);
            for (long j = 0; j < width / 2; j += MK_LANES) mk_write(to, j, mk_read(from, j, width / 2 - j, 0), width / 2 - j, 0);
        } else
            for (long j = 0; j < width; j += MK_LANES)
                mk_write(to, j, mk_read(source, i * step + j, width - j, half), width - j, 0);
    }
}

// A product whose operands are f32 or bf16 where they lie, and whose result is f32.
MK_INLINE void multiply(int half, long m, long n, long k, const void* a, long a_row, const void* b, long b_row, long b_column,
                        int beta, float* c, long c_row, void* scratch) {
    if (half) mk_gemm_bf16(m, n, k, a, a_row, 1, b, b_row, b_column, beta, c, 0, c_row, NULL, 0, scratch);
    else mk_gemm_f32(m, n, k, a, a_row, 1, b, b_row, b_column, beta, c, c_row, NULL, 0, scratch);
}

// ---- Exponentials -------------------------------------------------------------------------------------------------------

// 2^t for t below 128; 0 from 2^-127 on, where the exponent's bits are those of 0. Within two units in the last place, or where `coarse` within 2^-18.
MK_INLINE mk_lanes power_of_two(mk_lanes t, int coarse) {
    // Adding 1.5 * 2^23 leaves the rounded integer in the low bits.
    const float magic = 12582912.0f;
    mk_lanes inside = mk_larger(mk_splat(-127.0f), t), shifted = inside + magic, r = inside - (shifted - magic), p;
    if (coarse) {
        p = mk_splat(9.782982990e-03f);
        p = mkv_fma(p, r, mk_splat(5.597708747e-02f));
        p = mkv_fma(p, r, mk_splat(2.402070910e-01f));
        p = mkv_fma(p, r, mk_splat(6.931135654e-01f));
        p = mkv_fma(p, r, mk_splat(1.0f));
    } else {
        p = mk_splat(1.559475786e-04f);
        p = mkv_fma(p, r, mk_splat(1.340667484e-03f));
        p = mkv_fma(p, r, mk_splat(9.617692791e-03f));
        p = mkv_fma(p, r, mk_splat(5.550310388e-02f));
        p = mkv_fma(p, r, mk_splat(2.402265221e-01f));
        p = mkv_fma(p, r, mk_splat(6.931472421e-01f));
        p = mkv_fma(p, r, mk_splat(1.0f));
    }
    mk_lanes power = (mk_lanes)(((mk_lanes_int)shifted << 23) + 0x3f800000);
    return p * power;
}

MK_INLINE float largest_lane(mk_lanes v) {
    MKV_FOLD(v, v = mk_larger(v, other));
    return v[0];
}

MK_INLINE mk_lanes_int lane_numbers(void) {
    mk_lanes_int n = {};
    for (int i = 0; i < MK_LANES; i++) n[i] = i;
    return n;
}

// To bf16. Probabilities and slopes too small for a normal number may become 0, as the instruction has it.
MK_INLINE void write_half(uint16_t* to, mk_lanes v) {
#if MK_AVX512_BF16
    __m256bh h = _mm512_cvtneps_pbh((__m512)v);
    memcpy(to, &h, sizeof h);
#else
    mk_store_bf16(to, v);
#endif
}

// ---- Forward ------------------------------------------------------------------------------------------------------------

// Turns one query's scores into 2^(score - largest), of which `seen` are visible, in f32 or bf16, with zeros up to `end`.
// Keeps the running maximum and sum, and shrinks what was summed before by the same.
MK_INLINE void soften(int half, int narrow, float factor, const float* mask, long mask_key, long seen, long end, float* row,
                      uint16_t* half_row, float* largest, float* sum, float* product, long value_width) {
    long whole = seen / MK_LANES * MK_LANES, top = round_up(seen, MK_LANES);
    if (factor != 1)
        for (long j = 0; j < top; j += MK_LANES) mk_store(row + j, mk_load(row + j) * factor);
    if (mask)
        for (long j = 0; j < seen; j += MK_LANES) {
            mk_lanes m;
            if (mask_key == 1) m = mk_read(mask, j, seen - j, 0);
            else
                for (int i = 0; i < MK_LANES; i++) m[i] = j + i < seen ? mask[(j + i) * mask_key] : 0;
            mk_store(row + j, mkv_fma(m, mk_splat(LOG2_E), mk_load(row + j)));
        }
    if (top > whole) mk_store(row + whole, mk_select(lane_numbers() < (int)(seen - whole), mk_load(row + whole), mk_splat(-INFINITY)));
    float before = *largest;
    mk_lanes even = mk_splat(before), odd = even;
    long j = 0;
    for (; j + 2 * MK_LANES <= top; j += 2 * MK_LANES) {
        even = mk_larger(mk_load(row + j), even);
        odd = mk_larger(mk_load(row + j + MK_LANES), odd);
    }
    if (j < top) even = mk_larger(mk_load(row + j), even);
    float now = largest_lane(mk_larger(even, odd));
    // Where nothing is visible, minus infinity less minus infinity would be no number.
    mk_lanes shift = mk_splat(now == -INFINITY ? 0 : now), total = {};
#pragma clang loop unroll_count(4)
    for (j = 0; j < top; j += MK_LANES) {
        mk_lanes v = power_of_two(mk_load(row + j) - shift, half);
        total += v;
        if (narrow) write_half(half_row + j, v);
        else mk_store(row + j, v);
    }
    for (; j < end; j += MK_LANES) {
        if (narrow) write_half(half_row + j, (mk_lanes){});
        else mk_store(row + j, (mk_lanes){});
    }
    if (product && now > before) {
        // What was summed so far was relative to a smaller maximum.
        float shrink = before == -INFINITY ? 0 : exp2f(before - now);
        *sum *= shrink;
        for (long i = 0; i < value_width; i++) product[i] *= shrink;
    }
    *largest = now;
    *sum += mk_sum(total);
}

MK_INLINE void forward(int half, int few, const mk_attention* a, const void* q, const void* k, const void* v, void* out,
                       float* log_sum, long first, long last, void* scratch) {
    const int pairs = half && PAIRS, narrow = few ? half : pairs;
    parts p = parts_of(a, 0, scratch);
    const void *packed_k = NULL, *packed_v = NULL;
    const long block = few ? FEW : ROWS;
    const int single = a->keys <= KEYS && !few; // one tile of keys: its product is the result
    float scales[ROWS], ones[ROWS];
    for (int i = 0; i < ROWS; i++) scales[i] = a->scale * LOG2_E, ones[i] = 1;
    for (long pair = first; pair < last; pair++) {
        const void* own_q = mk_at(q, start_of(a, a->q, pair), half);
        const void* own_k = mk_at(k, start_of(a, a->k, pair), half);
        const void* own_v = mk_at(v, start_of(a, a->v, pair), half);
        void* own_out = (void*)mk_at(out, start_of(a, a->out, pair), half);
        const float* mask = a->mask ? a->mask + pair / a->heads * a->mask_batch + pair % a->heads * a->mask_head : NULL;
        for (long q0 = 0; q0 < a->queries; q0 += QUERIES) {
            long rows = least(QUERIES, a->queries - q0);
            for (long i = 0; i < rows; i++) p.largest[i] = -INFINITY, p.sum[i] = 0;
            if (!few) copy_rows(half, pairs, rows, a->width, mk_at(own_q, q0 * a->q.time, half), a->q.time, p.rows);
            long k0 = 0;
            do {
                long count = least(KEYS, a->keys - k0);
                const void *tile_k = mk_at(own_k, k0 * a->k.time, half), *tile_v = mk_at(own_v, k0 * a->v.time, half);
                // Heads that share keys, and later queries, find them packed.
                if (!few && (tile_k != packed_k || tile_v != packed_v)) {
                    pack(half, count, a->width, tile_k, 1, a->k.time, p.keys);
                    pack(half, a->value_width, count, tile_v, a->v.time, 1, p.values);
                    packed_k = tile_k, packed_v = tile_v;
                }
                for (long i = 0; i < rows; i += block) {
                    long kept = least(block, rows - i), q1 = q0 + i;
                    long seen = a->causal ? between(q1 + kept + a->causal_offset - k0, 0, count) : count;
                    if (seen == 0 && k0 > 0) continue;
                    float* product = p.product + i * a->value_width;
                    if (few)
                        multiply(half, kept, seen, a->width, mk_at(own_q, q1 * a->q.time, half), a->q.time, tile_k, 1, a->k.time, 0,
                                 p.scores, LINE, p.gemm);
                    else {
                        long words = words_of(pairs, a->width);
                        PRODUCT(pairs, 0)(kept, 0, round_up(seen, COLUMNS), 0, words, words, (left_side){p.rows + i * words, words},
                                          p.keys, (result_side){p.scores, LINE, 0, 0, scales});
                    }
                    for (long r = 0; r < kept; r++) {
                        long own = a->causal ? between(q1 + r + 1 + a->causal_offset - k0, 0, seen) : seen;
                        soften(half, narrow, few ? scales[0] : 1, mask ? mask + (q1 + r) * a->mask_query + k0 * a->mask_key : NULL,
                               a->mask_key, own, round_up(seen, MK_LANES), p.scores + r * LINE, p.half_scores + r * LINE,
                               p.largest + i + r, p.sum + i + r, k0 > 0 ? product + r * a->value_width : NULL, a->value_width);
                    }
                    if (few) {
                        multiply(half, kept, a->value_width, seen, half ? (const void*)p.half_scores : p.scores, LINE, tile_v,
                                 a->v.time, 1, k0 > 0, product, a->value_width, p.gemm);
                        continue;
                    }
                    result_side c = {product, a->value_width, 0, k0 > 0, ones};
                    if (single) {
                        for (long r = 0; r < round_up(kept, MK_LANES); r += MK_LANES) {
                            mk_lanes sum = mk_load(p.sum + i + r);
                            mk_store(p.factors + r, mk_select(sum == 0, (mk_lanes){}, 1 / sum));
                        }
                        c = (result_side){(void*)mk_at(own_out, q1 * a->out.time, half), a->out.time, half, 0, p.factors};
                    }
                    left_side left = {pairs ? (const uint32_t*)p.half_scores : (const uint32_t*)p.scores, pairs ? LINE / 2 : LINE};
                    PRODUCT(pairs, 0)(kept, 0, a->value_width, 0, words_of(pairs, seen), words_of(pairs, count), left, p.values, c);
                }
                k0 += KEYS;
            } while (k0 < a->keys && (!a->causal || q0 + rows + a->causal_offset > k0));
            if (!single)
                for (long i = 0; i < rows; i++) {
                    float scale = p.sum[i] == 0 ? 0 : 1 / p.sum[i];
                    for (long j = 0; j < a->value_width; j += MK_LANES) {
                        long n = a->value_width - j;
                        mk_write(own_out, (q0 + i) * a->out.time + j, mk_read(p.product, i * a->value_width + j, n, 0) * scale, n, half);
                    }
                }
            if (log_sum)
                for (long i = 0; i < rows; i += MK_LANES) {
                    mk_lanes log = mk_load(p.largest + i) + mkv_log2(mk_load(p.sum + i));
                    mk_write(log_sum, pair * a->queries + q0 + i, log * LN_2, rows - i, 0);
                }
        }
    }
}

void MK_NAME(mk_attention_forward_f32)(const mk_attention* a, const float* q, const float* k, const float* v, float* out,
                                       float* log_sum, long first, long last, void* scratch) {
    if (a->queries <= FEW) forward(0, 1, a, q, k, v, out, log_sum, first, last, scratch);
    else forward(0, 0, a, q, k, v, out, log_sum, first, last, scratch);
}

void MK_NAME(mk_attention_forward_bf16)(const mk_attention* a, const uint16_t* q, const uint16_t* k, const uint16_t* v,
                                        uint16_t* out, float* log_sum, long first, long last, void* scratch) {
    if (a->queries <= FEW) forward(1, 1, a, q, k, v, out, log_sum, first, last, scratch);
    else forward(1, 0, a, q, k, v, out, log_sum, first, last, scratch);
}

// ---- Backward -----------------------------------------------------------------------------------------------------------

MK_INLINE void write_rows(int half, const float* source, long rows, long width, void* target, long step) {
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < width; j += MK_LANES)
            mk_write(target, i * step + j, mk_read(source, i * width + j, width - j, 0), width - j, half);
}

// The logarithms of a tile of queries in powers of two and the means of their rows' gradients, out . dout, which the softmax
// takes off. What sees nothing, and the lanes past the end, get probabilities of 0 from a logarithm of infinity. The means are
// summed as the product of dout and v is, so that a query that sees a single key has a gradient of exactly 0.
MK_INLINE void prepare_queries(int pairs, long rows, long words, const uint32_t* out, const uint32_t* up, const float* log_sum,
                               float* logs, float* delta) {
    for (long i = 0; i < rows; i += MK_LANES) {
        const uint32_t *o = out + i / COLUMNS * COLUMNS * words + i % COLUMNS, *u = up + (o - out);
        mk_lanes sum = {};
        for (long p = 0; p < words; p++) {
            mk_lanes a = mk_load((const float*)u + p * COLUMNS), b = mk_load((const float*)o + p * COLUMNS);
#if PAIRS
            if (pairs) {
                sum = _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
                continue;
            }
#else
            (void)pairs;
#endif
            sum = mkv_fma(a, b, sum);
        }
        mk_store(delta + i, sum);
        mk_lanes log = mk_read(log_sum, i, rows - i, 0);
        mk_lanes_int hidden = (log == -INFINITY) | (lane_numbers() >= (int)(rows - i));
        mk_store(logs + i, mk_select(hidden, mk_splat(INFINITY), log * LOG2_E));
    }
}

// For one key: row = probabilities of the queries from `first` on, slope = their gradients (given those of the
// probabilities); 0 before `first`. Both may also go to bf16.
MK_INLINE void slopes_of(int half, int pairs, long first, long start, long rows, float scale, const float* logs, const float* delta,
                         float* row, float* slope, uint16_t* half_row, uint16_t* half_slope) {
    for (long j = start; j < rows; j += MK_LANES) {
        mk_lanes p = {}, d = {};
        if (j + MK_LANES > first) {
            p = power_of_two(mk_load(row + j) - mk_load(logs + j), half);
            if (j < first) p = mk_select(lane_numbers() < (int)(first - j), (mk_lanes){}, p);
            d = p * ((mk_load(slope + j) - mk_load(delta + j)) * scale);
            if (j < first) d = mk_select(lane_numbers() < (int)(first - j), (mk_lanes){}, d);
        }
        if (pairs) {
            write_half(half_row + j, p);
            write_half(half_slope + j, d);
        } else {
            mk_store(row + j, p);
            mk_store(slope + j, d);
        }
    }
}

// target = words of two rows, the first in the low half.
MK_INLINE void interleave(const uint16_t* low, const uint16_t* high, long from, long end, uint32_t* target) {
    for (long j = from; j < end; j++) target[j] = low[j] | (uint32_t)high[j] << 16;
}

MK_INLINE void backward(int half, const mk_attention* a, const void* q, const void* k, const void* v, const void* out,
                        const float* log_sum, const void* dout, void* dq, void* dk, void* dv, long first, long last,
                        void* scratch) {
    const int pairs = half && PAIRS;
    parts p = parts_of(a, 1, scratch);
    const int one_of_keys = is_one(a->keys, KEYS), one_of_queries = is_one(a->queries, QUERIES);
    long key_words = words_of(pairs, a->width), value_words = words_of(pairs, a->value_width);
    float scales[ROWS], ones[ROWS];
    for (int i = 0; i < ROWS; i++) scales[i] = a->scale * LOG2_E, ones[i] = 1;
    for (long pair = first; pair < last; pair++) {
        long at_q = start_of(a, a->q, pair), at_k = start_of(a, a->k, pair), at_v = start_of(a, a->v, pair);
        long at_out = start_of(a, a->out, pair);
        const float* mask = a->mask ? a->mask + pair / a->heads * a->mask_batch + pair % a->heads * a->mask_head : NULL;
        if (!one_of_keys) memset(p.dq, 0, (size_t)(a->queries * a->width) * 4);
        for (long k0 = 0; k0 < a->keys; k0 += KEYS) {
            long count = least(KEYS, a->keys - k0);
            const void *tile_k = mk_at(k, at_k + k0 * a->k.time, half), *tile_v = mk_at(v, at_v + k0 * a->v.time, half);
            copy_rows(half, pairs, count, a->width, tile_k, a->k.time, p.rows);
            copy_rows(half, pairs, count, a->value_width, tile_v, a->v.time, p.value_rows);
            pack(half, a->width, count, tile_k, a->k.time, 1, p.key_panels);
            result_side to_k = {(void*)mk_at(dk, at_k + k0 * a->k.time, half), a->k.time, half, 0, ones};
            result_side to_v = {(void*)mk_at(dv, at_v + k0 * a->v.time, half), a->v.time, half, 0, ones};
            if (!one_of_queries) {
                memset(p.dk, 0, (size_t)(count * a->width) * 4);
                memset(p.dv, 0, (size_t)(count * a->value_width) * 4);
                to_k = (result_side){p.dk, a->width, 0, 1, ones};
                to_v = (result_side){p.dv, a->value_width, 0, 1, ones};
            }
            for (long q0 = 0; q0 < a->queries; q0 += QUERIES) {
                long rows = least(QUERIES, a->queries - q0);
                // A lone tile is computed even if it is hidden, since it alone writes its gradients.
                if (a->causal && q0 + rows + a->causal_offset <= k0 && !one_of_keys && !one_of_queries) continue;
                const void *tile_q = mk_at(q, at_q + q0 * a->q.time, half), *up = mk_at(dout, at_out + q0 * a->out.time, half);
                pack(half, rows, a->width, tile_q, 1, a->q.time, p.keys);
                pack(half, rows, a->value_width, up, 1, a->out.time, p.values);
                // The slopes' memory is free until the first block of keys.
                pack(half, rows, a->value_width, mk_at(out, at_out + q0 * a->out.time, half), 1, a->out.time, (uint32_t*)p.slopes);
                prepare_queries(pairs, rows, value_words, (uint32_t*)p.slopes, p.values, log_sum + pair * a->queries + q0, p.logs, p.delta);
                pack(half, a->width, rows, tile_q, a->q.time, 1, p.query_panels);
                pack(half, a->value_width, rows, up, a->out.time, 1, p.up_panels);
                long depth = words_of(pairs, rows);
                for (long i = 0; i < count; i += ROWS) {
                    long kept = least(ROWS, count - i);
                    // The first query that sees a key of the block, and the panel that it lies in.
                    long from = a->causal ? between(k0 + i - a->causal_offset - q0, 0, rows) : 0;
                    long start = from / COLUMNS * COLUMNS, end = round_up(rows, COLUMNS);
                    float* slopes = pairs ? p.slopes : p.slopes + i * LINE;
                    uint32_t* pair_slopes = (uint32_t*)p.slopes + (ROWS + i / 2) * LINE;
                    PRODUCT(pairs, 0)(kept, start, end, 0, key_words, key_words, (left_side){p.rows + i * key_words, key_words},
                                      p.keys, (result_side){p.scores, LINE, 0, 0, scales});
                    PRODUCT(pairs, 0)(kept, start, end, 0, value_words, value_words,
                                      (left_side){p.value_rows + i * value_words, value_words}, p.values,
                                      (result_side){slopes, LINE, 0, 0, ones});
                    if (mask) {
                        const float* m = mask + (k0 + i) * a->mask_key;
                        for (long j = from; j < rows; j++)
                            for (long r = 0; r < kept; r++)
                                p.scores[r * LINE + j] += m[(q0 + j) * a->mask_query + r * a->mask_key] * LOG2_E;
                    }
                    for (long r = 0; r < kept; r++) {
                        long seen_from = a->causal ? between(k0 + i + r - a->causal_offset - q0, from, rows) : 0;
                        slopes_of(half, pairs, seen_from, start, rows, a->scale, p.logs, p.delta, p.scores + r * LINE, slopes + r * LINE,
                                  p.half_scores + r * LINE, p.half_slopes + r * LINE);
                    }
                    left_side shares = {(const uint32_t*)p.scores, LINE}, own_slopes = {(const uint32_t*)slopes, LINE};
                    if (pairs) {
                        shares = (left_side){(const uint32_t*)p.half_scores, LINE / 2};
                        own_slopes = (left_side){(const uint32_t*)p.half_slopes, LINE / 2};
                        if (kept & 1) memset(p.half_slopes + kept * LINE, 0, LINE * 2);
                        for (long r = 0; r < kept; r += 2) {
                            memset(pair_slopes + r / 2 * LINE, 0, (size_t)start * 4);
                            interleave(p.half_slopes + r * LINE, p.half_slopes + (r + 1) * LINE, start, round_up(rows, MK_LANES),
                                       pair_slopes + r / 2 * LINE);
                        }
                    } else
                        for (long r = 0; r < kept; r++) memset(slopes + r * LINE, 0, (size_t)start * 4);
                    result_side c = to_v;
                    c.start = (void*)mk_at(to_v.start, i * to_v.row, to_v.half);
                    PRODUCT(pairs, 0)(kept, 0, a->value_width, words_of(pairs, start), depth, depth, shares, p.up_panels, c);
                    c = to_k;
                    c.start = (void*)mk_at(to_k.start, i * to_k.row, to_k.half);
                    PRODUCT(pairs, 0)(kept, 0, a->width, words_of(pairs, start), depth, depth, own_slopes, p.query_panels, c);
                }
                result_side to_q = {(void*)mk_at(dq, at_q + q0 * a->q.time, half), a->q.time, half, 0, ones};
                if (!one_of_keys) to_q = (result_side){p.dq + q0 * a->width, a->width, 0, 1, ones};
                const uint32_t* all_slopes = (const uint32_t*)p.slopes + (pairs ? ROWS * LINE : 0);
                for (long i = 0; i < rows; i += ROWS) {
                    long kept = least(ROWS, rows - i);
                    long seen = a->causal ? between(q0 + i + kept + a->causal_offset - k0, 0, count) : count;
                    result_side c = to_q;
                    c.start = (void*)mk_at(to_q.start, i * to_q.row, to_q.half);
                    PRODUCT(pairs, 1)(kept, 0, a->width, 0, words_of(pairs, seen), words_of(pairs, count),
                                      (left_side){all_slopes + i, LINE}, p.key_panels, c);
                }
            }
            if (!one_of_queries) {
                write_rows(half, p.dk, count, a->width, (void*)mk_at(dk, at_k + k0 * a->k.time, half), a->k.time);
                write_rows(half, p.dv, count, a->value_width, (void*)mk_at(dv, at_v + k0 * a->v.time, half), a->v.time);
            }
        }
        if (!one_of_keys) write_rows(half, p.dq, a->queries, a->width, (void*)mk_at(dq, at_q, half), a->q.time);
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

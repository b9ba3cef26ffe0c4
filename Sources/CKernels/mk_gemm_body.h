// Matrix products: see include/mk_gemm.h. Compiled once per instruction set, see mk_isa_common.h.
//
// The large product follows the well-known packed scheme: a block of B (kc x nc) and a block of A (mc x kc) are copied into
// panels that the register tile (ROWS x COLUMNS) then walks with unit stride. Products with few rows read B where it lies.
#include "mk_gemm.h"
#include "mk_lanes.h"

// The register tile. With 32 registers 24 accumulators, two B vectors and a broadcast A fit; with 16, 12 do.
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

// A block of A (about 144 KiB) and the panels of B (1 MiB) stay in the second and third level of cache.
#define DEPTH 256
#define BLOCK_A (ROWS * (144 / ROWS) * DEPTH)
#define BLOCK_B (1024 * DEPTH)

// Whether bf16 operands stay pairs of bf16 in their panels (for the dot-product instruction) or become f32.
#define PAIRS MK_AVX512_BF16

MK_INLINE long round_up(long value, long step) { return (value + step - 1) / step * step; }
MK_INLINE long least(long a, long b) { return a < b ? a : b; }

typedef struct {
    long m, n, k;
    const void* a;
    long a_row, a_column;
    const void* b;
    long b_row, b_column;
    const char* packed; // NULL: b is used
    int beta;
    void* c;
    int c_half;
    long c_row;
    const float* bias;
    int activation;
} product;

// ---- What happens to a finished tile ------------------------------------------------------------------------------------

// C = activation(tile + beta C + bias) for rows x n values; the tile's rows are `width` apart.
MK_INLINE void finish_lanes(const float* tile, long rows, long width, long n, int beta, void* c, int c_half, long c_row,
                            const float* bias, int activation) {
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < n; j += MK_LANES) {
            long count = n - j;
            mk_lanes v = mk_load(tile + i * width + j);
            if (beta) v += mk_read(c, i * c_row + j, count, c_half);
            if (bias) v += mk_read(bias, j, count, 0);
            mk_write(c, i * c_row + j, mk_activate(v, activation), count, c_half);
        }
}

static void finish(const float* tile, long rows, long width, long n, int beta, void* c, int c_half, long c_row,
                   const float* bias, int activation) {
    if (c_half) finish_lanes(tile, rows, width, n, beta, c, 1, c_row, bias, activation);
    else if (activation == MK_ACTIVATION_RELU) finish_lanes(tile, rows, width, n, beta, c, 0, c_row, bias, MK_ACTIVATION_RELU);
    else if (activation) finish_lanes(tile, rows, width, n, beta, c, 0, c_row, bias, activation);
    else finish_lanes(tile, rows, width, n, beta, c, 0, c_row, bias, MK_ACTIVATION_NONE);
}

// ---- Register tiles over panels -----------------------------------------------------------------------------------------

typedef void tile_kernel(long depth, const void* a, const void* b, float* tile);

MK_INLINE void tile_f32(int rows, long depth, const float* a, const float* b, float* tile) {
    mk_lanes sum[ROWS][2] = {};
    for (long p = 0; p < depth; p++, a += rows, b += COLUMNS) {
        mk_lanes b0 = mk_load(b), b1 = mk_load(b + MK_LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            mk_lanes v = mk_splat(a[i]);
            sum[i][0] += v * b0;
            sum[i][1] += v * b1;
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        mk_store(tile + i * COLUMNS, sum[i][0]);
        mk_store(tile + i * COLUMNS + MK_LANES, sum[i][1]);
    }
}

#if PAIRS
MK_INLINE void tile_pairs(int rows, long depth, const int32_t* a, const int32_t* b, float* tile) {
    __m512 sum[ROWS][2] = {};
    for (long p = 0; p < depth; p++, a += rows, b += COLUMNS) {
        __m512bh b0 = (__m512bh)_mm512_loadu_si512(b), b1 = (__m512bh)_mm512_loadu_si512(b + MK_LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            __m512bh v = (__m512bh)_mm512_set1_epi32(a[i]);
            sum[i][0] = _mm512_dpbf16_ps(sum[i][0], v, b0);
            sum[i][1] = _mm512_dpbf16_ps(sum[i][1], v, b1);
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        mk_store(tile + i * COLUMNS, sum[i][0]);
        mk_store(tile + i * COLUMNS + MK_LANES, sum[i][1]);
    }
}
#define TILE(r)                                                                                                       \
    static void tile_f32_##r(long d, const void* a, const void* b, float* t) { tile_f32(r, d, a, b, t); }             \
    static void tile_pairs_##r(long d, const void* a, const void* b, float* t) { tile_pairs(r, d, a, b, t); }
#else
#define TILE(r) static void tile_f32_##r(long d, const void* a, const void* b, float* t) { tile_f32(r, d, a, b, t); }
#endif

TILE(1) TILE(2) TILE(3) TILE(4)
#if ROWS > 4
TILE(5) TILE(6)
#endif
#if ROWS > 6
TILE(7) TILE(8)
#endif
#if ROWS > 8
TILE(9) TILE(10) TILE(11) TILE(12)
#endif
#undef TILE

#if ROWS == 4
#define TABLE(name) {0, name##_1, name##_2, name##_3, name##_4}
#elif ROWS == 6
#define TABLE(name) {0, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6}
#elif ROWS == 8
#define TABLE(name) {0, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6, name##_7, name##_8}
#else
#define TABLE(name)                                                                                                   \
    {0, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6, name##_7, name##_8, name##_9, name##_10, name##_11, \
     name##_12}
#endif
static tile_kernel* const tiles_f32[ROWS + 1] = TABLE(tile_f32);
#if PAIRS
static tile_kernel* const tiles_pairs[ROWS + 1] = TABLE(tile_pairs);
#endif
#undef TABLE

// ---- Packing ------------------------------------------------------------------------------------------------------------

// target[p * step + i] = word p of line i: a transposition of 4-byte words, in blocks of four by four.
MK_INLINE void transpose_words(const char* lines, long line_bytes, long count, long words, uint32_t* target, long step) {
    long i = 0;
    for (; i + 4 <= count; i += 4) {
        const char* s = lines + i * line_bytes;
        long p = 0;
        for (; p + 4 <= words; p += 4) {
            mk_quad r0, r1, r2, r3;
            memcpy(&r0, s + 4 * p, 16);
            memcpy(&r1, s + 4 * p + line_bytes, 16);
            memcpy(&r2, s + 4 * p + 2 * line_bytes, 16);
            memcpy(&r3, s + 4 * p + 3 * line_bytes, 16);
            mk_quad a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), b = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
            mk_quad c = __builtin_shufflevector(r0, r1, 2, 6, 3, 7), d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
            r0 = __builtin_shufflevector(a, b, 0, 1, 4, 5);
            r1 = __builtin_shufflevector(a, b, 2, 3, 6, 7);
            r2 = __builtin_shufflevector(c, d, 0, 1, 4, 5);
            r3 = __builtin_shufflevector(c, d, 2, 3, 6, 7);
            uint32_t* t = target + p * step + i;
            memcpy(t, &r0, 16);
            memcpy(t + step, &r1, 16);
            memcpy(t + 2 * step, &r2, 16);
            memcpy(t + 3 * step, &r3, 16);
        }
        for (; p < words; p++)
            for (long l = 0; l < 4; l++) memcpy(target + p * step + i + l, s + l * line_bytes + 4 * p, 4);
    }
    for (; i < count; i++)
        for (long p = 0; p < words; p++) memcpy(target + p * step + i, lines + i * line_bytes + 4 * p, 4);
}

// One panel: `count` lines (rows of A or columns of B) of `depth` values; value p of line i lies at source[i * line + p * next].
// The panel holds them depth by depth, `step` lines apart; with PAIRS a bf16 panel holds two depths to a word, the last one
// filled with 0. Lines from count to step are filled with 0.
MK_INLINE void pack_panel(int half, long count, long depth, const void* source, long line, long next, void* panel, long step) {
    if (half && PAIRS) {
        const uint16_t* s = source;
        uint32_t* t = panel;
        long pairs = depth / 2;
        if (next == 1) transpose_words((const char*)s, 2 * line, count, pairs, t, step);
        else
            for (long p = 0; p < pairs; p++) {
                const uint16_t *even = s + 2 * p * next, *odd = even + next;
                if (line == 1)
                    for (long i = 0; i < count; i++) t[p * step + i] = even[i] | (uint32_t)odd[i] << 16;
                else
                    for (long i = 0; i < count; i++) t[p * step + i] = even[i * line] | (uint32_t)odd[i * line] << 16;
            }
        if (depth & 1)
            for (long i = 0; i < count; i++) t[pairs * step + i] = s[i * line + (depth - 1) * next];
        if (count < step)
            for (long p = 0; p < (depth + 1) / 2; p++) memset(t + p * step + count, 0, (size_t)(step - count) * 4);
        return;
    }
    float* t = panel;
    if (half) {
        const uint16_t* s = source;
        if (line == 1)
            for (long p = 0; p < depth; p++)
                for (long i = 0; i < count; i++) t[p * step + i] = mk_widen(s[p * next + i]);
        else
            for (long i = 0; i < count; i++)
                for (long p = 0; p < depth; p++) t[p * step + i] = mk_widen(s[i * line + p * next]);
    } else {
        const float* s = source;
        if (line == 1)
            for (long p = 0; p < depth; p++) {
                long i = 0;
                for (; i + MK_LANES <= count; i += MK_LANES) mk_store(t + p * step + i, mk_load(s + p * next + i));
                if (i < count) mk_store_part(t + p * step + i, mk_load_part(s + p * next + i, count - i), count - i);
            }
        else if (next == 1) transpose_words((const char*)s, 4 * line, count, depth, (uint32_t*)t, step);
        else
            for (long p = 0; p < depth; p++)
                for (long i = 0; i < count; i++) t[p * step + i] = s[i * line + p * next];
    }
    if (count < step)
        for (long p = 0; p < depth; p++) memset(t + p * step + count, 0, (size_t)(step - count) * 4);
}

// The words that one line of `depth` values takes in a panel.
MK_INLINE long panel_words(int half, long depth) { return half && PAIRS ? (depth + 1) / 2 : depth; }

// Rows are dealt evenly over the tiles, so that 16 rows become 8 + 8 and not 12 + 4.
MK_INLINE long rows_of_tile(long left) { return (left + (left + ROWS - 1) / ROWS - 1) / ((left + ROWS - 1) / ROWS); }

static void pack_a(int half, long rows, long depth, const void* a, long a_row, long a_column, uint32_t* panels) {
    long words = panel_words(half, depth);
    for (long i = 0, count; i < rows; i += count) {
        count = rows_of_tile(rows - i);
        const void* source = mk_at(a, i * a_row, half);
        if (half) pack_panel(1, count, depth, source, a_row, a_column, panels + i * words, count);
        else pack_panel(0, count, depth, source, a_row, a_column, panels + i * words, count);
    }
}

static void pack_b(int half, long n, long depth, const void* b, long b_row, long b_column, uint32_t* panels) {
    long words = panel_words(half, depth);
    for (long j = 0; j < n; j += COLUMNS) {
        const void* source = mk_at(b, j * b_column, half);
        if (half) pack_panel(1, least(COLUMNS, n - j), depth, source, b_column, b_row, panels + j * words, COLUMNS);
        else pack_panel(0, least(COLUMNS, n - j), depth, source, b_column, b_row, panels + j * words, COLUMNS);
    }
}

// ---- The packed product -------------------------------------------------------------------------------------------------

// bf16 results cannot hold partial sums, so their products run over the whole depth at once.
MK_INLINE long block_depth(long k, int c_half) {
    if (c_half || k <= DEPTH) return k;
    long blocks = (k + DEPTH - 1) / DEPTH;
    return round_up((k + blocks - 1) / blocks, 2);
}

MK_INLINE long block_rows(long m, long depth) {
    long rows = BLOCK_A / (depth > DEPTH ? depth : DEPTH) / ROWS * ROWS;
    return least(m, rows > ROWS ? rows : ROWS);
}

MK_INLINE long block_columns(long n, long depth) {
    long columns = BLOCK_B / (depth > DEPTH ? depth : DEPTH) / COLUMNS * COLUMNS;
    return least(round_up(n, COLUMNS), columns > COLUMNS ? columns : COLUMNS);
}

size_t MK_NAME(mk_gemm_scratch_bytes)(long m, long n, long k) {
    size_t largest = 0;
    for (int c_half = 0; c_half < 2; c_half++) {
        long depth = block_depth(k, c_half);
        size_t words = (size_t)(block_rows(m, depth) + block_columns(n, depth)) * (size_t)(depth + 1);
        if (words > largest) largest = words;
    }
    return largest * 4 + 128;
}

size_t MK_NAME(mk_gemm_packed_scratch_bytes)(long m, long k) {
    size_t largest = 0;
    for (int c_half = 0; c_half < 2; c_half++) {
        long depth = block_depth(k, c_half);
        size_t words = (size_t)block_rows(m, depth) * (size_t)(depth + 1);
        if (words > largest) largest = words;
    }
    return largest * 4 + 128;
}

static void multiply_packed(int half, const product* g, void* scratch) {
    long depth = block_depth(g->k, g->c_half);
    long block_m = block_rows(g->m, depth), block_n = block_columns(g->n, depth);
    uint32_t* panels_a = (uint32_t*)(((uintptr_t)scratch + 63) & ~(uintptr_t)63);
    uint32_t* panels_b = (uint32_t*)(((uintptr_t)(panels_a + block_m * (depth + 1)) + 63) & ~(uintptr_t)63);
    long all_words = panel_words(half, g->k);
    tile_kernel* const* kernels = tiles_f32;
#if PAIRS
    if (half) kernels = tiles_pairs;
#endif
    _Alignas(64) float tile[ROWS * COLUMNS];
    for (long jc = 0; jc < g->n; jc += block_n) {
        long nc = least(block_n, g->n - jc), pc = 0;
        do {
            long kc = least(depth, g->k - pc), words = panel_words(half, kc);
            int beta = pc ? 1 : g->beta, last = pc + kc >= g->k;
            const uint32_t* b = panels_b;
            long panel_step = words * COLUMNS;
            if (g->packed) {
                b = (const uint32_t*)g->packed + jc * all_words + panel_words(half, pc) * COLUMNS;
                panel_step = all_words * COLUMNS;
            } else pack_b(half, nc, kc, mk_at(g->b, pc * g->b_row + jc * g->b_column, half), g->b_row, g->b_column, panels_b);
            for (long ic = 0; ic < g->m; ic += block_m) {
                long mc = least(block_m, g->m - ic);
                pack_a(half, mc, kc, mk_at(g->a, ic * g->a_row + pc * g->a_column, half), g->a_row, g->a_column, panels_a);
                const uint32_t* panel = b;
                for (long j = 0; j < nc; j += COLUMNS, panel += panel_step)
                    for (long i = 0, rows; i < mc; i += rows) {
                        rows = rows_of_tile(mc - i);
                        kernels[rows](words, panels_a + i * words, panel, tile);
                        void* c = (void*)mk_at(g->c, (ic + i) * g->c_row + jc + j, g->c_half);
                        finish(tile, rows, COLUMNS, least(COLUMNS, nc - j), beta, c, g->c_half, g->c_row,
                               last && g->bias ? g->bias + jc + j : NULL, last ? g->activation : MK_ACTIVATION_NONE);
                    }
            }
            pc += kc;
        } while (pc < g->k);
    }
}

// ---- Few rows: B is read where it lies ----------------------------------------------------------------------------------

// A tile of rows x (vectors x lanes), B row by row. `split` sums run side by side over the depth, which hides the latency of
// the multiply-add where the tile alone has too few accumulators.
MK_INLINE void tile_direct(int half, int a_half, int rows, int vectors, int split, int full, long depth, const void* a,
                           long a_row, long a_column, const void* b, long b_row, long n, float* tile) {
    mk_lanes sum[8][8] = {};
    long p = 0;
    for (; p + split <= depth; p += split)
#pragma clang loop unroll(full)
        for (int s = 0; s < split; s++) {
            mk_lanes w[8];
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++)
                w[j] = mk_read(b, (p + s) * b_row + j * MK_LANES, full ? MK_LANES : n - j * MK_LANES, half);
#pragma clang loop unroll(full)
            for (int i = 0; i < rows; i++) {
                mk_lanes v = mk_splat(mk_value(a, i * a_row + (p + s) * a_column, a_half));
#pragma clang loop unroll(full)
                for (int j = 0; j < vectors; j++) sum[i * split + s][j] += v * w[j];
            }
        }
    for (; p < depth; p++)
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            mk_lanes v = mk_splat(mk_value(a, i * a_row + p * a_column, a_half));
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++)
                sum[i * split][j] += v * mk_read(b, p * b_row + j * MK_LANES, full ? MK_LANES : n - j * MK_LANES, half);
        }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            for (int width = split / 2; width; width /= 2)
                for (int s = 0; s < width; s++) sum[i * split + s][j] += sum[i * split + s + width][j];
            mk_store(tile + (i * vectors + j) * MK_LANES, sum[i * split][j]);
        }
}

#if MK_REGISTERS == 32
#define WIDE 4
#define NARROW 2
#else
#define WIDE 2
#define NARROW 1
#endif

#define DIRECT(r, vectors)                                                                                             \
    case r: {                                                                                                          \
        for (long j = 0; j < g->n; j += vectors * MK_LANES) {                                                          \
            long n = least(vectors * MK_LANES, g->n - j);                                                              \
            const void* b = mk_at(g->b, j, half);                                                                      \
            if (n == vectors * MK_LANES)                                                                               \
                tile_direct(half, half, r, vectors, 1, 1, g->k, g->a, g->a_row, g->a_column, b, g->b_row, n, tile);    \
            else {                                                                                                     \
                long whole = n / MK_LANES * MK_LANES;                                                                  \
                for (long v = 0; v < n; v += MK_LANES)                                                                 \
                    (v < whole ? direct_full_##r : direct_part_##r)(half, g, mk_at(b, v, half), n - v,                 \
                                                                    tile + v, vectors * MK_LANES);                     \
            }                                                                                                          \
            finish(tile, r, vectors * MK_LANES, n, g->beta, (void*)mk_at(g->c, j, g->c_half), g->c_half, g->c_row,     \
                   g->bias ? g->bias + j : NULL, g->activation);                                                       \
        }                                                                                                              \
        break;                                                                                                         \
    }

// One vector of columns for r rows, into a tile whose rows are `width` apart.
#define DIRECT_EDGE(r)                                                                                                 \
    MK_INLINE void direct_full_##r(int half, const product* g, const void* b, long n, float* tile, long width) {       \
        float column[r * MK_LANES];                                                                                    \
        tile_direct(half, half, r, 1, 1, 1, g->k, g->a, g->a_row, g->a_column, b, g->b_row, n, column);                \
        for (int i = 0; i < r; i++) mk_store(tile + i * width, mk_load(column + i * MK_LANES));                        \
    }                                                                                                                  \
    MK_INLINE void direct_part_##r(int half, const product* g, const void* b, long n, float* tile, long width) {       \
        float column[r * MK_LANES];                                                                                    \
        tile_direct(half, half, r, 1, 1, 0, g->k, g->a, g->a_row, g->a_column, b, g->b_row, n, column);                \
        for (int i = 0; i < r; i++) mk_store(tile + i * width, mk_load(column + i * MK_LANES));                        \
    }
DIRECT_EDGE(2) DIRECT_EDGE(3) DIRECT_EDGE(4) DIRECT_EDGE(5) DIRECT_EDGE(6) DIRECT_EDGE(7) DIRECT_EDGE(8)

MK_INLINE void multiply_direct(int half, const product* g) {
    _Alignas(64) float tile[8 * WIDE * MK_LANES];
    switch (g->m) {
        DIRECT(2, WIDE)
        DIRECT(3, WIDE)
        DIRECT(4, WIDE)
        DIRECT(5, NARROW)
        DIRECT(6, NARROW)
        DIRECT(7, NARROW)
        DIRECT(8, NARROW)
    }
}
#undef DIRECT
#undef DIRECT_EDGE

// Dot products of `rows` vectors of A with `columns` rows of a B that lies [n, k].
MK_INLINE void dots(int half, int a_half, int rows, int columns, long depth, const void* a, long a_row, const void* b,
                    long b_line, float* result, long result_row) {
    mk_lanes sum[4][4] = {};
    long p = 0;
    for (; p + MK_LANES <= depth; p += MK_LANES) {
        mk_lanes w[4];
#pragma clang loop unroll(full)
        for (int j = 0; j < columns; j++) w[j] = mk_read(b, j * b_line + p, MK_LANES, half);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            mk_lanes v = mk_read(a, i * a_row + p, MK_LANES, a_half);
#pragma clang loop unroll(full)
            for (int j = 0; j < columns; j++) sum[i][j] += v * w[j];
        }
    }
    if (p < depth)
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            mk_lanes v = mk_read(a, i * a_row + p, depth - p, a_half);
#pragma clang loop unroll(full)
            for (int j = 0; j < columns; j++) sum[i][j] += v * mk_read(b, j * b_line + p, depth - p, half);
        }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < columns; j++) result[i * result_row + j] = mk_sum(sum[i][j]);
}

#define STRIP 64

MK_INLINE void multiply_dots(int half, const product* g) {
    float strip[4 * STRIP];
    for (long j = 0; j < g->n; j += STRIP) {
        long n = least(STRIP, g->n - j);
        for (long i = 0, rows; i < g->m; i += rows) {
            rows = g->m - i >= 4 ? 4 : g->m - i >= 2 ? 2 : 1;
            const void* a = mk_at(g->a, i * g->a_row, half);
            for (long c = 0, columns; c < n; c += columns) {
                columns = n - c >= 4 ? 4 : 1;
                const void* b = mk_at(g->b, (j + c) * g->b_column, half);
                float* result = strip + c;
                if (columns == 4) {
                    if (rows == 4) dots(half, half, 4, 4, g->k, a, g->a_row, b, g->b_column, result, STRIP);
                    else if (rows == 2) dots(half, half, 2, 4, g->k, a, g->a_row, b, g->b_column, result, STRIP);
                    else dots(half, half, 1, 4, g->k, a, g->a_row, b, g->b_column, result, STRIP);
                } else {
                    if (rows == 4) dots(half, half, 4, 1, g->k, a, g->a_row, b, g->b_column, result, STRIP);
                    else if (rows == 2) dots(half, half, 2, 1, g->k, a, g->a_row, b, g->b_column, result, STRIP);
                    else dots(half, half, 1, 1, g->k, a, g->a_row, b, g->b_column, result, STRIP);
                }
            }
            // Rows of the strip may end with stale values past n; finish reads whole vectors but writes only n values.
            finish(strip, rows, STRIP, n, g->beta, (void*)mk_at(g->c, i * g->c_row + j, g->c_half), g->c_half, g->c_row,
                   g->bias ? g->bias + j : NULL, g->activation);
        }
    }
}

// ---- One row ------------------------------------------------------------------------------------------------------------

MK_INLINE void vector_finish(const float* tile, long n, int beta, void* y, int y_half, const float* bias, int activation) {
    if (!y_half && !beta && activation <= MK_ACTIVATION_RELU) {
        mk_lanes floor = mk_splat(activation ? 0 : -INFINITY);
        for (long j = 0; j < n; j += MK_LANES) {
            mk_lanes v = mk_load(tile + j);
            if (bias) v += mk_read(bias, j, n - j, 0);
            mk_write(y, j, mk_larger(floor, v), n - j, 0);
        }
    } else finish(tile, 1, n, n, beta, y, y_half, 0, bias, activation);
}

// Eight rows of W at a time over a strip of sums that stays in the first level of cache: large matrices come from memory in
// few long runs this way, which the processor fetches ahead.
#define LONG_STRIP 1024

MK_INLINE void strip_product(int half, int x_half, long inputs, long n, const void* w, long w_row, const void* x, long x_next,
                             float* strip) {
    memset(strip, 0, (size_t)round_up(n, MK_LANES) * sizeof(float));
    long p = 0;
    for (; p + 8 <= inputs; p += 8) {
        mk_lanes v[8];
        for (int r = 0; r < 8; r++) v[r] = mk_splat(mk_value(x, (p + r) * x_next, x_half));
        for (long j = 0; j < n; j += MK_LANES) {
            mk_lanes even = mk_load(strip + j), odd = {};
#pragma clang loop unroll(full)
            for (int r = 0; r < 8; r += 2) {
                even += v[r] * mk_read(w, (p + r) * w_row + j, n - j, half);
                odd += v[r + 1] * mk_read(w, (p + r + 1) * w_row + j, n - j, half);
            }
            mk_store(strip + j, even + odd);
        }
    }
    for (; p < inputs; p++) {
        mk_lanes v = mk_splat(mk_value(x, p * x_next, x_half));
        for (long j = 0; j < n; j += MK_LANES)
            mk_store(strip + j, mk_load(strip + j) + v * mk_read(w, p * w_row + j, n - j, half));
    }
}

MK_INLINE void long_vector_product(int half, int x_half, long inputs, long outputs, const void* w, long w_row, const void* x,
                                   long x_next, int beta, void* y, int y_half, const float* bias, int activation) {
    _Alignas(64) float strip[LONG_STRIP];
    for (long j = 0; j < outputs; j += LONG_STRIP) {
        long n = least(LONG_STRIP, outputs - j);
        strip_product(half, x_half, inputs, n, mk_at(w, j, half), w_row, x, x_next, strip);
        vector_finish(strip, n, beta, (void*)mk_at(y, j, y_half), y_half, bias ? bias + j : NULL, activation);
    }
}

// y = activation(x W + beta y + bias), W [inputs, outputs] with rows w_row apart.
MK_INLINE void vector_product(int half, int x_half, long inputs, long outputs, const void* w, long w_row, const void* x,
                              long x_next, int beta, void* y, int y_half, const float* bias, int activation) {
    if (outputs >= 256 && inputs * outputs > (1 << 17)) {
        long_vector_product(half, x_half, inputs, outputs, w, w_row, x, x_next, beta, y, y_half, bias, activation);
        return;
    }
    _Alignas(64) float tile[8 * MK_LANES];
    for (long j = 0, n; j < outputs; j += n) {
        long left = outputs - j;
        const void* b = mk_at(w, j, half);
        if (MK_REGISTERS == 32 && left >= 8 * MK_LANES) {
            n = 8 * MK_LANES;
            tile_direct(half, x_half, 1, 8, 2, 1, inputs, x, 0, x_next, b, w_row, n, tile);
        } else if (left >= 4 * MK_LANES) {
            n = 4 * MK_LANES;
            tile_direct(half, x_half, 1, 4, 2, 1, inputs, x, 0, x_next, b, w_row, n, tile);
        } else if (left >= 2 * MK_LANES) {
            n = 2 * MK_LANES;
            tile_direct(half, x_half, 1, 2, 4, 1, inputs, x, 0, x_next, b, w_row, n, tile);
        } else if (left >= MK_LANES) {
            n = MK_LANES;
            tile_direct(half, x_half, 1, 1, 8, 1, inputs, x, 0, x_next, b, w_row, n, tile);
        } else {
            n = left;
            tile_direct(half, x_half, 1, 1, 8, 0, inputs, x, 0, x_next, b, w_row, n, tile);
        }
        vector_finish(tile, n, beta, (void*)mk_at(y, j, y_half), y_half, bias ? bias + j : NULL, activation);
    }
}

void MK_NAME(mk_gemv_f32)(long inputs, long outputs, const float* weights, const float* x, const float* bias, float* y,
                          int activation) {
    vector_product(0, 0, inputs, outputs, weights, outputs, x, 1, 0, y, 0, bias, activation);
}

void MK_NAME(mk_gemv_bf16)(long inputs, long outputs, const uint16_t* weights, const float* x, const float* bias, float* y,
                           int activation) {
    vector_product(1, 0, inputs, outputs, weights, outputs, x, 1, 0, y, 0, bias, activation);
}

MK_INLINE void vector_rows(int half, long inputs, long outputs, const void* weights, const float* x, const float* bias,
                           float* y, int activation) {
    float strip[STRIP];
    for (long j = 0; j < outputs; j += STRIP) {
        long n = least(STRIP, outputs - j), c = 0;
        for (; c + 4 <= n; c += 4) dots(half, 0, 1, 4, inputs, x, 0, mk_at(weights, (j + c) * inputs, half), inputs, strip + c, 0);
        for (; c < n; c++) dots(half, 0, 1, 1, inputs, x, 0, mk_at(weights, (j + c) * inputs, half), inputs, strip + c, 0);
        finish(strip, 1, STRIP, n, 0, y + j, 0, 0, bias ? bias + j : NULL, activation);
    }
}

void MK_NAME(mk_gemv_rows_f32)(long inputs, long outputs, const float* weights, const float* x, const float* bias, float* y,
                               int activation) {
    vector_rows(0, inputs, outputs, weights, x, bias, y, activation);
}

void MK_NAME(mk_gemv_rows_bf16)(long inputs, long outputs, const uint16_t* weights, const float* x, const float* bias,
                                float* y, int activation) {
    vector_rows(1, inputs, outputs, weights, x, bias, y, activation);
}

void MK_NAME(mk_mlp_f32)(const mk_mlp_layer* layers, long count, const float* x, float* y, float* scratch) {
    long widest = 0;
    for (long l = 0; l < count; l++)
        if (layers[l].outputs > widest) widest = layers[l].outputs;
    const float* from = x;
    for (long l = 0; l < count; l++) {
        const mk_mlp_layer* layer = layers + l;
        float* to = scratch + (l & 1) * widest;
        // The last layer may write over x only if nothing reads x any more.
        if (l + 1 == count && from != y) to = y;
        if (layer->weights_are_bf16)
            vector_product(1, 0, layer->inputs, layer->outputs, layer->weights, layer->outputs, from, 1, 0, to, 0,
                           layer->bias, layer->activation);
        else
            vector_product(0, 0, layer->inputs, layer->outputs, layer->weights, layer->outputs, from, 1, 0, to, 0,
                           layer->bias, layer->activation);
        from = to;
    }
    if (from != y && count > 0) memcpy(y, from, (size_t)layers[count - 1].outputs * sizeof(float));
}

// ---- The door -----------------------------------------------------------------------------------------------------------

MK_INLINE void multiply(int half, const product* g, void* scratch) {
    if (g->m <= 0 || g->n <= 0) return;
    if (!g->packed && g->m <= 16 && g->k > 0) {
        if (g->b_column == 1) {
            if (g->m == 1)
                vector_product(half, half, g->k, g->n, g->b, g->b_row, g->a, g->a_column, g->beta, g->c, g->c_half, g->bias,
                               g->activation);
            else
                for (long i = 0, rows; i < g->m; i += rows) {
                    long parts = (g->m - i + 7) / 8;
                    rows = (g->m - i + parts - 1) / parts;
                    product part = *g;
                    part.m = rows;
                    part.a = mk_at(g->a, i * g->a_row, half);
                    part.c = (void*)mk_at(g->c, i * g->c_row, g->c_half);
                    multiply_direct(half, &part);
                }
            return;
        }
        if (g->m <= 8 && g->b_row == 1 && g->a_column == 1) {
            multiply_dots(half, g);
            return;
        }
    }
    multiply_packed(half, g, scratch);
}

void MK_NAME(mk_gemm_f32)(long m, long n, long k, const float* a, long a_row, long a_column, const float* b, long b_row,
                          long b_column, int beta, float* c, long c_row, const float* bias, int activation, void* scratch) {
    product g = {m, n, k, a, a_row, a_column, b, b_row, b_column, NULL, beta, c, 0, c_row, bias, activation};
    multiply(0, &g, scratch);
}

void MK_NAME(mk_gemm_bf16)(long m, long n, long k, const uint16_t* a, long a_row, long a_column, const uint16_t* b, long b_row,
                           long b_column, int beta, void* c, int c_is_bf16, long c_row, const float* bias, int activation,
                           void* scratch) {
    product g = {m, n, k, a, a_row, a_column, b, b_row, b_column, NULL, beta, c, c_is_bf16 != 0, c_row, bias, activation};
    multiply(1, &g, scratch);
}

size_t MK_NAME(mk_gemm_packed_b_bytes)(long n, long k) { return (size_t)round_up(n, COLUMNS) * (size_t)k * 4 + 256; }

// The first panel starts at a multiple of 64 bytes; both sides find it by rounding the caller's pointer up.
MK_INLINE void* aligned(const void* p) { return (void*)(((uintptr_t)p + 63) & ~(uintptr_t)63); }

void MK_NAME(mk_gemm_pack_b_f32)(long n, long k, const float* b, long b_row, long b_column, void* packed) {
    pack_b(0, n, k, b, b_row, b_column, aligned(packed));
}

void MK_NAME(mk_gemm_pack_b_bf16)(long n, long k, const uint16_t* b, long b_row, long b_column, void* packed) {
    pack_b(1, n, k, b, b_row, b_column, aligned(packed));
}

void MK_NAME(mk_gemm_packed_f32)(long m, long n, long k, const float* a, long a_row, long a_column, const void* packed,
                                 int beta, float* c, long c_row, const float* bias, int activation, void* scratch) {
    product g = {m, n, k, a, a_row, a_column, NULL, 0, 0, aligned(packed), beta, c, 0, c_row, bias, activation};
    multiply(0, &g, scratch);
}

void MK_NAME(mk_gemm_packed_bf16)(long m, long n, long k, const uint16_t* a, long a_row, long a_column, const void* packed,
                                  int beta, void* c, int c_is_bf16, long c_row, const float* bias, int activation,
                                  void* scratch) {
    product g = {m, n, k, a, a_row, a_column, NULL, 0, 0, aligned(packed), beta, c, c_is_bf16 != 0, c_row, bias, activation};
    multiply(1, &g, scratch);
}

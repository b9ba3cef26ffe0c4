// Matrix products of operands that lie in cache as the register tile wants them, for kernels that make one themselves. To be
// included after one of the mk_isa_*.h headers.
#ifndef MK_PRODUCT_H
#define MK_PRODUCT_H

#include "mk_gemm.h"
#include "mk_lanes.h"

// The register tile: rows x PANEL vectors, with one broadcast value and PANEL loads beside it.
#if MK_REGISTERS == 32
#define PANEL 4
#define MOST_ROWS 12
#else
#define PANEL 2
#define MOST_ROWS 6
#endif
#define ROWS 6
#define COLUMNS (PANEL * MK_LANES)

MK_INLINE long least(long a, long b) { return a < b ? a : b; }
MK_INLINE long most(long a, long b) { return a > b ? a : b; }

// Scratch begins at a line of the cache.
MK_INLINE float* aligned(void* scratch) { return (float*)(((uintptr_t)scratch + 63) & ~(uintptr_t)63); }

// Adds both products of a pair of bf16 values with the pairs of b.
MK_INLINE mk_lanes multiply_add_pair(uint32_t a, mk_lanes b, mk_lanes sum) {
    mk_lanes_uint left = a + (mk_lanes_uint){}, right = (mk_lanes_uint)b;
#if MK_AVX512_BF16
    return (mk_lanes)_mm512_dpbf16_ps((__m512)sum, (__m512bh)left, (__m512bh)right);
#else
    sum += (mk_lanes)(left & 0xffff0000) * (mk_lanes)(right & 0xffff0000);
    return sum + (mk_lanes)(left << 16) * (mk_lanes)(right << 16);
#endif
}

// Where `pairs`, every four bytes of a and b are a pair of bf16 values.
MK_INLINE mk_lanes multiply_add(int pairs, const float* a, mk_lanes b, mk_lanes sum) {
    if (!pairs) return sum + mk_splat(*a) * b;
    uint32_t pair;
    memcpy(&pair, a, 4);
    return multiply_add_pair(pair, b, sum);
}

MK_INLINE mk_lanes_half rounded(mk_lanes v) {
#if MK_AVX512_BF16
    return (mk_lanes_half)_mm512_cvtneps_pbh((__m512)v);
#else
    return mk_narrow_lanes(v);
#endif
}

MK_INLINE void store_rounded(uint16_t* p, mk_lanes v) {
    mk_lanes_half h = rounded(v);
    memcpy(p, &h, sizeof h);
}

// low[i] and high[i] side by side.
MK_INLINE void store_pairs(float* p, mk_lanes_half low, mk_lanes_half high) {
    mk_lanes_uint left = __builtin_convertvector(low, mk_lanes_uint), right = __builtin_convertvector(high, mk_lanes_uint);
    mk_store(p, (mk_lanes)(left | right << 16));
}

// c[i, j] = Σ a[i * a_row + p * a_next] b[p * b_next + j], added to c where `add`.
MK_INLINE void register_tile(int pairs, int rows, int vectors, int add, long depth, const float* a, long a_row, long a_next,
                             const float* b, long b_next, float* c, long c_row) {
    mk_lanes sum[MOST_ROWS][PANEL];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) sum[i][j] = add ? mk_load(c + i * c_row + j * MK_LANES) : (mk_lanes){};
    for (long p = 0; p < depth; p++, a += a_next, b += b_next) {
        mk_lanes right[PANEL];
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) right[j] = mk_load(b + j * MK_LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++) sum[i][j] = multiply_add(pairs, a + i * a_row, right[j], sum[i][j]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) mk_store(c + i * c_row + j * MK_LANES, sum[i][j]);
}

typedef void tile_kernel(int add, long depth, const float* a, long a_row, long a_next, const float* b, long b_next, float* c, long c_row);

MK_INLINE void store_rounded_pairs(float* p, mk_lanes low, mk_lanes high) {
#if MK_AVX512_BF16
    // Both halves in one vector, then side by side.
    const mk_lanes_uint order = {0x00100000, 0x00110001, 0x00120002, 0x00130003, 0x00140004, 0x00150005, 0x00160006, 0x00170007,
                                 0x00180008, 0x00190009, 0x001a000a, 0x001b000b, 0x001c000c, 0x001d000d, 0x001e000e, 0x001f000f};
    __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
    _mm512_storeu_si512(p, _mm512_permutexvar_epi16((__m512i)order, halves));
#else
    store_pairs(p, rounded(low), rounded(high));
#endif
}

// Makes a function for every height and width of the register tile, and lists them by width, then height. Few columns leave
// registers for more rows.
#define FOR_SIX(make, v) make(1, v) make(2, v) make(3, v) make(4, v) make(5, v) make(6, v)
#define LIST_SIX(kind, v) kind##_1_##v, kind##_2_##v, kind##_3_##v, kind##_4_##v, kind##_5_##v, kind##_6_##v
#if PANEL == 4
#define FOR_TWELVE(make, v) FOR_SIX(make, v) make(7, v) make(8, v) make(9, v) make(10, v) make(11, v) make(12, v)
#define LIST_TWELVE(kind, v) LIST_SIX(kind, v), kind##_7_##v, kind##_8_##v, kind##_9_##v, kind##_10_##v, kind##_11_##v, kind##_12_##v
#define FOR_TILES(make) FOR_TWELVE(make, 1) FOR_TWELVE(make, 2) FOR_SIX(make, 3) make(7, 3) make(8, 3) FOR_SIX(make, 4)
#define LIST_TILES(kind)                                                                                                        \
    {{LIST_TWELVE(kind, 1)}, {LIST_TWELVE(kind, 2)}, {LIST_SIX(kind, 3), kind##_7_3, kind##_8_3}, {LIST_SIX(kind, 4)}}
static const long most_rows[PANEL] = {12, 12, 8, 6};
#else
#define FOR_TILES(make) FOR_SIX(make, 1) FOR_SIX(make, 2)
#define LIST_TILES(kind) {{LIST_SIX(kind, 1)}, {LIST_SIX(kind, 2)}}
static const long most_rows[PANEL] = {6, 6};
#endif

#define TILE(kind, pairs, r, v)                                                                                                 \
    static void kind##_##r##_##v(int add, long depth, const float* a, long a_row, long a_next, const float* b, long b_next,     \
                                 float* c, long c_row) {                                                                        \
        register_tile(pairs, r, v, add, depth, a, a_row, a_next, b, b_next, c, c_row);                                          \
    }
#define SINGLE(r, v) TILE(single, 0, r, v)
#define PAIRED(r, v) TILE(paired, 1, r, v)
FOR_TILES(SINGLE)
FOR_TILES(PAIRED)
static tile_kernel* const single_tiles[PANEL][MOST_ROWS] = LIST_TILES(single);
static tile_kernel* const paired_tiles[PANEL][MOST_ROWS] = LIST_TILES(paired);

// c [m, n] = a b, or added to c. The panels of b, COLUMNS wide, lie `b_panel` apart. `depth` counts pairs where `pairs`.
MK_INLINE void product(int pairs, int add, long m, long n, long depth, const float* a, long a_row, long a_next, const float* b,
                       long b_panel, long b_next, float* c, long c_row) {
    for (long j = 0; j < n; j += COLUMNS, b += b_panel) {
        long vectors = least(PANEL, (n - j) / MK_LANES);
        // Packed panels are as wide as they are; b_next of 0 says so.
        long next = b_next ? b_next : vectors * MK_LANES;
        // Tiles of nearly equal height: a low one at the end would have too few sums to keep the multipliers busy.
        long blocks = (m + most_rows[vectors - 1] - 1) / most_rows[vectors - 1];
        for (long k = 0; k < blocks; k++) {
            long i = m * k / blocks, rows = m * (k + 1) / blocks - i;
            tile_kernel* tile = (pairs ? paired_tiles : single_tiles)[vectors - 1][rows - 1];
            tile(add, depth, a + i * a_row, a_row, a_next, b, next, c + i * c_row + j, c_row);
        }
    }
}

// sums[j] = Σ x[i * n + j] over the rows, added to what is there where `add`. n is a multiple of 16.
MK_INLINE void add_rows(int half, long rows, long n, const void* x, int add, float* sums) {
    for (long j = 0; j < n; j += COLUMNS) {
        mk_lanes even[PANEL] = {}, odd[PANEL] = {};
        long vectors = least(PANEL, (n - j) / MK_LANES), i = 0;
        for (; i + 2 <= rows; i += 2)
            for (long v = 0; v < vectors; v++) {
                even[v] += mk_read(x, i * n + j + v * MK_LANES, MK_LANES, half);
                odd[v] += mk_read(x, (i + 1) * n + j + v * MK_LANES, MK_LANES, half);
            }
        for (long v = 0; v < vectors; v++) {
            float* target = sums + j + v * MK_LANES;
            mk_lanes sum = even[v] + odd[v];
            if (i < rows) sum += mk_read(x, i * n + j + v * MK_LANES, MK_LANES, half);
            mk_store(target, add ? mk_load(target) + sum : sum);
        }
    }
}

#endif

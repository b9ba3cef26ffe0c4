// Matrix products of operands that lie in cache as the register tile wants them, for kernels that make one themselves. To be
// included after one of the mk_isa_*.h headers.
#ifndef MK_PRODUCT_H
#define MK_PRODUCT_H

#include "mk_gemm.h"
#include "mk_lanes.h"

// The register tile: rows x PANEL vectors, with one broadcast value and PANEL loads beside it.
#if MK_REGISTERS == 32
#define PANEL 4
#else
#define PANEL 2
#endif
#define ROWS 6
#define COLUMNS (PANEL * MK_LANES)

MK_INLINE long least(long a, long b) { return a < b ? a : b; }
MK_INLINE long most(long a, long b) { return a > b ? a : b; }

// Scratch begins at a line of the cache.
MK_INLINE float* aligned(void* scratch) { return (float*)(((uintptr_t)scratch + 63) & ~(uintptr_t)63); }

// c[i, j] = Σ a[i * a_row + p * a_next] b[p * b_next + j], added to c where `add`.
MK_INLINE void register_tile(int rows, int vectors, int add, long depth, const float* a, long a_row, long a_next, const float* b,
                             long b_next, float* c, long c_row) {
    mk_lanes sum[ROWS][PANEL];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) sum[i][j] = add ? mk_load(c + i * c_row + j * MK_LANES) : (mk_lanes){};
    for (long p = 0; p < depth; p++, a += a_next, b += b_next) {
        mk_lanes right[PANEL];
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) right[j] = mk_load(b + j * MK_LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            mk_lanes left = mk_splat(a[i * a_row]);
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++) sum[i][j] += left * right[j];
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) mk_store(c + i * c_row + j * MK_LANES, sum[i][j]);
}

typedef void tile_kernel(int add, long depth, const float* a, long a_row, long a_next, const float* b, long b_next, float* c, long c_row);

#define TILE(r, v)                                                                                                              \
    static void tile_##r##_##v(int add, long depth, const float* a, long a_row, long a_next, const float* b, long b_next, float* c, \
                               long c_row) {                                                                                    \
        register_tile(r, v, add, depth, a, a_row, a_next, b, b_next, c, c_row);                                                 \
    }
#define TILES(v) TILE(1, v) TILE(2, v) TILE(3, v) TILE(4, v) TILE(5, v) TILE(6, v)
#define LIST(v) {tile_1_##v, tile_2_##v, tile_3_##v, tile_4_##v, tile_5_##v, tile_6_##v}
TILES(1) TILES(2)
#if PANEL == 4
TILES(3) TILES(4)
static tile_kernel* const tiles[PANEL][ROWS] = {LIST(1), LIST(2), LIST(3), LIST(4)};
#else
static tile_kernel* const tiles[PANEL][ROWS] = {LIST(1), LIST(2)};
#endif

// c [m, n] = a b, or added to c. The panels of b, COLUMNS wide, lie `b_panel` apart.
MK_INLINE void product(int add, long m, long n, long depth, const float* a, long a_row, long a_next, const float* b, long b_panel,
                       long b_next, float* c, long c_row) {
    // Tiles of nearly equal height: a low one at the end would have too few sums to keep the multipliers busy.
    long blocks = (m + ROWS - 1) / ROWS, each = blocks ? (m + blocks - 1) / blocks : ROWS;
    for (long j = 0; j < n; j += COLUMNS, b += b_panel) {
        long vectors = least(PANEL, (n - j) / MK_LANES);
        // Packed panels are as wide as they are; b_next of 0 says so.
        long next = b_next ? b_next : vectors * MK_LANES;
        for (long i = 0; i < m; i += each)
            tiles[vectors - 1][least(each, m - i) - 1](add, depth, a + i * a_row, a_row, a_next, b, next, c + i * c_row + j, c_row);
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

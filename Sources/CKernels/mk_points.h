// What kernels of minimal filtering share. To be included after mk_product.h; RESULTS is the number of results of a tile along
// an axis, EDGE that of its points.
#ifndef MK_POINTS_H
#define MK_POINTS_H

#include "mk_winograd.h"

#define POINTS (EDGE * EDGE)

// Lines that lie a power of two apart would share few sets of the first cache.
MK_INLINE long padded(long length) { return length % 128 ? length : length + 16; }
MK_INLINE long plane_of(long rows, long row) { return rows * row + 16; }

typedef struct {
    long image, y, x; // of the first result
} place;

MK_INLINE place place_of(const mk_winograd* c, long tile) {
    long across = (c->out_width + RESULTS - 1) / RESULTS, down = (c->out_height + RESULTS - 1) / RESULTS;
    place p = {tile / (across * down), tile / across % down * RESULTS, tile % across * RESULTS};
    return p;
}

// The place of the tile after that one.
MK_INLINE place next_place(const mk_winograd* c, place p) {
    p.x += RESULTS;
    if (p.x >= c->out_width) p.x = 0, p.y += RESULTS;
    if (p.y >= c->out_height) p.y = 0, p.image += 1;
    return p;
}

MK_INLINE int is_inside(const mk_winograd* c, place p) {
    long top = p.y - c->pad_top, left = p.x - c->pad_left;
    return top >= 0 && left >= 0 && top + EDGE <= c->height && left + EDGE <= c->width;
}

// Blocks of equal length, whole register tiles except for the last one.
MK_INLINE long block_of(long tiles, long most_tiles) {
    long blocks = (tiles + most_tiles - 1) / most_tiles;
    long each = blocks ? (tiles + blocks - 1) / blocks : 0;
    return (each + ROWS - 1) / ROWS * ROWS;
}

// Gᵀ s
MK_INLINE void kernel_from_points(const mk_lanes* s, mk_lanes* g);

// The taps of MK_LANES results from one channel's sums.
MK_INLINE void taps_from_points(const float* sums, long plane, mk_lanes taps[9]) {
    mk_lanes t[3][EDGE];
#pragma clang loop unroll(full)
    for (int q = 0; q < EDGE; q++) {
        mk_lanes s[EDGE], g[3];
#pragma clang loop unroll(full)
        for (int p = 0; p < EDGE; p++) s[p] = mk_load(sums + (p * EDGE + q) * plane);
        kernel_from_points(s, g);
        t[0][q] = g[0], t[1][q] = g[1], t[2][q] = g[2];
    }
    for (int i = 0; i < 3; i++) kernel_from_points(t[i], taps + 3 * i);
}

// Sums of a part [m, n] to the gradient [.., channels, 3, 3] of its first channel and result. Sixteen channels are collected
// first, so that what is written for a result lies side by side.
MK_INLINE void unpack(const mk_winograd* c, const float* sums, long plane, long m, long n, int add, float* dweights) {
    for (long k = 0; k < n; k += MK_LANES)
        for (long channel = 0; channel < m; channel += 16) {
            mk_lanes taps[16 * 9];
            for (long i = 0; i < 16; i++) taps_from_points(sums + (channel + i) * n + k, plane, taps + 9 * i);
            for (long l = 0; l < MK_LANES; l++) {
                const float* source = (const float*)taps + l;
                float* target = dweights + ((k + l) * c->channels + channel) * 9;
                if (add)
                    for (long i = 0; i < 16 * 9; i++) target[i] += source[i * MK_LANES];
                else
                    for (long i = 0; i < 16 * 9; i++) target[i] = source[i * MK_LANES];
            }
        }
}

// ---- Sums over tiles ------------------------------------------------------------------------------------------------------

// The sums for the points lie in the second level of cache. Where there are too many channels for that, parts of them are
// summed one after the other over as many tiles as the third level holds, and added up in the gradient itself.
#define PART_BYTES (8 << 20)

typedef struct {
    long tiles, channels, out_channels; // of a part
    int is_whole;
    long source_row, flow_row, source_plane, flow_plane, sum_plane;
} parts;

// `per_row` tiles lie in a row of the points.
MK_INLINE parts parts_of(const mk_winograd* c, long tiles, long most_tiles, long per_row) {
    long m = c->channels, n = c->out_channels;
    parts p;
    p.is_whole = m * n <= 128 * 128;
    p.tiles = block_of(tiles, p.is_whole ? most_tiles : most(ROWS, PART_BYTES * per_row / (POINTS * 4 * (m + n))));
    p.channels = p.is_whole ? m : least(m, 64);
    p.out_channels = p.is_whole ? n : least(n, 64);
    p.source_row = padded(m);
    p.flow_row = padded(n);
    p.source_plane = plane_of((p.tiles + per_row - 1) / per_row, p.source_row);
    p.flow_plane = plane_of((p.tiles + per_row - 1) / per_row, p.flow_row);
    p.sum_plane = plane_of(p.channels, p.out_channels);
    return p;
}

// Of the points of source and flow and of the sums, which lie in this order.
MK_INLINE size_t bytes_of(parts p) { return (size_t)(POINTS * (p.source_plane + p.flow_plane + p.sum_plane)) * 4 + 64; }

// The products of a block of `depth` rows of points, into the gradient once all of them are summed.
MK_INLINE void sum_block(int pairs, const mk_winograd* c, parts p, long depth, int is_first, int is_last, const float* source,
                         float* flow, float* dweights) {
    float* sums = flow + POINTS * p.flow_plane;
    for (long i = 0; i < c->channels; i += p.channels)
        for (long j = 0; j < c->out_channels; j += p.out_channels) {
            long m = least(p.channels, c->channels - i), n = least(p.out_channels, c->out_channels - j);
            for (long point = 0; point < POINTS; point++)
                product(pairs, p.is_whole && !is_first, m, n, depth, source + point * p.source_plane + i, 1, p.source_row,
                        flow + point * p.flow_plane + j, COLUMNS, p.flow_row, sums + point * p.sum_plane, n);
            if (!p.is_whole || is_last)
                unpack(c, sums, p.sum_plane, m, n, !p.is_whole && !is_first, dweights + (j * c->channels + i) * 9);
        }
}

#endif

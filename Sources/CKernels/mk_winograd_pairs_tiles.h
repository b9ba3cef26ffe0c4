// Tiles of minimal filtering of pairs, to their points and back: see mk_winograd_pairs_body.h, for which it is. Planes and rows
// of points are counted in pairs, as long as a float.
#ifndef MK_WINOGRAD_PAIRS_TILES_H
#define MK_WINOGRAD_PAIRS_TILES_H

#include "mk_winograd_pairs.h"
#include "mk_product.h"

#define RESULTS 2
#define EDGE 4
#include "mk_points.h"

// ---- The matrices -------------------------------------------------------------------------------------------------------

// Bᵀ d
MK_INLINE void source_points(const mk_lanes* d, mk_lanes* s) {
    s[0] = d[0] - d[2];
    s[1] = d[1] + d[2];
    s[2] = d[2] - d[1];
    s[3] = d[1] - d[3];
}

// Aᵀ m
MK_INLINE void result_points(const mk_lanes* m, mk_lanes* y) {
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] - m[3];
}

// A dy
MK_INLINE void flow_points(const mk_lanes* d, mk_lanes* s) {
    s[0] = d[0];
    s[1] = d[0] + d[1];
    s[2] = d[0] - d[1];
    s[3] = -d[1];
}

// G g
MK_INLINE void kernel_points(const mk_lanes* g, mk_lanes* s) {
    mk_lanes even = 0.5f * (g[0] + g[2]), odd = 0.5f * g[1];
    s[0] = g[0];
    s[1] = even + odd;
    s[2] = even - odd;
    s[3] = g[2];
}

// Gᵀ s
MK_INLINE void kernel_from_points(const mk_lanes* s, mk_lanes* g) {
    mk_lanes even = 0.5f * (s[1] + s[2]), odd = 0.5f * (s[1] - s[2]);
    g[0] = s[0] + even;
    g[1] = odd;
    g[2] = even + s[3];
}

// ---- Tiles to points and back -------------------------------------------------------------------------------------------

// Values of 2 * MK_LANES channels, even and odd ones.
typedef struct {
    mk_lanes even, odd;
} both;

MK_INLINE both load_both(const uint16_t* p) {
    mk_lanes_uint pairs;
    memcpy(&pairs, p, sizeof pairs);
    return (both){(mk_lanes)(pairs << 16), (mk_lanes)(pairs & 0xffff0000)};
}

MK_INLINE void store_both(uint16_t* p, mk_lanes even, mk_lanes odd) {
#if MK_AVX512_BF16
    _mm512_storeu_si512(p, (__m512i)_mm512_cvtne2ps_pbh((__m512)odd, (__m512)even));
#else
    store_rounded(p, even);
    store_rounded(p + MK_LANES, odd);
#endif
}

// The pixels under a tile, some channels of them: from pixel to pixel to the right, and downwards.
typedef struct {
    const uint16_t* corner;
    long right, down;
} window;

// Where the tile reaches over an edge, its pixels are copied between zeros.
MK_INLINE window window_of(const mk_winograd* c, const uint16_t* x, place p, int inside, long ch, long count, uint16_t* copy) {
    long top = p.y - c->pad_top, left = p.x - c->pad_left;
    const uint16_t* corner = x + ((p.image * c->height + top) * c->width + left) * c->channels + ch;
    if (inside) return (window){corner, c->channels, c->width * c->channels};
    for (long i = 0; i < 4; i++)
        for (long j = 0; j < 4; j++) {
            int is_pixel = top + i >= 0 && top + i < c->height && left + j >= 0 && left + j < c->width;
            if (is_pixel) memcpy(copy + (4 * i + j) * count, corner + (i * c->width + j) * c->channels, (size_t)count * 2);
            else memset(copy + (4 * i + j) * count, 0, (size_t)count * 2);
        }
    return (window){copy, count, 4 * count};
}

// Bᵀ d B of MK_LANES channels.
MK_INLINE void source_tile(window w, mk_lanes points[4][4]) {
    mk_lanes t[4][4];
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) {
        mk_lanes d[4], s[4];
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) d[i] = mk_load_bf16(w.corner + i * w.down + j * w.right);
        source_points(d, s);
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) t[i][j] = s[i];
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) source_points(t[i], points[i]);
}

// The same of 2 * MK_LANES channels, stored. Each row of points is finished before the next one begins: all of them at once
// would not fit into the registers.
MK_INLINE void store_both_points(window w, float* points, long plane) {
    // Rows of Bᵀ as differences of two rows of the tile; the second one is a sum.
    static const int first[4] = {0, 1, 2, 1}, second[4] = {2, 2, 1, 3};
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        mk_lanes even[4], odd[4], s[4], t[4];
        const uint16_t *upper = w.corner + first[i] * w.down, *lower = w.corner + second[i] * w.down;
#pragma clang loop unroll(full)
        for (int j = 0; j < 4; j++) {
            both u = load_both(upper + j * w.right), l = load_both(lower + j * w.right);
            even[j] = i == 1 ? u.even + l.even : u.even - l.even;
            odd[j] = i == 1 ? u.odd + l.odd : u.odd - l.odd;
        }
        source_points(even, s);
        source_points(odd, t);
#pragma clang loop unroll(full)
        for (int j = 0; j < 4; j++) store_both((uint16_t*)(points + (i * 4 + j) * plane), s[j], t[j]);
    }
}

// A row of pairs of channels for every tile.
MK_INLINE void gather_sources(const mk_winograd* c, const uint16_t* x, long first, long last, float* points, long plane, long step) {
    place p = place_of(c, first);
    uint16_t copy[16 * 2 * MK_LANES];
    for (long tile = first; tile < last; tile++, points += step, p = next_place(c, p)) {
        int inside = is_inside(c, p);
        long ch = 0;
        for (; ch + 2 * MK_LANES <= c->channels; ch += 2 * MK_LANES)
            store_both_points(window_of(c, x, p, inside, ch, 2 * MK_LANES, copy), points + ch / 2, plane);
        for (; ch < c->channels; ch += MK_LANES) {
            mk_lanes s[4][4];
            source_tile(window_of(c, x, p, inside, ch, MK_LANES, copy), s);
#pragma clang loop unroll(full)
            for (int k = 0; k < POINTS; k++) store_rounded((uint16_t*)(points + k * plane) + ch, s[k / 4][k % 4]);
        }
    }
}

// One result of MK_LANES channels.
MK_INLINE void finish(int activation, mk_lanes v, const uint16_t* residual, uint16_t* y, long at) {
    if (residual) v += mk_load_bf16(residual + at);
    store_rounded(y + at, mk_activate(v, activation));
}

MK_INLINE void scatter_result(int activation, const mk_winograd* c, const float* points, long plane, place p, long first_out,
                              long last_out, const float* bias, const uint16_t* residual, uint16_t* y) {
    int is_right = p.x + 1 < c->out_width, is_below = p.y + 1 < c->out_height;
    long right = c->out_channels, below = c->out_width * right, at = p.image * c->out_height * below + p.y * below + p.x * right + first_out;
    for (long ch = first_out; ch < last_out; ch += MK_LANES, at += MK_LANES, points += MK_LANES) {
        mk_lanes t[2][4], r[2][2], offset = bias ? mk_load(bias + ch) : (mk_lanes){};
#pragma clang loop unroll(full)
        for (int j = 0; j < 4; j++) {
            mk_lanes m[4], s[2];
#pragma clang loop unroll(full)
            for (int i = 0; i < 4; i++) m[i] = mk_load(points + (i * 4 + j) * plane);
            result_points(m, s);
            t[0][j] = s[0], t[1][j] = s[1];
        }
        result_points(t[0], r[0]);
        result_points(t[1], r[1]);
        if (c->pool == 2) {
            mk_lanes best = mk_larger_or_nan(mk_larger_or_nan(r[0][0], r[0][1]), mk_larger_or_nan(r[1][0], r[1][1]));
            long half_width = c->out_width / 2, row = p.image * (c->out_height / 2) + p.y / 2;
            finish(activation, best + offset, 0, y, (row * half_width + p.x / 2) * c->out_channels + ch);
            continue;
        }
        finish(activation, r[0][0] + offset, residual, y, at);
        if (is_right) finish(activation, r[0][1] + offset, residual, y, at + right);
        if (is_below) finish(activation, r[1][0] + offset, residual, y, at + below);
        if (is_right && is_below) finish(activation, r[1][1] + offset, residual, y, at + below + right);
    }
}

// ---- Pairs of tiles, for the gradient of the kernel ----------------------------------------------------------------------

// The points of tiles 2i and 2i + 1 lie side by side in row i: pairs of tiles are summed, not of channels. After the last tile
// of an odd number come zeros.
MK_INLINE void pair_sources(const mk_winograd* c, const uint16_t* x, long first, long last, float* points, long plane, long step) {
    place p = place_of(c, first);
    uint16_t copy[16 * MK_LANES];
    for (long tile = first; tile < last; tile += 2, points += step) {
        place q = next_place(c, p);
        int inside = is_inside(c, p), is_pair = tile + 1 < last, inside_next = is_inside(c, q);
        for (long ch = 0; ch < c->channels; ch += MK_LANES) {
            mk_lanes low[4][4], high[4][4] = {};
            source_tile(window_of(c, x, p, inside, ch, MK_LANES, copy), low);
            if (is_pair) source_tile(window_of(c, x, q, inside_next, ch, MK_LANES, copy), high);
#pragma clang loop unroll(full)
            for (int k = 0; k < POINTS; k++) store_rounded_pairs(points + k * plane + ch, low[k / 4][k % 4], high[k / 4][k % 4]);
        }
        p = next_place(c, q);
    }
}

MK_INLINE void flow_tile(const mk_winograd* c, const uint16_t* dy, place p, long ch, mk_lanes points[4][4]) {
    const uint16_t* corner = dy + ((p.image * c->out_height + p.y) * c->out_width + p.x) * c->out_channels + ch;
    int is_right = p.x + 1 < c->out_width, is_below = p.y + 1 < c->out_height;
    long row = c->out_width * c->out_channels;
    mk_lanes columns[2][2] = {}, t[4][2];
    columns[0][0] = mk_load_bf16(corner);
    if (is_right) columns[1][0] = mk_load_bf16(corner + c->out_channels);
    if (is_below) columns[0][1] = mk_load_bf16(corner + row);
    if (is_right && is_below) columns[1][1] = mk_load_bf16(corner + row + c->out_channels);
#pragma clang loop unroll(full)
    for (int j = 0; j < 2; j++) {
        mk_lanes s[4];
        flow_points(columns[j], s);
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) t[i][j] = s[i];
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) flow_points(t[i], points[i]);
}

MK_INLINE void pair_flows(const mk_winograd* c, const uint16_t* dy, long first, long last, float* points, long plane, long step) {
    place p = place_of(c, first);
    for (long tile = first; tile < last; tile += 2, points += step) {
        place q = next_place(c, p);
        for (long ch = 0; ch < c->out_channels; ch += MK_LANES) {
            mk_lanes low[4][4], high[4][4] = {};
            flow_tile(c, dy, p, ch, low);
            if (tile + 1 < last) flow_tile(c, dy, q, ch, high);
#pragma clang loop unroll(full)
            for (int k = 0; k < POINTS; k++) store_rounded_pairs(points + k * plane + ch, low[k / 4][k % 4], high[k / 4][k % 4]);
        }
        p = next_place(c, q);
    }
}

#endif

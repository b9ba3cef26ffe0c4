// Convolution by minimal filtering: see include/mk_winograd.h. Compiled once per instruction set, see mk_isa_common.h.
//
// With the points 0, ±P, ±Q and infinity, a tile of the source d, the kernel g and the result y are, along both axes,
//
//     y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A
//
// and since that is linear in g, the kernel's gradient is Gᵀ [(Bᵀ d B) ∘ (A dy Aᵀ)] G. The products ∘, summed over channels or
// tiles, are 36 matrix products. Tiles are taken in blocks that stay in the second level of cache with what is made of them.
#include "mk_winograd.h"
#include "mk_product.h"

#define RESULTS 4
#define EDGE 6
#include "mk_points.h"

#define P 0.625f
#define Q 1.5f
#define PP (P * P)
#define QQ (Q * Q)

// Tiles of a block: enough to read the packed kernel seldom; for the gradient, to add to its sums seldom.
#define FORWARD_TILES 48
#define GRADIENT_TILES 96

// ---- The matrices -------------------------------------------------------------------------------------------------------

// Bᵀ d
MK_INLINE void source_points(const mk_lanes* d, mk_lanes* s) {
    mk_lanes even_p = d[4] - QQ * d[2], odd_p = P * (d[3] - QQ * d[1]);
    mk_lanes even_q = d[4] - PP * d[2], odd_q = Q * (d[3] - PP * d[1]);
    s[0] = even_p - PP * (d[2] - QQ * d[0]);
    s[1] = even_p + odd_p;
    s[2] = even_p - odd_p;
    s[3] = even_q + odd_q;
    s[4] = even_q - odd_q;
    s[5] = d[5] - (PP + QQ) * d[3] + PP * QQ * d[1];
}

// Aᵀ m
MK_INLINE void result_points(const mk_lanes* m, mk_lanes* y) {
    mk_lanes even_p = m[1] + m[2], odd_p = m[1] - m[2], even_q = m[3] + m[4], odd_q = m[3] - m[4];
    y[0] = m[0] + even_p + even_q;
    y[1] = P * odd_p + Q * odd_q;
    y[2] = PP * even_p + QQ * even_q;
    y[3] = m[5] + P * PP * odd_p + Q * QQ * odd_q;
}

// A dy
MK_INLINE void flow_points(const mk_lanes* d, mk_lanes* s) {
    mk_lanes even_p = d[0] + PP * d[2], odd_p = P * d[1] + P * PP * d[3];
    mk_lanes even_q = d[0] + QQ * d[2], odd_q = Q * d[1] + Q * QQ * d[3];
    s[0] = d[0];
    s[1] = even_p + odd_p;
    s[2] = even_p - odd_p;
    s[3] = even_q + odd_q;
    s[4] = even_q - odd_q;
    s[5] = d[3];
}

#define AT_0 (1 / (PP * QQ))
#define AT_P (1 / (2 * PP * (PP - QQ)))
#define AT_Q (1 / (2 * QQ * (QQ - PP)))

// G g
MK_INLINE void kernel_points(const mk_lanes* g, mk_lanes* s) {
    mk_lanes even_p = AT_P * g[0] + AT_P * PP * g[2], odd_p = AT_P * P * g[1];
    mk_lanes even_q = AT_Q * g[0] + AT_Q * QQ * g[2], odd_q = AT_Q * Q * g[1];
    s[0] = AT_0 * g[0];
    s[1] = even_p + odd_p;
    s[2] = even_p - odd_p;
    s[3] = even_q + odd_q;
    s[4] = even_q - odd_q;
    s[5] = g[2];
}

// Gᵀ s
MK_INLINE void kernel_from_points(const mk_lanes* s, mk_lanes* g) {
    mk_lanes even_p = AT_P * (s[1] + s[2]), odd_p = AT_P * (s[1] - s[2]);
    mk_lanes even_q = AT_Q * (s[3] + s[4]), odd_q = AT_Q * (s[3] - s[4]);
    g[0] = AT_0 * s[0] + even_p + even_q;
    g[1] = P * odd_p + Q * odd_q;
    g[2] = PP * even_p + QQ * even_q + s[5];
}

// ---- The packed kernel: for each of the 36 points panels of COLUMNS results, channel by channel -------------------------

MK_INLINE void pack(int half, const mk_winograd* c, const void* weights, long channel_step, long out_step, int is_flipped, long first,
                    long last, float* packed) {
    long n = c->out_channels, plane = c->channels * n;
    for (long j = 0; j < n; j += MK_LANES) {
        long panel = j / COLUMNS * COLUMNS, width = least(COLUMNS, n - panel);
        for (long channel = first; channel < last; channel++) {
            mk_lanes g[3][3], t[3][6], s[6];
            for (int tap = 0; tap < 9; tap++) {
                long from = channel * channel_step + j * out_step + (is_flipped ? 8 - tap : tap);
                float values[MK_LANES];
                for (int l = 0; l < MK_LANES; l++) values[l] = mk_value(weights, from + l * out_step, half);
                g[tap / 3][tap % 3] = mk_load(values);
            }
            for (int i = 0; i < 3; i++) kernel_points(g[i], t[i]);
            float* target = packed + panel * c->channels + channel * width + (j - panel);
            for (int q = 0; q < 6; q++) {
                mk_lanes column[3] = {t[0][q], t[1][q], t[2][q]};
                kernel_points(column, s);
                for (int p = 0; p < 6; p++) mk_store(target + (p * 6 + q) * plane, s[p]);
            }
        }
    }
}

void MK_NAME(mk_winograd_pack_f32)(const mk_winograd* c, const float* weights, long channel_step, long out_step, int is_flipped,
                                   long first, long last, float* packed) {
    pack(0, c, weights, channel_step, out_step, is_flipped, first, last, packed);
}

void MK_NAME(mk_winograd_pack_bf16)(const mk_winograd* c, const uint16_t* weights, long channel_step, long out_step, int is_flipped,
                                    long first, long last, float* packed) {
    pack(1, c, weights, channel_step, out_step, is_flipped, first, last, packed);
}

// ---- Tiles to points and back -------------------------------------------------------------------------------------------

// The points of one tile of x, all channels, into row `row` of each of the 36 planes.
MK_INLINE void gather_source(int half, int inside, const mk_winograd* c, const void* x, place p, float* row, long plane) {
    long top = p.y - c->pad_top, left = p.x - c->pad_left;
    for (long ch = 0; ch < c->channels; ch += MK_LANES) {
        mk_lanes t[6][6], s[6];
        for (int j = 0; j < 6; j++) {
            mk_lanes d[6];
#pragma clang loop unroll(full)
            for (int i = 0; i < 6; i++) {
                long y = top + i, at = ((p.image * c->height + y) * c->width + left + j) * c->channels + ch;
                int is_pixel = inside || (y >= 0 && y < c->height && left + j >= 0 && left + j < c->width);
                d[i] = is_pixel ? mk_read(x, at, MK_LANES, half) : (mk_lanes){};
            }
            source_points(d, s);
#pragma clang loop unroll(full)
            for (int i = 0; i < 6; i++) t[i][j] = s[i];
        }
        for (int i = 0; i < 6; i++) {
            source_points(t[i], s);
#pragma clang loop unroll(full)
            for (int j = 0; j < 6; j++) mk_store(row + (i * 6 + j) * plane + ch, s[j]);
        }
    }
}

MK_INLINE void gather_sources(int half, const mk_winograd* c, const void* x, long first, long last, float* points, long plane, long step) {
    for (long tile = first; tile < last; tile++, points += step) {
        place p = place_of(c, tile);
        if (is_inside(c, p)) gather_source(half, 1, c, x, p, points, plane);
        else gather_source(half, 0, c, x, p, points, plane);
    }
}

// The points of the tiles of dy.
MK_INLINE void gather_flows(int half, const mk_winograd* c, const void* dy, long first, long last, float* points, long plane, long step) {
    for (long tile = first; tile < last; tile++, points += step) {
        place p = place_of(c, tile);
        long rows = least(4, c->out_height - p.y), columns = least(4, c->out_width - p.x);
        for (long ch = 0; ch < c->out_channels; ch += MK_LANES) {
            mk_lanes t[6][4] = {}, s[6];
            for (long j = 0; j < columns; j++) {
                mk_lanes d[4];
#pragma clang loop unroll(full)
                for (int i = 0; i < 4; i++) {
                    long at = ((p.image * c->out_height + p.y + i) * c->out_width + p.x + j) * c->out_channels + ch;
                    d[i] = i < rows ? mk_read(dy, at, MK_LANES, half) : (mk_lanes){};
                }
                flow_points(d, s);
#pragma clang loop unroll(full)
                for (int i = 0; i < 6; i++) t[i][j] = s[i];
            }
            for (int i = 0; i < 6; i++) {
                flow_points(t[i], s);
#pragma clang loop unroll(full)
                for (int j = 0; j < 6; j++) mk_store(points + (i * 6 + j) * plane + ch, s[j]);
            }
        }
    }
}

MK_INLINE void scatter_result(int half, int activation, const mk_winograd* c, const float* points, long plane, place p,
                              long first_out, long last_out, const float* bias, const void* residual, void* y) {
    long rows = least(4, c->out_height - p.y), columns = least(4, c->out_width - p.x);
    for (long ch = first_out; ch < last_out; ch += MK_LANES) {
        mk_lanes t[4][6], r[4], offset = bias ? mk_load(bias + ch) : (mk_lanes){};
        for (int j = 0; j < 6; j++) {
            mk_lanes m[6];
#pragma clang loop unroll(full)
            for (int i = 0; i < 6; i++) m[i] = mk_load(points + (i * 6 + j) * plane + ch - first_out);
            result_points(m, r);
#pragma clang loop unroll(full)
            for (int i = 0; i < 4; i++) t[i][j] = r[i];
        }
        if (c->pool == 2) {
            for (long i = 0; i < rows; i += 2) {
                mk_lanes below[4];
                result_points(t[i], r);
                result_points(t[i + 1], below);
                long row = p.image * (c->out_height / 2) + (p.y + i) / 2, at = (row * (c->out_width / 2) + p.x / 2) * c->out_channels + ch;
                for (long j = 0; j < columns; j += 2, at += c->out_channels) {
                    mk_lanes best = mk_larger_or_nan(mk_larger_or_nan(r[j], r[j + 1]), mk_larger_or_nan(below[j], below[j + 1]));
                    mk_write(y, at, mk_activate(best + offset, activation), MK_LANES, half);
                }
            }
            continue;
        }
        for (long i = 0; i < rows; i++) {
            result_points(t[i], r);
            long at = ((p.image * c->out_height + p.y + i) * c->out_width + p.x) * c->out_channels + ch;
#pragma clang loop unroll(full)
            for (int j = 0; j < 4; j++, at += c->out_channels) {
                if (j >= columns) break;
                mk_lanes v = r[j] + offset;
                if (residual) v += mk_read(residual, at, MK_LANES, half);
                mk_write(y, at, mk_activate(v, activation), MK_LANES, half);
            }
        }
    }
}

// ---- Forward ------------------------------------------------------------------------------------------------------------

size_t MK_NAME(mk_winograd_scratch_bytes)(const mk_winograd* c, long tiles) {
    long block = block_of(tiles, FORWARD_TILES);
    return (size_t)(36 * (plane_of(block, padded(c->channels)) + plane_of(block, padded(c->out_channels)))) * 4 + 64;
}

MK_INLINE void forward(int half, const mk_winograd* c, const void* x, const float* packed, const float* bias, const void* residual,
                       int activation, void* y, long first, long last, long first_out, long last_out, void* scratch) {
    long block = block_of(last - first, FORWARD_TILES), n = last_out - first_out;
    long source_row = padded(c->channels), result_row = padded(n);
    long source_plane = plane_of(block, source_row), result_plane = plane_of(block, result_row);
    float *source = aligned(scratch), *result = source + 36 * source_plane;
    for (long tile = first; tile < last; tile += block) {
        long count = least(block, last - tile);
        gather_sources(half, c, x, tile, tile + count, source, source_plane, source_row);
        for (long p = 0; p < 36; p++)
            product(0, 0, count, n, c->channels, source + p * source_plane, source_row, 1,
                    packed + (p * c->out_channels + first_out) * c->channels, COLUMNS * c->channels, 0, result + p * result_plane,
                    result_row);
        for (long t = 0; t < count; t++) {
            const float* points = result + t * result_row;
            place p = place_of(c, tile + t);
#define SCATTER(kind) scatter_result(half, kind, c, points, result_plane, p, first_out, last_out, bias, residual, y)
            if (activation == MK_ACTIVATION_NONE) SCATTER(MK_ACTIVATION_NONE);
            else if (activation == MK_ACTIVATION_RELU) SCATTER(MK_ACTIVATION_RELU);
            else SCATTER(activation);
#undef SCATTER
        }
    }
}

void MK_NAME(mk_winograd_forward_f32)(const mk_winograd* c, const float* x, const float* packed, const float* bias,
                                      const float* residual, int activation, float* y, long first, long last, long first_out,
                                      long last_out, void* scratch) {
    forward(0, c, x, packed, bias, residual, activation, y, first, last, first_out, last_out, scratch);
}

void MK_NAME(mk_winograd_forward_bf16)(const mk_winograd* c, const uint16_t* x, const float* packed, const float* bias,
                                       const uint16_t* residual, int activation, uint16_t* y, long first, long last, long first_out,
                                       long last_out, void* scratch) {
    forward(1, c, x, packed, bias, residual, activation, y, first, last, first_out, last_out, scratch);
}

// ---- The kernel's gradient ----------------------------------------------------------------------------------------------

MK_INLINE parts parts_here(const mk_winograd* c) { return parts_of(c, mk_winograd_tiles(c), GRADIENT_TILES, 1); }

size_t MK_NAME(mk_winograd_gradient_scratch_bytes)(const mk_winograd* c) { return bytes_of(parts_here(c)); }

MK_INLINE void gradient(int half, const mk_winograd* c, const void* x, const void* dy, float* dweights, float* dbias, void* scratch) {
    parts p = parts_here(c);
    long tiles = mk_winograd_tiles(c);
    float *source = aligned(scratch), *flow = source + POINTS * p.source_plane;
    for (long tile = 0; tile < tiles; tile += p.tiles) {
        long count = least(p.tiles, tiles - tile);
        gather_sources(half, c, x, tile, tile + count, source, p.source_plane, p.source_row);
        gather_flows(half, c, dy, tile, tile + count, flow, p.flow_plane, p.flow_row);
        sum_block(0, c, p, count, tile == 0, tile + count == tiles, source, flow, dweights);
    }
    if (dbias) add_rows(half, c->batch * c->out_height * c->out_width, c->out_channels, dy, 0, dbias);
}

void MK_NAME(mk_winograd_gradient_f32)(const mk_winograd* c, const float* x, const float* dy, float* dweights, float* dbias,
                                       void* scratch) {
    gradient(0, c, x, dy, dweights, dbias, scratch);
}

void MK_NAME(mk_winograd_gradient_bf16)(const mk_winograd* c, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias,
                                        void* scratch) {
    gradient(1, c, x, dy, dweights, dbias, scratch);
}

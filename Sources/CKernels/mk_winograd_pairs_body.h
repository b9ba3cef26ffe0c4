// Convolution by minimal filtering of pairs: see include/mk_winograd_pairs.h. Compiled once per instruction set, see
// mk_isa_common.h. The algebra is that of mk_winograd_body.h with other points.
#include "mk_winograd_pairs_tiles.h"

// Tiles of a block: its points and sums stay in the second level of cache, together with the packed kernel where that is small.
#define FORWARD_TILES 48
#define GRADIENT_TILES 192

// ---- The packed kernel: for each of the points panels of COLUMNS results, pair by pair of channels ------------------------

// Points of channels are stored as they come apart most cheaply: of every 2 * MK_LANES channels first the even ones, then the
// odd ones. What is left over at the end keeps its order.
MK_INLINE long channel_at(const mk_winograd* c, long position) {
    long within = position % (2 * MK_LANES), base = position - within;
    if (base + 2 * MK_LANES > c->channels) return position;
    return base + within % MK_LANES * 2 + within / MK_LANES;
}

MK_INLINE void packed_points(int half, const void* weights, long from, long out_step, int is_flipped, mk_lanes points[4][4]) {
    mk_lanes g[3][3], t[3][4];
    for (int tap = 0; tap < 9; tap++) {
        float values[MK_LANES];
        for (int l = 0; l < MK_LANES; l++) values[l] = mk_value(weights, from + l * out_step + (is_flipped ? 8 - tap : tap), half);
        g[tap / 3][tap % 3] = mk_load(values);
    }
    for (int i = 0; i < 3; i++) kernel_points(g[i], t[i]);
    for (int q = 0; q < 4; q++) {
        mk_lanes column[3] = {t[0][q], t[1][q], t[2][q]}, s[4];
        kernel_points(column, s);
        for (int p = 0; p < 4; p++) points[p][q] = s[p];
    }
}

MK_INLINE void pack(int half, const mk_winograd* c, const void* weights, long channel_step, long out_step, int is_flipped, long first,
                    long last, float* packed) {
    long n = c->out_channels, plane = c->channels / 2 * n;
    for (long j = 0; j < n; j += MK_LANES) {
        long panel = j / COLUMNS * COLUMNS, width = least(COLUMNS, n - panel);
        for (long channel = first; channel < last; channel += 2) {
            mk_lanes low[4][4], high[4][4];
            packed_points(half, weights, channel_at(c, channel) * channel_step + j * out_step, out_step, is_flipped, low);
            packed_points(half, weights, channel_at(c, channel + 1) * channel_step + j * out_step, out_step, is_flipped, high);
            float* target = packed + panel * (c->channels / 2) + channel / 2 * width + (j - panel);
            for (int p = 0; p < POINTS; p++) store_rounded_pairs(target + p * plane, low[p / 4][p % 4], high[p / 4][p % 4]);
        }
    }
}

void MK_NAME(mk_winograd_pairs_pack_f32)(const mk_winograd* c, const float* weights, long channel_step, long out_step, int is_flipped,
                                         long first, long last, void* packed) {
    pack(0, c, weights, channel_step, out_step, is_flipped, first, last, packed);
}

void MK_NAME(mk_winograd_pairs_pack_bf16)(const mk_winograd* c, const uint16_t* weights, long channel_step, long out_step,
                                          int is_flipped, long first, long last, void* packed) {
    pack(1, c, weights, channel_step, out_step, is_flipped, first, last, packed);
}

// ---- Forward ------------------------------------------------------------------------------------------------------------

size_t MK_NAME(mk_winograd_pairs_scratch_bytes)(const mk_winograd* c, long tiles) {
    long block = block_of(tiles, FORWARD_TILES);
    return (size_t)(POINTS * (plane_of(block, padded(c->channels / 2)) + plane_of(block, padded(c->out_channels)))) * 4 + 64;
}

void MK_NAME(mk_winograd_pairs_forward)(const mk_winograd* c, const uint16_t* x, const void* packed, const float* bias,
                                        const uint16_t* residual, int activation, uint16_t* y, long first, long last, long first_out,
                                        long last_out, void* scratch) {
    long block = block_of(last - first, FORWARD_TILES), n = last_out - first_out, pairs = c->channels / 2;
    long source_row = padded(pairs), result_row = padded(n);
    long source_plane = plane_of(block, source_row), result_plane = plane_of(block, result_row);
    float *source = aligned(scratch), *result = source + POINTS * source_plane;
    place p = place_of(c, first);
    for (long tile = first; tile < last; tile += block) {
        long count = least(block, last - tile);
        gather_sources(c, x, tile, tile + count, source, source_plane, source_row);
        for (long k = 0; k < POINTS; k++)
            product(1, 0, count, n, pairs, source + k * source_plane, source_row, 1,
                    (const float*)packed + (k * c->out_channels + first_out) * pairs, COLUMNS * pairs, 0, result + k * result_plane,
                    result_row);
        for (long t = 0; t < count; t++, p = next_place(c, p)) {
            const float* points = result + t * result_row;
#define SCATTER(kind) scatter_result(kind, c, points, result_plane, p, first_out, last_out, bias, residual, y)
            if (activation == MK_ACTIVATION_NONE) SCATTER(MK_ACTIVATION_NONE);
            else if (activation == MK_ACTIVATION_RELU) SCATTER(MK_ACTIVATION_RELU);
            else SCATTER(activation);
#undef SCATTER
        }
    }
}

// ---- The kernel's gradient ----------------------------------------------------------------------------------------------

MK_INLINE parts parts_here(const mk_winograd* c) { return parts_of(c, mk_winograd_pairs_tiles(c), GRADIENT_TILES, 2); }

size_t MK_NAME(mk_winograd_pairs_gradient_scratch_bytes)(const mk_winograd* c) { return bytes_of(parts_here(c)); }

void MK_NAME(mk_winograd_pairs_gradient)(const mk_winograd* c, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias,
                                         void* scratch) {
    parts p = parts_here(c);
    long tiles = mk_winograd_pairs_tiles(c);
    float *source = aligned(scratch), *flow = source + POINTS * p.source_plane;
    for (long tile = 0; tile < tiles; tile += p.tiles) {
        long count = least(p.tiles, tiles - tile);
        pair_sources(c, x, tile, tile + count, source, p.source_plane, p.source_row);
        pair_flows(c, dy, tile, tile + count, flow, p.flow_plane, p.flow_row);
        sum_block(1, c, p, (count + 1) / 2, tile == 0, tile + count == tiles, source, flow, dweights);
    }
    if (dbias) add_rows(1, c->batch * c->out_height * c->out_width, c->out_channels, dy, 0, dbias);
}

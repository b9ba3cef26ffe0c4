// Convolutions of few channels: see include/mk_stem.h. Compiled once per instruction set, see mk_isa_common.h.
#include "mk_stem.h"
#include "mk_product.h"

// Values side by side under a row of the kernel, and the pairs of them.
MK_INLINE long taps_of(const mk_conv* c) { return c->kernel_width * c->channels; }
MK_INLINE long pairs_of(const mk_conv* c) { return (taps_of(c) + 1) / 2; }

// Values from one window to the next.
MK_INLINE long step_of(const mk_conv* c) { return c->stride_width * c->channels; }

MK_INLINE long line_of(const mk_conv* c) {
    long pixels = (mk_conv_out_width(c) - 1) * c->stride_width + c->kernel_width;
    return pixels * c->channels;
}

MK_INLINE int is_padded(const mk_conv* c) { return c->pad_top > 0 || c->pad_left > 0 || c->pad_bottom > 0 || c->pad_right > 0; }

// All pixels that a row of windows reads, zeros outside of the source.
MK_INLINE void fill_line(int half, const mk_conv* c, const void* row, void* line) {
    long size = half ? 2 : 4, pixels = line_of(c) / c->channels, pixel = c->channels * size;
    long low = least(c->pad_left, pixels), high = most(low, least(pixels, c->pad_left + c->width));
    memset(line, 0, (size_t)(low * pixel));
    memcpy((char*)line + low * pixel, (const char*)row + (low - c->pad_left) * pixel, (size_t)((high - low) * pixel));
    memset((char*)line + high * pixel, 0, (size_t)((pixels - high) * pixel));
}

// ---- Forward: panels of COLUMNS results, in each the pairs of taps of the kernel's rows -----------------------------------

MK_INLINE void pack(int half, const mk_conv* c, const void* weights, float* packed) {
    long taps = taps_of(c), pairs = pairs_of(c), n = c->out_channels;
    for (long k = 0; k < n; k++) {
        long panel = k / COLUMNS * COLUMNS, width = least(COLUMNS, n - panel);
        uint16_t* target = (uint16_t*)(packed + panel * c->kernel_height * pairs + (k - panel));
        for (long i = 0; i < c->kernel_height; i++)
            for (long p = 0; p < pairs; p++, target += 2 * width)
                for (long t = 2 * p; t < 2 * p + 2; t++) {
                    long at = ((k * c->channels + t % c->channels) * c->kernel_height + i) * c->kernel_width + t / c->channels;
                    target[t % 2] = t < taps ? mk_narrow(mk_value(weights, at, half)) : 0;
                }
    }
}

void MK_NAME(mk_stem_pack_f32)(const mk_conv* c, const float* weights, void* packed) { pack(0, c, weights, packed); }
void MK_NAME(mk_stem_pack_bf16)(const mk_conv* c, const uint16_t* weights, void* packed) { pack(1, c, weights, packed); }

// Room for the lines under a row of windows, where the source is padded.
MK_INLINE size_t copy_bytes(const mk_conv* c) { return is_padded(c) ? (size_t)(c->kernel_height * line_of(c)) * 2 + 64 : 0; }

size_t MK_NAME(mk_stem_forward_scratch_bytes)(const mk_conv* c, int pool) {
    return copy_bytes(c) + (pool == 2 ? (size_t)(2 * mk_conv_out_width(c) * c->out_channels) * 2 + 64 : 0);
}

// `rows` results side by side of `vectors` vectors of channels. An odd tap at the end is paired with a zero, not with the tap
// that follows it in memory: that one might be infinite, or lie past the end.
MK_INLINE void window_tile(int rows, int vectors, int activation, const mk_conv* c, const uint16_t* line, long next,
                           const float* packed, const float* bias, uint16_t* y) {
    long taps = taps_of(c), step = step_of(c);
    mk_lanes sum[MOST_ROWS][PANEL], right[PANEL];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) sum[i][j] = bias ? mk_load(bias + j * MK_LANES) : (mk_lanes){};
    for (long k = 0; k < c->kernel_height; k++, line += next) {
        for (long t = 0; t < taps; t += 2, packed += vectors * MK_LANES) {
            int is_pair = t + 1 < taps;
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++) right[j] = mk_load(packed + j * MK_LANES);
#pragma clang loop unroll(full)
            for (int i = 0; i < rows; i++) {
                uint32_t left = 0;
                if (is_pair) memcpy(&left, line + i * step + t, 4);
                else left = line[i * step + t];
#pragma clang loop unroll(full)
                for (int j = 0; j < vectors; j++) sum[i][j] = multiply_add_pair(left, right[j], sum[i][j]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) store_rounded(y + i * c->out_channels + j * MK_LANES, mk_activate(sum[i][j], activation));
}

typedef void window_kernel(int activation, const mk_conv* c, const uint16_t* line, long next, const float* packed, const float* bias,
                           uint16_t* y);

#define WINDOW(r, v)                                                                                                            \
    static void window_##r##_##v(int activation, const mk_conv* c, const uint16_t* line, long next, const float* packed,       \
                                 const float* bias, uint16_t* y) {                                                              \
        if (activation == MK_ACTIVATION_RELU) window_tile(r, v, MK_ACTIVATION_RELU, c, line, next, packed, bias, y);            \
        else window_tile(r, v, MK_ACTIVATION_NONE, c, line, next, packed, bias, y);                                             \
    }
FOR_TILES(WINDOW)
static window_kernel* const windows[PANEL][MOST_ROWS] = LIST_TILES(window);

// Row r of all images' results, at y.
MK_INLINE void forward_row(const mk_conv* c, const uint16_t* x, const void* packed, const float* bias, int activation, uint16_t* y, long r,
                           void* scratch) {
    long height = mk_conv_out_height(c), width = mk_conv_out_width(c), n = c->out_channels;
    long next = is_padded(c) ? line_of(c) : c->width * c->channels;
    long top = r % height * c->stride_height - c->pad_top;
    const uint16_t* image = x + r / height * c->height * c->width * c->channels;
    const uint16_t* lines = image + top * next;
    if (is_padded(c)) {
        uint16_t* copies = (uint16_t*)aligned(scratch);
        for (long i = 0; i < c->kernel_height; i++) {
            long row = top + i;
            if (row < 0 || row >= c->height) memset(copies + i * next, 0, (size_t)next * 2);
            else fill_line(1, c, image + row * c->width * c->channels, copies + i * next);
        }
        lines = copies;
    }
    for (long j = 0; j < n; j += COLUMNS) {
        const float *panel = (const float*)packed + j * c->kernel_height * pairs_of(c), *offset = bias ? bias + j : 0;
        long vectors = least(PANEL, (n - j) / MK_LANES), blocks = (width + most_rows[vectors - 1] - 1) / most_rows[vectors - 1];
        for (long k = 0; k < blocks; k++) {
            long from = width * k / blocks, rows = width * (k + 1) / blocks - from;
            windows[vectors - 1][rows - 1](activation, c, lines + from * step_of(c), next, panel, offset, y + from * n + j);
        }
    }
}

// The largest of every two by two values of two rows of `width` pixels.
MK_INLINE void pool_rows(long width, long n, const uint16_t* rows, uint16_t* y) {
    const uint16_t* below = rows + width * n;
    for (long x = 0; x + 1 < width; x += 2, rows += 2 * n, below += 2 * n, y += n)
        for (long k = 0; k < n; k += MK_LANES) {
            mk_lanes upper = mk_larger_or_nan(mk_load_bf16(rows + k), mk_load_bf16(rows + n + k));
            mk_lanes lower = mk_larger_or_nan(mk_load_bf16(below + k), mk_load_bf16(below + n + k));
            store_rounded(y + k, mk_larger_or_nan(upper, lower));
        }
}

void MK_NAME(mk_stem_forward_bf16)(const mk_conv* c, const uint16_t* x, const void* packed, const float* bias, int activation, int pool,
                                   uint16_t* y, long first_row, long last_row, void* scratch) {
    long height = mk_conv_out_height(c), width = mk_conv_out_width(c), n = c->out_channels;
    if (pool != 2) {
        for (long r = first_row; r < last_row; r++) forward_row(c, x, packed, bias, activation, y + r * width * n, r, scratch);
        return;
    }
    // Two rows of results stay in the first level of cache until the largest are taken.
    uint16_t* rows = (uint16_t*)aligned((char*)scratch + copy_bytes(c));
    for (long r = first_row; r < last_row; r++) {
        long row = r / (height / 2) * height + r % (height / 2) * 2;
        for (long i = 0; i < 2; i++) forward_row(c, x, packed, bias, activation, rows + i * width * n, row + i, scratch);
        pool_rows(width, n, rows, y + r * (width / 2) * n);
    }
}

// ---- The gradient of the kernel -------------------------------------------------------------------------------------------

MK_INLINE long sums_of(const mk_conv* c) { return c->kernel_height * taps_of(c) * c->out_channels; }

// Room for a line, in floats or pairs, and for a row of the flow.
MK_INLINE long room_of(const mk_conv* c) { return (line_of(c) + 15) / 16 * 16; }
MK_INLINE long flow_of(const mk_conv* c) { return (mk_conv_out_width(c) + 1) * c->out_channels; }

size_t MK_NAME(mk_stem_scratch_bytes)(const mk_conv* c) {
    return (size_t)((c->kernel_height + 1) * room_of(c) + flow_of(c) + sums_of(c)) * 4 + 64;
}

// Every value of a line side by side with the one that the next window has in its place.
MK_INLINE void pair_line(const mk_conv* c, const uint16_t* line, float* pairs) {
    long count = line_of(c), step = step_of(c), i = 0;
    for (; i + step + MK_LANES <= count; i += MK_LANES) {
        mk_lanes_half low, high;
        memcpy(&low, line + i, sizeof low);
        memcpy(&high, line + i + step, sizeof high);
        store_pairs(pairs + i, low, high);
    }
    for (; i < count; i++) {
        uint32_t pair = line[i] | (i + step < count ? (uint32_t)line[i + step] << 16 : 0);
        memcpy(pairs + i, &pair, 4);
    }
}

// Every two pixels of a row of the flow side by side.
MK_INLINE void pair_flow(const mk_conv* c, const uint16_t* flow, float* pairs) {
    long width = mk_conv_out_width(c), n = c->out_channels;
    for (long x = 0; x < width; x += 2)
        for (long k = 0; k < n; k += MK_LANES, pairs += MK_LANES) {
            mk_lanes_half low, high = {};
            memcpy(&low, flow + x * n + k, sizeof low);
            if (x + 1 < width) memcpy(&high, flow + (x + 1) * n + k, sizeof high);
            store_pairs(pairs, low, high);
        }
}

// A row of the source as the product wants it.
MK_INLINE void prepare_line(int half, const mk_conv* c, const void* row, void* plain, float* line) {
    if (!half) fill_line(0, c, row, line);
    else if (!is_padded(c)) pair_line(c, (const uint16_t*)row, line);
    else {
        fill_line(1, c, row, plain);
        pair_line(c, (const uint16_t*)plain, line);
    }
}

MK_INLINE void gradient(int half, const mk_conv* c, const void* x, const void* dy, float* dweights, float* dbias, void* scratch) {
    long height = mk_conv_out_height(c), width = mk_conv_out_width(c), n = c->out_channels;
    long taps = taps_of(c), step = step_of(c), source_row = c->width * c->channels, room = room_of(c);
    // The lines under a window; row y of an image in place y modulo their number.
    float *plain = aligned(scratch), *lines = plain + room, *flows = lines + c->kernel_height * room, *sums = flows + flow_of(c);
    memset(sums, 0, (size_t)sums_of(c) * 4);
    for (long r = 0, ready = 0; r < c->batch * height; r++) {
        long top = r % height * c->stride_height - c->pad_top;
        if (r % height == 0) ready = 0;
        const float* flow = mk_at(dy, r * width * n, half);
        if (half) {
            pair_flow(c, (const uint16_t*)flow, flows);
            flow = flows;
        }
        for (long i = 0; i < c->kernel_height; i++) {
            long y = top + i;
            if (y < 0 || y >= c->height) continue;
            float *line = lines + y % c->kernel_height * room, *target = sums + i * taps * n;
            if (y >= ready) {
                prepare_line(half, c, mk_at(x, (r / height * c->height + y) * source_row, half), plain, line);
                ready = y + 1;
            }
            if (half) product(1, 1, taps, n, (width + 1) / 2, line, 1, 2 * step, flow, COLUMNS, n, target, n);
            else product(0, 1, taps, n, width, line, 1, step, flow, COLUMNS, n, target, n);
        }
    }
    if (dbias) add_rows(half, c->batch * height * width, n, dy, 0, dbias);
    for (long k = 0; k < n; k++)
        for (long i = 0; i < c->kernel_height; i++)
            for (long t = 0; t < taps; t++) {
                long j = t / c->channels, channel = t % c->channels;
                dweights[((k * c->channels + channel) * c->kernel_height + i) * c->kernel_width + j] = sums[(i * taps + t) * n + k];
            }
}

void MK_NAME(mk_stem_gradient_f32)(const mk_conv* c, const float* x, const float* dy, float* dweights, float* dbias, void* scratch) {
    gradient(0, c, x, dy, dweights, dbias, scratch);
}

void MK_NAME(mk_stem_gradient_bf16)(const mk_conv* c, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias,
                                    void* scratch) {
    gradient(1, c, x, dy, dweights, dbias, scratch);
}

// The kernel's gradient for few channels: see include/mk_stem.h. Compiled once per instruction set, see mk_isa_common.h.
#include "mk_stem.h"
#include "mk_product.h"

MK_INLINE long line_of(const mk_conv* c) {
    long pixels = (mk_conv_out_width(c) - 1) * c->stride_width + c->kernel_width;
    return (pixels * c->channels + 15) / 16 * 16;
}

MK_INLINE long sums_of(const mk_conv* c) { return c->kernel_height * c->kernel_width * c->channels * c->out_channels; }

size_t MK_NAME(mk_stem_scratch_bytes)(const mk_conv* c) {
    return (size_t)(line_of(c) + mk_conv_out_width(c) * c->out_channels + sums_of(c)) * 4 + 64;
}

// All pixels that a row of windows reads, in f32, zeros outside of the source.
MK_INLINE void fill_line(int half, const mk_conv* c, const void* row, float* line) {
    long pixels = (mk_conv_out_width(c) - 1) * c->stride_width + c->kernel_width;
    long low = least(c->pad_left, pixels), high = most(low, least(pixels, c->pad_left + c->width));
    memset(line, 0, (size_t)(low * c->channels) * 4);
    for (long i = low * c->channels; i < high * c->channels; i++) line[i] = mk_value(row, i - c->pad_left * c->channels, half);
    memset(line + high * c->channels, 0, (size_t)((pixels - high) * c->channels) * 4);
}

MK_INLINE void gradient(int half, const mk_conv* c, const void* x, const void* dy, float* dweights, float* dbias, void* scratch) {
    long height = mk_conv_out_height(c), width = mk_conv_out_width(c), n = c->out_channels;
    long taps = c->kernel_width * c->channels, source_row = c->width * c->channels, flow_row = width * n;
    float *line = aligned(scratch), *wide = line + line_of(c), *sums = wide + flow_row;
    int is_padded = half || c->pad_left > 0 || c->pad_right > 0;
    memset(sums, 0, (size_t)sums_of(c) * 4);
    if (dbias) memset(dbias, 0, (size_t)n * 4);
    for (long r = 0; r < c->batch * height; r++) {
        const float* flow = mk_at(dy, r * flow_row, half);
        if (half) {
            for (long i = 0; i < flow_row; i += MK_LANES) mk_store(wide + i, mk_read(dy, r * flow_row + i, MK_LANES, half));
            flow = wide;
        }
        for (long i = 0; i < c->kernel_height; i++) {
            long y = r % height * c->stride_height - c->pad_top + i;
            if (y < 0 || y >= c->height) continue;
            const float* source = mk_at(x, (r / height * c->height + y) * source_row, half);
            if (is_padded) {
                fill_line(half, c, source, line);
                source = line;
            }
            product(1, taps, n, width, source, 1, c->stride_width * c->channels, flow, COLUMNS, n, sums + i * taps * n, n);
        }
        if (dbias) add_rows(0, width, n, flow, 1, dbias);
    }
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

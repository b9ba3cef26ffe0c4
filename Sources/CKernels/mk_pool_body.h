// Pooling: see include/mk_pool.h. Compiled once per instruction set, see mk_isa_common.h.
//
// The gradients gather: each input pixel visits the windows that hold it. So every dx is written once, sums stay in f32 also
// for bf16, and the order of the additions is fixed.
#include "mk_gemm.h"
#include "mk_lanes.h"
#include "mk_pool.h"

// The taps of one axis whose pixels exist: first ..< last.
typedef struct {
    long first, last;
} taps;

MK_INLINE taps taps_inside(long origin, long kernel, long dilation, long size) {
    taps t = {0, kernel};
    if (origin < 0) t.first = (-origin + dilation - 1) / dilation;
    if (origin + (kernel - 1) * dilation >= size) t.last = origin >= size ? 0 : (size - 1 - origin) / dilation + 1;
    if (t.first > t.last) t.first = t.last;
    return t;
}

MK_INLINE mk_lanes_int not_a_number(mk_lanes v) { return v != v; }

// The first of the largest: a later value must be larger, or the first NaN.
MK_INLINE mk_lanes keep_largest(mk_lanes best, mk_lanes v) {
    return mk_select((v > best) | not_a_number(v), v, best);
}

MK_INLINE long pixel_at(const mk_pool* p, long image, long y, long x) { return ((image * p->height + y) * p->width + x) * p->channels; }
MK_INLINE long window_at(const mk_pool* p, long image, long y, long x) {
    return ((image * p->out_height + y) * p->out_width + x) * p->channels;
}

MK_INLINE int is_two_by_two(const mk_pool* p) {
    return p->kernel_height == 2 && p->kernel_width == 2 && p->stride_height == 2 && p->stride_width == 2 && p->dilation_height == 1
        && p->dilation_width == 1 && p->pad_top == 0 && p->pad_left == 0 && p->out_height * 2 <= p->height && p->out_width * 2 <= p->width;
}

// ---- Maximum ------------------------------------------------------------------------------------------------------------

MK_INLINE void two_by_two(int half, const mk_pool* p, const void* x, void* y) {
    mk_lanes floor = mk_splat(p->relu ? 0 : -INFINITY);
    long channels = p->channels, line = p->width * channels;
    for (long row = 0; row < p->batch * p->out_height; row++)
        for (long column = 0; column < p->out_width; column++) {
            long from = pixel_at(p, row / p->out_height, row % p->out_height * 2, column * 2);
            long to = (row * p->out_width + column) * channels;
            for (long c = 0; c < channels; c += MK_LANES) {
                long n = channels - c;
                mk_lanes v = keep_largest(floor, mk_read(x, from + c, n, half));
                v = keep_largest(v, mk_read(x, from + channels + c, n, half));
                v = keep_largest(v, mk_read(x, from + line + c, n, half));
                v = keep_largest(v, mk_read(x, from + line + channels + c, n, half));
                mk_write(y, to + c, v, n, half);
            }
        }
}

MK_INLINE void max_pool(int half, const mk_pool* p, const void* x, void* y) {
    if (is_two_by_two(p)) {
        two_by_two(half, p, x, y);
        return;
    }
    mk_lanes floor = mk_splat(p->relu ? 0 : -INFINITY);
    for (long row = 0; row < p->batch * p->out_height; row++) {
        long image = row / p->out_height, y0 = row % p->out_height * p->stride_height - p->pad_top;
        taps ty = taps_inside(y0, p->kernel_height, p->dilation_height, p->height);
        for (long column = 0; column < p->out_width; column++) {
            long x0 = column * p->stride_width - p->pad_left;
            taps tx = taps_inside(x0, p->kernel_width, p->dilation_width, p->width);
            for (long c = 0; c < p->channels; c += MK_LANES) {
                long n = p->channels - c;
                mk_lanes best = floor;
                for (long i = ty.first; i < ty.last; i++)
                    for (long j = tx.first; j < tx.last; j++)
                        best = keep_largest(best, mk_read(x, pixel_at(p, image, y0 + i * p->dilation_height, x0 + j * p->dilation_width) + c, n, half));
                mk_write(y, (row * p->out_width + column) * p->channels + c, best, n, half);
            }
        }
    }
}

MK_INLINE mk_lanes_int same(mk_lanes a, mk_lanes b) { return (a == b) | (not_a_number(a) & not_a_number(b)); }

MK_INLINE void two_by_two_backward(int half, const mk_pool* p, const void* x, const void* y, const void* dy, void* dx) {
    long channels = p->channels, line = p->width * channels;
    // What no window covers is left over at the far edges.
    for (long row = 0; row < p->batch * p->height; row++) {
        long from = row % p->height < 2 * p->out_height ? 2 * p->out_width : 0;
        memset((void*)mk_at(dx, (row * p->width + from) * channels, half), 0, (size_t)((p->width - from) * channels) * (half ? 2 : 4));
    }
    for (long row = 0; row < p->batch * p->out_height; row++)
        for (long column = 0; column < p->out_width; column++) {
            long at = pixel_at(p, row / p->out_height, row % p->out_height * 2, column * 2);
            long from = (row * p->out_width + column) * channels;
            long corner[4] = {at, at + channels, at + line, at + line + channels};
            for (long c = 0; c < channels; c += MK_LANES) {
                long n = channels - c;
                mk_lanes best = mk_read(y, from + c, n, half), up = mk_read(dy, from + c, n, half);
                mk_lanes_int open = (mk_lanes_int){} - 1;
                if (p->relu) open = ~(best == 0.0f);
#pragma clang loop unroll(full)
                for (int k = 0; k < 4; k++) {
                    mk_lanes_int hit = open & same(mk_read(x, corner[k] + c, n, half), best);
                    open &= ~hit;
                    mk_write(dx, corner[k] + c, (mk_lanes)(hit & (mk_lanes_int)up), n, half);
                }
            }
        }
}

// The windows of one axis that may hold coordinate `at`: first ..< last.
MK_INLINE taps windows_holding(long at, long pad, long kernel, long dilation, long stride, long out) {
    long reach = (kernel - 1) * dilation, low = at + pad - reach, high = at + pad;
    taps t = {low <= 0 ? 0 : (low + stride - 1) / stride, high / stride + 1};
    if (t.last > out) t.last = out;
    if (t.first > t.last) t.first = t.last;
    return t;
}

MK_INLINE void max_pool_backward(int half, const mk_pool* p, const void* x, const void* y, const void* dy, void* dx) {
    if (is_two_by_two(p)) {
        two_by_two_backward(half, p, x, y, dy, dx);
        return;
    }
    for (long row = 0; row < p->batch * p->height; row++) {
        long image = row / p->height, at_y = row % p->height;
        taps wy = windows_holding(at_y, p->pad_top, p->kernel_height, p->dilation_height, p->stride_height, p->out_height);
        for (long at_x = 0; at_x < p->width; at_x++) {
            taps wx = windows_holding(at_x, p->pad_left, p->kernel_width, p->dilation_width, p->stride_width, p->out_width);
            for (long c = 0; c < p->channels; c += MK_LANES) {
                long n = p->channels - c, own_at = (row * p->width + at_x) * p->channels + c;
                mk_lanes own = mk_read(x, own_at, n, half), sum = {};
                for (long i = wy.first; i < wy.last; i++) {
                    long y0 = i * p->stride_height - p->pad_top;
                    if ((at_y - y0) % p->dilation_height) continue;
                    for (long j = wx.first; j < wx.last; j++) {
                        long x0 = j * p->stride_width - p->pad_left;
                        if ((at_x - x0) % p->dilation_width) continue;
                        long from = window_at(p, image, i, j) + c;
                        mk_lanes best = mk_read(y, from, n, half);
                        mk_lanes_int hit = same(own, best);
                        if (p->relu) hit &= ~(best == 0.0f);
                        // An earlier pixel of the window with the same value takes the gradient.
                        taps ty = taps_inside(y0, p->kernel_height, p->dilation_height, p->height);
                        taps tx = taps_inside(x0, p->kernel_width, p->dilation_width, p->width);
                        long own_i = (at_y - y0) / p->dilation_height, own_j = (at_x - x0) / p->dilation_width;
                        for (long a = ty.first; a <= own_i; a++)
                            for (long b = tx.first; b < (a < own_i ? tx.last : own_j); b++)
                                hit &= ~same(mk_read(x, pixel_at(p, image, y0 + a * p->dilation_height, x0 + b * p->dilation_width) + c, n, half), best);
                        sum += (mk_lanes)(hit & (mk_lanes_int)mk_read(dy, from, n, half));
                    }
                }
                mk_write(dx, own_at, sum, n, half);
            }
        }
    }
}

void MK_NAME(mk_max_pool_f32)(const mk_pool* p, const float* x, float* y) { max_pool(0, p, x, y); }
void MK_NAME(mk_max_pool_bf16)(const mk_pool* p, const uint16_t* x, uint16_t* y) { max_pool(1, p, x, y); }
void MK_NAME(mk_max_pool_backward_f32)(const mk_pool* p, const float* x, const float* y, const float* dy, float* dx) {
    max_pool_backward(0, p, x, y, dy, dx);
}
void MK_NAME(mk_max_pool_backward_bf16)(const mk_pool* p, const uint16_t* x, const uint16_t* y, const uint16_t* dy, uint16_t* dx) {
    max_pool_backward(1, p, x, y, dy, dx);
}

// ---- Average ------------------------------------------------------------------------------------------------------------

// One over what a window is divided by, along one axis: its pixels, or its places up to the far padding.
MK_INLINE long divisor(long origin, long kernel, long dilation, long size, long far_pad, int with_pad) {
    taps t = taps_inside(origin, kernel, dilation, with_pad ? size + far_pad : size);
    return with_pad ? t.last : t.last - t.first;
}

MK_INLINE float window_scale(const mk_pool* p, long y0, long x0) {
    long count = divisor(y0, p->kernel_height, p->dilation_height, p->height, p->pad_bottom, p->count_include_pad)
               * divisor(x0, p->kernel_width, p->dilation_width, p->width, p->pad_right, p->count_include_pad);
    return count > 0 ? 1.0f / (float)count : 0;
}

MK_INLINE void average_pool(int half, const mk_pool* p, const void* x, void* y) {
    for (long row = 0; row < p->batch * p->out_height; row++) {
        long image = row / p->out_height, y0 = row % p->out_height * p->stride_height - p->pad_top;
        taps ty = taps_inside(y0, p->kernel_height, p->dilation_height, p->height);
        for (long column = 0; column < p->out_width; column++) {
            long x0 = column * p->stride_width - p->pad_left;
            taps tx = taps_inside(x0, p->kernel_width, p->dilation_width, p->width);
            float scale = window_scale(p, y0, x0);
            for (long c = 0; c < p->channels; c += MK_LANES) {
                long n = p->channels - c;
                mk_lanes sum = {};
                for (long i = ty.first; i < ty.last; i++)
                    for (long j = tx.first; j < tx.last; j++)
                        sum += mk_read(x, pixel_at(p, image, y0 + i * p->dilation_height, x0 + j * p->dilation_width) + c, n, half);
                mk_write(y, (row * p->out_width + column) * p->channels + c, sum * scale, n, half);
            }
        }
    }
}

MK_INLINE void average_pool_backward(int half, const mk_pool* p, const void* dy, void* dx) {
    for (long row = 0; row < p->batch * p->height; row++) {
        long image = row / p->height, at_y = row % p->height;
        taps wy = windows_holding(at_y, p->pad_top, p->kernel_height, p->dilation_height, p->stride_height, p->out_height);
        for (long at_x = 0; at_x < p->width; at_x++) {
            taps wx = windows_holding(at_x, p->pad_left, p->kernel_width, p->dilation_width, p->stride_width, p->out_width);
            for (long c = 0; c < p->channels; c += MK_LANES) {
                long n = p->channels - c;
                mk_lanes sum = {};
                for (long i = wy.first; i < wy.last; i++) {
                    long y0 = i * p->stride_height - p->pad_top;
                    if ((at_y - y0) % p->dilation_height) continue;
                    for (long j = wx.first; j < wx.last; j++) {
                        long x0 = j * p->stride_width - p->pad_left;
                        if ((at_x - x0) % p->dilation_width) continue;
                        sum += window_scale(p, y0, x0) * mk_read(dy, window_at(p, image, i, j) + c, n, half);
                    }
                }
                mk_write(dx, (row * p->width + at_x) * p->channels + c, sum, n, half);
            }
        }
    }
}

void MK_NAME(mk_average_pool_f32)(const mk_pool* p, const float* x, float* y) { average_pool(0, p, x, y); }
void MK_NAME(mk_average_pool_bf16)(const mk_pool* p, const uint16_t* x, uint16_t* y) { average_pool(1, p, x, y); }
void MK_NAME(mk_average_pool_backward_f32)(const mk_pool* p, const float* dy, float* dx) { average_pool_backward(0, p, dy, dx); }
void MK_NAME(mk_average_pool_backward_bf16)(const mk_pool* p, const uint16_t* dy, uint16_t* dx) { average_pool_backward(1, p, dy, dx); }

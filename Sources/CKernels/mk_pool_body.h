// Pooling: see include/mk_pool.h. Compiled once per instruction set, see mk_isa_common.h.
//
// The gradients gather: each input pixel visits the windows that hold it. So every dx is written once, sums stay in f32 also
// for bf16, and the order of the additions is fixed.
#include "mk_gemm.h"
#include "mk_lanes.h"
#include "mk_pool.h"
#include "mk_pool_scratch.h"

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

MK_INLINE long pixel_at(const mk_pool* p, long image, long y, long x) { return ((image * p->height + y) * p->width + x) * p->channels; }
MK_INLINE long window_at(const mk_pool* p, long image, long y, long x) {
    return ((image * p->out_height + y) * p->out_width + x) * p->channels;
}

// The windows of one axis that may hold coordinate `at`: first ..< last.
MK_INLINE taps windows_holding(long at, long pad, long kernel, long dilation, long stride, long out) {
    long reach = (kernel - 1) * dilation, low = at + pad - reach, high = at + pad;
    taps t = {low <= 0 ? 0 : (low + stride - 1) / stride, high / stride + 1};
    if (t.last > out) t.last = out;
    if (t.first > t.last) t.first = t.last;
    return t;
}

// Windows come down the image in strides, and the processor's own guesses do not follow them from one line to the next.
// `count` elements of each of `rows` lines, `line` elements apart, that lie before `end`.
MK_INLINE void fetch_ahead(int half, const void* base, long from, long count, long rows, long line, long end) {
    for (long i = 0; i < rows; i++, from += line)
        for (long c = 0; c < count && from + c < end; c += half ? 32 : 16) __builtin_prefetch(mk_at(base, from + c, half));
}

// The pixels that the windows below those of a row are the first to read: `rows` lines at `from`, in steps of one window.
typedef struct {
    long from, step, rows, line, end;
} pixels_below;

MK_INLINE pixels_below below_row(int half, const mk_pool* p, long image, long y0) {
    long line = p->width * p->channels, first = y0 + (p->kernel_height - 1) * p->dilation_height + 1;
    long end = p->batch * p->height * line;
    // A small image is near already: asking for it would only take time.
    long rows = end * (half ? 2 : 4) > 1 << 20 ? p->stride_height : 0;
    return (pixels_below){(image * p->height + first) * line, p->stride_width * p->channels, rows, line, end};
}

// ---- Maximum ------------------------------------------------------------------------------------------------------------
//
// f32 works on floats. bf16 needs neither its exponent nor rounding here: sixteen bits are compared as they are, twice as
// many at a time, by a key that unsigned numbers order as pooling orders floats.

typedef uint16_t words __attribute__((vector_size(4 * MK_LANES)));
typedef int16_t words_int __attribute__((vector_size(4 * MK_LANES)));

MK_INLINE words load_words(const uint16_t* p, long count) {
    words v = {};
    if (count >= 2 * MK_LANES) {
        memcpy(&v, p, sizeof v);
        return v;
    }
#if MK_AVX512
    return (words)_mm512_maskz_loadu_epi16((__mmask32)((1u << count) - 1), p);
#else
    memcpy(&v, p, (size_t)count * 2);
    return v;
#endif
}

MK_INLINE void store_words(uint16_t* p, words v, long count) {
    if (count >= 2 * MK_LANES) {
        memcpy(p, &v, sizeof v);
        return;
    }
#if MK_AVX512
    _mm512_mask_storeu_epi16(p, (__mmask32)((1u << count) - 1), (__m512i)v);
#else
    memcpy(p, &v, (size_t)count * 2);
#endif
}

// Minus infinity becomes 0, both zeros KEY_OF_ZERO, infinity 0xff00, and every NaN of either sign something above it: the sign
// and magnitude become a number in two's complement, and the sum wraps the negative NaNs round to the top.
#define KEY_OF_ZERO 0x7f80
#define KEY_OF_NAN 0xff01

MK_INLINE words words_select(words_int mask, words yes, words no) { return ((words)mask & yes) | (~(words)mask & no); }
MK_INLINE words key_of(words v) { return words_select((words_int)v < 0, 0xff80 - v, v + KEY_OF_ZERO); }
MK_INLINE words from_key(words key) {
    words v = key - KEY_OF_ZERO;
    return words_select((words_int)v < 0, 0xff80 - key, v);
}

// The key for questions of equality, in which all NaNs are alike.
MK_INLINE words equality_key(words v) {
    words key = key_of(v), nan = (words){} + KEY_OF_NAN;
    return words_select((words_int)(key < nan), key, nan);
}

MK_INLINE mk_lanes_int not_a_number(mk_lanes v) { return v != v; }
MK_INLINE mk_lanes_int same(mk_lanes a, mk_lanes b) { return (a == b) | (not_a_number(a) & not_a_number(b)); }

MK_INLINE int is_two_by_two(const mk_pool* p) {
    return p->kernel_height == 2 && p->kernel_width == 2 && p->stride_height == 2 && p->stride_width == 2 && p->dilation_height == 1
        && p->dilation_width == 1 && p->pad_top == 0 && p->pad_left == 0 && p->out_height * 2 <= p->height && p->out_width * 2 <= p->width;
}

// `count` channels of one window, whose pixels are `down` and `across` elements apart and begin at `from`.
MK_INLINE void max_of_lanes(
    int half, const void* x, long from, void* y, long to, long count, long rows, long columns, long down, long across, int relu
) {
    if (half) {
        words best = (words){} + (uint16_t)(relu ? KEY_OF_ZERO : 0);
        for (long i = 0; i < rows; i++)
            for (long j = 0; j < columns; j++) {
                words key = key_of(load_words((const uint16_t*)x + from + i * down + j * across, count));
                best = words_select((words_int)(key > best), key, best);
            }
        store_words((uint16_t*)y + to, from_key(best), count);
    } else {
        // The comparison passes over a NaN, so these are noted apart: that keeps the chain from one tap to the next short.
        mk_lanes best = mk_splat(relu ? 0 : -INFINITY);
        mk_lanes_int nan = {};
        for (long i = 0; i < rows; i++)
            for (long j = 0; j < columns; j++) {
                mk_lanes v = mk_read(x, from + i * down + j * across, count, 0);
                best = mk_select(v > best, v, best);
                nan |= not_a_number(v);
            }
        mk_write(y, to, mk_select(nan, mk_splat(NAN), best), count, 0);
    }
}

MK_INLINE void max_of_window(
    int half, const void* x, long from, void* y, long to, long channels, long rows, long columns, long down, long across, int relu
) {
    long lanes = half ? 2 * MK_LANES : MK_LANES, c = 0;
    for (; c + lanes <= channels; c += lanes) max_of_lanes(half, x, from + c, y, to + c, lanes, rows, columns, down, across, relu);
    if (c < channels) max_of_lanes(half, x, from + c, y, to + c, channels - c, rows, columns, down, across, relu);
}

MK_INLINE void max_pool(int half, const mk_pool* p, const void* x, void* y) {
    long channels = p->channels, down = p->dilation_height * p->width * channels, across = p->dilation_width * channels, to = 0;
    for (long row = 0; row < p->batch * p->out_height; row++) {
        long image = row / p->out_height, y0 = row % p->out_height * p->stride_height - p->pad_top;
        taps ty = taps_inside(y0, p->kernel_height, p->dilation_height, p->height);
        pixels_below below = below_row(half, p, image, y0);
        for (long column = 0; column < p->out_width; column++, to += channels) {
            fetch_ahead(half, x, below.from + column * below.step, below.step, below.rows, below.line, below.end);
            long x0 = column * p->stride_width - p->pad_left;
            taps tx = taps_inside(x0, p->kernel_width, p->dilation_width, p->width);
            long from = pixel_at(p, image, y0 + ty.first * p->dilation_height, x0 + tx.first * p->dilation_width);
            long rows = ty.last - ty.first, columns = tx.last - tx.first;
            // The usual windows unrolled.
            if (rows == 3 && columns == 3) max_of_window(half, x, from, y, to, channels, 3, 3, down, across, p->relu);
            else if (rows == 2 && columns == 2) max_of_window(half, x, from, y, to, channels, 2, 2, down, across, p->relu);
            else max_of_window(half, x, from, y, to, channels, rows, columns, down, across, p->relu);
        }
    }
}

// Windows that share no pixel: each writes its own four.
MK_INLINE void two_by_two_lanes(
    int half, const void* x, const void* y, const void* dy, void* dx, long at, long from, long count, long down, long across, int relu
) {
    long corner[4] = {at, at + across, at + down, at + down + across};
    if (half) {
        words best = equality_key(load_words((const uint16_t*)y + from, count)), up = load_words((const uint16_t*)dy + from, count);
        words open = relu ? (words)(best != KEY_OF_ZERO) : (words){} - 1;
#pragma clang loop unroll(full)
        for (int k = 0; k < 4; k++) {
            words hit = open & (words)(equality_key(load_words((const uint16_t*)x + corner[k], count)) == best);
            open &= ~hit;
            store_words((uint16_t*)dx + corner[k], hit & up, count);
        }
    } else {
        mk_lanes best = mk_read(y, from, count, 0), up = mk_read(dy, from, count, 0);
        mk_lanes_int open = (mk_lanes_int){} - 1;
        if (relu) open = ~(best == 0.0f);
#pragma clang loop unroll(full)
        for (int k = 0; k < 4; k++) {
            mk_lanes_int hit = open & same(mk_read(x, corner[k], count, 0), best);
            open &= ~hit;
            mk_write(dx, corner[k], (mk_lanes)(hit & (mk_lanes_int)up), count, 0);
        }
    }
}

MK_INLINE void two_by_two_backward(int half, const mk_pool* p, const void* x, const void* y, const void* dy, void* dx) {
    long channels = p->channels, down = p->width * channels, lanes = half ? 2 * MK_LANES : MK_LANES, from = 0;
    // What no window covers is left over at the far edges.
    for (long row = 0; row < p->batch * p->height; row++) {
        long first = row % p->height < 2 * p->out_height ? 2 * p->out_width : 0;
        memset((void*)mk_at(dx, (row * p->width + first) * channels, half), 0, (size_t)((p->width - first) * channels) * (half ? 2 : 4));
    }
    for (long row = 0; row < p->batch * p->out_height; row++) {
        long at = pixel_at(p, row / p->out_height, row % p->out_height * 2, 0);
        for (long column = 0; column < p->out_width; column++, at += 2 * channels, from += channels) {
            long c = 0;
            for (; c + lanes <= channels; c += lanes) two_by_two_lanes(half, x, y, dy, dx, at + c, from + c, lanes, down, channels, p->relu);
            if (c < channels) two_by_two_lanes(half, x, y, dy, dx, at + c, from + c, channels - c, down, channels, p->relu);
        }
    }
}

// Windows that may overlap, in two steps that follow each other down the image. A row of windows notes for each window its
// place: the number of the tap that holds the maximum. Then a row of pixels asks the windows that hold it whose place it is.
// The scratch keeps only the rows of windows that reach the present row of pixels.

#define NO_PLACE 0xffff

MK_INLINE mk_pool_holders holders_of(long at, long pad, long kernel, long dilation, long stride, long out) {
    taps w = windows_holding(at, pad, kernel, dilation, stride, out);
    mk_pool_holders h = {0};
    long previous = 0;
    for (long i = w.first; i < w.last; i++) {
        long away = at + pad - i * stride;
        if (away % dilation) continue;
        if (h.count == 0) {
            h.first = (int32_t)i;
            h.tap = (int32_t)(away / dilation);
        } else {
            h.step = (int32_t)(i - previous);
            h.tap_step = (int32_t)((long)h.step * stride / dilation);
        }
        previous = i;
        h.count++;
    }
    return h;
}

MK_INLINE void places_of_lanes(
    int half, const void* x, long from, const void* y, long at, uint16_t* places, long count, long rows, long columns, long down, long across,
    int first, int line, int relu
) {
    // From the last tap to the first, which remains. Past the channels nothing but the scratch is written.
    if (half) {
        words best = equality_key(load_words((const uint16_t*)y + at, count)), place = (words){} + NO_PLACE;
        for (long i = rows - 1; i >= 0; i--)
            for (long j = columns - 1; j >= 0; j--) {
                words key = equality_key(load_words((const uint16_t*)x + from + i * down + j * across, count));
                place = words_select((words_int)(key == best), (words){} + (uint16_t)(first + i * line + j), place);
            }
        if (relu) place |= (words)(best == KEY_OF_ZERO);
        memcpy(places, &place, sizeof place);
    } else {
        mk_lanes best = mk_read(y, at, count, 0);
        mk_lanes_int place = (mk_lanes_int){} + NO_PLACE;
        for (long i = rows - 1; i >= 0; i--)
            for (long j = columns - 1; j >= 0; j--) {
                mk_lanes_int hit = same(mk_read(x, from + i * down + j * across, count, 0), best), tap = (mk_lanes_int){} + (int)(first + i * line + j);
                place = (hit & tap) | (~hit & place);
            }
        if (relu) place |= best == 0.0f;
        mk_lanes_half narrow = __builtin_convertvector((mk_lanes_uint)place, mk_lanes_half);
        memcpy(places, &narrow, sizeof narrow);
    }
}

MK_INLINE void places_of_window(
    int half, const void* x, long from, const void* y, long at, uint16_t* places, long channels, long rows, long columns, long down, long across,
    int first, int line, int relu
) {
    long lanes = half ? 2 * MK_LANES : MK_LANES, c = 0;
    for (; c + lanes <= channels; c += lanes)
        places_of_lanes(half, x, from + c, y, at + c, places + c, lanes, rows, columns, down, across, first, line, relu);
    if (c < channels) places_of_lanes(half, x, from + c, y, at + c, places + c, channels - c, rows, columns, down, across, first, line, relu);
}

MK_INLINE void places_of_row(int half, const mk_pool* p, const void* x, const void* y, const void* dy, long image, long row, uint16_t* places, long pitch) {
    long channels = p->channels, down = p->dilation_height * p->width * channels, across = p->dilation_width * channels;
    long y0 = row * p->stride_height - p->pad_top, at = window_at(p, image, row, 0);
    int line = (int)p->kernel_width;
    taps ty = taps_inside(y0, p->kernel_height, p->dilation_height, p->height);
    pixels_below below = below_row(half, p, image, y0);
    long windows = p->batch * p->out_height * p->out_width * channels;
    for (long column = 0; column < p->out_width; column++, at += channels, places += pitch) {
        fetch_ahead(half, x, below.from + column * below.step, below.step, below.rows, below.line, below.end);
        fetch_ahead(half, y, at + p->out_width * channels, channels, below.rows > 0, 0, windows);
        fetch_ahead(half, dy, at, channels, below.rows > 0, 0, windows);
        long x0 = column * p->stride_width - p->pad_left;
        taps tx = taps_inside(x0, p->kernel_width, p->dilation_width, p->width);
        long from = pixel_at(p, image, y0 + ty.first * p->dilation_height, x0 + tx.first * p->dilation_width);
        long rows = ty.last - ty.first, columns = tx.last - tx.first;
        int first = (int)(ty.first * line + tx.first);
        if (rows == 3 && columns == 3 && line == 3) places_of_window(half, x, from, y, at, places, channels, 3, 3, down, across, 0, 3, p->relu);
        else places_of_window(half, x, from, y, at, places, channels, rows, columns, down, across, first, line, p->relu);
    }
}

// What a row of pixels asks: the places kept for its windows and their dy.
typedef struct {
    const uint16_t* places;
    const void* dy;
    mk_pool_holders rows;
    // The kept row of places where the first row of windows is, of `kept`; then elements from there to the next one.
    long slot, kept, line, pitch;
    long dy_line, channels;
    int kernel_width;
} asking;

// `count` channels of one pixel, whose first window begins at `place` in a row of places and at `from` in dy.
MK_INLINE void gather_lanes(int half, const asking* a, mk_pool_holders columns, long place, long from, void* dx, long to, long count) {
    mk_lanes sum = {};
    long slot = a->slot;
    for (int i = 0; i < a->rows.count; i++) {
        int tap = (a->rows.tap - i * a->rows.tap_step) * a->kernel_width + columns.tap;
        for (int j = 0; j < columns.count; j++) {
            mk_lanes_half here;
            memcpy(&here, a->places + slot * a->line + place + j * columns.step * a->pitch, sizeof here);
            mk_lanes_int hit = __builtin_convertvector(here == (uint16_t)(tap - j * columns.tap_step), mk_lanes_int);
            sum += (mk_lanes)(hit & (mk_lanes_int)mk_read(a->dy, from + i * a->rows.step * a->dy_line + j * columns.step * a->channels, count, half));
        }
        slot += a->rows.step;
        if (slot >= a->kept) slot -= a->kept;
    }
    // What is to be overwritten comes sooner when asked for, too.
    __builtin_prefetch(mk_at(dx, to + 1024, half), 1);
    mk_write(dx, to, sum, count, half);
}

MK_INLINE void gather_pixel(int half, asking a, int rows, mk_pool_holders columns, int count, long from, void* dx, long to) {
    long place = columns.first * a.pitch, c = 0;
    from += columns.first * a.channels;
    a.rows.count = rows;
    columns.count = count;
    for (; c + MK_LANES <= a.channels; c += MK_LANES) gather_lanes(half, &a, columns, place + c, from + c, dx, to + c, MK_LANES);
    if (c < a.channels) gather_lanes(half, &a, columns, place + c, from + c, dx, to + c, a.channels - c);
}

MK_INLINE void max_pool_backward(int half, const mk_pool* p, const void* x, const void* y, const void* dy, void* dx, void* scratch) {
    if (is_two_by_two(p)) {
        two_by_two_backward(half, p, x, y, dy, dx);
        return;
    }
    long channels = p->channels, pitch = mk_pool_pitch(p), kept = mk_pool_rows_kept(p), line = p->out_width * pitch, to = 0;
    uint16_t* places = scratch;
    mk_pool_holders* across = (mk_pool_holders*)(places + kept * line);
    for (long at = 0; at < p->width; at++)
        across[at] = holders_of(at, p->pad_left, p->kernel_width, p->dilation_width, p->stride_width, p->out_width);
    for (long image = 0; image < p->batch; image++) {
        long next = 0;
        for (long at = 0; at < p->height; at++) {
            for (; next < p->out_height && next * p->stride_height - p->pad_top <= at; next++)
                places_of_row(half, p, x, y, dy, image, next, places + next % kept * line, pitch);
            mk_pool_holders down = holders_of(at, p->pad_top, p->kernel_height, p->dilation_height, p->stride_height, p->out_height);
            asking a = {places, dy, down, down.first % kept, kept, line, pitch, p->out_width * channels, channels, (int)p->kernel_width};
            long from = window_at(p, image, down.first, 0);
            for (long column = 0; column < p->width; column++, to += channels) {
                mk_pool_holders h = across[column];
                // The usual counts unrolled.
                if (h.count == 1 && down.count == 1) gather_pixel(half, a, 1, h, 1, from, dx, to);
                else if (h.count == 2 && down.count == 1) gather_pixel(half, a, 1, h, 2, from, dx, to);
                else if (h.count == 1 && down.count == 2) gather_pixel(half, a, 2, h, 1, from, dx, to);
                else if (h.count == 2 && down.count == 2) gather_pixel(half, a, 2, h, 2, from, dx, to);
                else gather_pixel(half, a, down.count, h, h.count, from, dx, to);
            }
        }
    }
}

void MK_NAME(mk_max_pool_f32)(const mk_pool* p, const float* x, float* y) { max_pool(0, p, x, y); }
void MK_NAME(mk_max_pool_bf16)(const mk_pool* p, const uint16_t* x, uint16_t* y) { max_pool(1, p, x, y); }
void MK_NAME(mk_max_pool_backward_f32)(const mk_pool* p, const float* x, const float* y, const float* dy, float* dx, void* scratch) {
    max_pool_backward(0, p, x, y, dy, dx, scratch);
}
void MK_NAME(mk_max_pool_backward_bf16)(const mk_pool* p, const uint16_t* x, const uint16_t* y, const uint16_t* dy, uint16_t* dx, void* scratch) {
    max_pool_backward(1, p, x, y, dy, dx, scratch);
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

MK_INLINE void mean_of_lanes(
    int half, const void* x, long from, void* y, long to, long count, long rows, long columns, long down, long across, float scale
) {
    mk_lanes sum = {};
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < columns; j++) sum += mk_read(x, from + i * down + j * across, count, half);
    mk_write(y, to, sum * scale, count, half);
}

MK_INLINE void mean_of_window(
    int half, const void* x, long from, void* y, long to, long channels, long rows, long columns, long down, long across, float scale
) {
    long c = 0;
    for (; c + MK_LANES <= channels; c += MK_LANES) mean_of_lanes(half, x, from + c, y, to + c, MK_LANES, rows, columns, down, across, scale);
    if (c < channels) mean_of_lanes(half, x, from + c, y, to + c, channels - c, rows, columns, down, across, scale);
}

MK_INLINE void average_pool(int half, const mk_pool* p, const void* x, void* y) {
    long channels = p->channels, down = p->dilation_height * p->width * channels, across = p->dilation_width * channels, to = 0;
    for (long row = 0; row < p->batch * p->out_height; row++) {
        long image = row / p->out_height, y0 = row % p->out_height * p->stride_height - p->pad_top;
        taps ty = taps_inside(y0, p->kernel_height, p->dilation_height, p->height);
        pixels_below below = below_row(half, p, image, y0);
        for (long column = 0; column < p->out_width; column++, to += channels) {
            fetch_ahead(half, x, below.from + column * below.step, below.step, below.rows, below.line, below.end);
            long x0 = column * p->stride_width - p->pad_left;
            taps tx = taps_inside(x0, p->kernel_width, p->dilation_width, p->width);
            long from = pixel_at(p, image, y0 + ty.first * p->dilation_height, x0 + tx.first * p->dilation_width);
            long rows = ty.last - ty.first, columns = tx.last - tx.first;
            float scale = window_scale(p, y0, x0);
            if (rows == 3 && columns == 3) mean_of_window(half, x, from, y, to, channels, 3, 3, down, across, scale);
            else if (rows == 2 && columns == 2) mean_of_window(half, x, from, y, to, channels, 2, 2, down, across, scale);
            else mean_of_window(half, x, from, y, to, channels, rows, columns, down, across, scale);
        }
    }
}

// What flows into `count` channels of the pixel (at_y, at_x) from the windows `wy` by `wx`.
MK_INLINE void flow_of_lanes(int half, const mk_pool* p, const void* dy, void* dx, long to, long count, long image, long at_y, long at_x, taps wy, taps wx, long c) {
    long reach_y = (p->kernel_height - 1) * p->dilation_height, reach_x = (p->kernel_width - 1) * p->dilation_width;
    float inner = 1.0f / (float)(p->kernel_height * p->kernel_width);
    mk_lanes sum = {};
    for (long i = wy.first; i < wy.last; i++) {
        long y0 = i * p->stride_height - p->pad_top;
        if (p->dilation_height > 1 && (at_y - y0) % p->dilation_height) continue;
        for (long j = wx.first; j < wx.last; j++) {
            long x0 = j * p->stride_width - p->pad_left;
            if (p->dilation_width > 1 && (at_x - x0) % p->dilation_width) continue;
            int inside = y0 >= 0 && x0 >= 0 && y0 + reach_y < p->height && x0 + reach_x < p->width;
            sum += (inside ? inner : window_scale(p, y0, x0)) * mk_read(dy, window_at(p, image, i, j) + c, count, half);
        }
    }
    mk_write(dx, to, sum, count, half);
}

MK_INLINE void average_pool_backward(int half, const mk_pool* p, const void* dy, void* dx) {
    long channels = p->channels, to = 0;
    for (long row = 0; row < p->batch * p->height; row++) {
        long image = row / p->height, at_y = row % p->height;
        taps wy = windows_holding(at_y, p->pad_top, p->kernel_height, p->dilation_height, p->stride_height, p->out_height);
        for (long at_x = 0; at_x < p->width; at_x++, to += channels) {
            taps wx = windows_holding(at_x, p->pad_left, p->kernel_width, p->dilation_width, p->stride_width, p->out_width);
            long c = 0;
            for (; c + MK_LANES <= channels; c += MK_LANES) flow_of_lanes(half, p, dy, dx, to + c, MK_LANES, image, at_y, at_x, wy, wx, c);
            if (c < channels) flow_of_lanes(half, p, dy, dx, to + c, channels - c, image, at_y, at_x, wy, wx, c);
        }
    }
}

void MK_NAME(mk_average_pool_f32)(const mk_pool* p, const float* x, float* y) { average_pool(0, p, x, y); }
void MK_NAME(mk_average_pool_bf16)(const mk_pool* p, const uint16_t* x, uint16_t* y) { average_pool(1, p, x, y); }
void MK_NAME(mk_average_pool_backward_f32)(const mk_pool* p, const float* dy, float* dx) { average_pool_backward(0, p, dy, dx); }
void MK_NAME(mk_average_pool_backward_bf16)(const mk_pool* p, const uint16_t* dy, uint16_t* dx) { average_pool_backward(1, p, dy, dx); }

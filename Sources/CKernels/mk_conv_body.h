// Convolution: see include/mk_conv.h. Compiled once per instruction set, see mk_isa_common.h.
//
// The forward pass and the gradient of the input are the same act: every pixel of a grid gathers source pixels at fixed
// offsets, and the gathered rows are multiplied by a packed matrix. For a stride above 1 the input's gradient falls into
// stride_height * stride_width such grids ("phases"), each with the taps that reach it, so that no product is spent on zeros.
#include "mk_conv.h"
#include "mk_gemm.h"
#include "mk_lanes.h"

// Words of gathered rows at a time.
#define PANEL (128 * 1024)

typedef struct {
    const void* source;
    long batch, height, width, pixel; // of the source; pixel: values from one pixel to the next
    long channels;                    // how many of them are gathered
    long grid_height, grid_width, step_height, step_width;
    long rows, columns;               // taps: rows x columns
    const long *row_offset, *column_offset;
    int run;                          // the taps of one row lie side by side in the source
} gather;

MK_INLINE long least(long a, long b) { return a < b ? a : b; }
MK_INLINE long most(long a, long b) { return a > b ? a : b; }
MK_INLINE size_t whole_lines(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

MK_INLINE long depth_of(const gather* g) { return g->rows * g->columns * g->channels; }

// Rows first ..< last of the matrix [batch * grid, taps * channels].
MK_INLINE void gather_rows(int half, const gather* g, long first, long last, char* panel) {
    const size_t size = half ? 2 : 4;
    long grid = g->grid_height * g->grid_width;
    long image = first / grid, y = first % grid / g->grid_width, x = first % g->grid_width;
    size_t pixel_bytes = (size_t)g->channels * size, row_bytes = pixel_bytes * (size_t)g->columns;
    for (long r = first; r < last; r++) {
        for (long i = 0; i < g->rows; i++, panel += row_bytes) {
            long sy = y * g->step_height + g->row_offset[i];
            if (sy < 0 || sy >= g->height) {
                memset(panel, 0, row_bytes);
                continue;
            }
            const char* line = mk_at(g->source, (image * g->height + sy) * g->width * g->pixel, half);
            if (g->run) {
                long sx = x * g->step_width + g->column_offset[0];
                long low = least(g->columns, most(0, -sx)), high = most(low, least(g->columns, g->width - sx));
                if (low) memset(panel, 0, (size_t)low * pixel_bytes);
                if (high > low)
                    memcpy(panel + (size_t)low * pixel_bytes, line + (sx + low) * g->pixel * (long)size,
                           (size_t)(high - low) * pixel_bytes);
                if (high < g->columns) memset(panel + (size_t)high * pixel_bytes, 0, (size_t)(g->columns - high) * pixel_bytes);
            } else
                for (long j = 0; j < g->columns; j++) {
                    long sx = x * g->step_width + g->column_offset[j];
                    char* to = panel + (size_t)j * pixel_bytes;
                    if (sx < 0 || sx >= g->width) memset(to, 0, pixel_bytes);
                    else memcpy(to, line + sx * g->pixel * (long)size, pixel_bytes);
                }
        }
        if (++x == g->grid_width) {
            x = 0;
            if (++y == g->grid_height) {
                y = 0;
                image++;
            }
        }
    }
}

MK_INLINE long rows_at_once(long depth) { return most(24, PANEL / most(1, depth) / 24 * 24); }

// Where the source itself is the matrix, nothing is gathered.
MK_INLINE int is_plain(const gather* g) {
    return g->rows == 1 && g->columns == 1 && g->row_offset[0] == 0 && g->column_offset[0] == 0 && g->step_height == 1
        && g->step_width == 1 && g->grid_height == g->height && g->grid_width == g->width;
}

MK_INLINE int offsets_run(const long* offsets, long count) {
    for (long j = 1; j < count; j++)
        if (offsets[j] != offsets[j - 1] + 1) return 0;
    return count > 0;
}

// The taps of the forward pass.
static gather forward_gather(const mk_conv* c, const void* x, long* offsets) {
    gather g = {x, c->batch, c->height, c->width, c->channels, c->channels / c->groups, mk_conv_out_height(c),
                mk_conv_out_width(c), c->stride_height, c->stride_width, c->kernel_height, c->kernel_width, offsets,
                offsets + c->kernel_height, 0};
    for (long i = 0; i < g.rows; i++) offsets[i] = i * c->dilation_height - c->pad_top;
    for (long j = 0; j < g.columns; j++) offsets[g.rows + j] = j * c->dilation_width - c->pad_left;
    g.run = g.channels == g.pixel && offsets_run(g.column_offset, g.columns);
    return g;
}

// The taps whose offset from input coordinate `phase` falls on an output, last tap first so that the offsets rise.
// The tap's number goes to `taps` (where not NULL), its offset to `offsets`.
static long phase_taps(long phase, long pad, long kernel, long dilation, long stride, long* offsets, long* taps) {
    long count = 0;
    for (long i = kernel - 1; i >= 0; i--) {
        long distance = phase + pad - i * dilation;
        if (distance % stride) continue;
        if (offsets) offsets[count] = distance / stride;
        if (taps) taps[count] = i;
        count++;
    }
    return count;
}

static gather backward_gather(const mk_conv* c, const void* dy, long phase_y, long phase_x, long* offsets) {
    gather g = {dy, c->batch, mk_conv_out_height(c), mk_conv_out_width(c), c->out_channels, c->out_channels / c->groups,
                (c->height - phase_y + c->stride_height - 1) / c->stride_height,
                (c->width - phase_x + c->stride_width - 1) / c->stride_width, 1, 1, 0, 0, offsets, offsets + c->kernel_height, 0};
    g.rows = phase_taps(phase_y, c->pad_top, c->kernel_height, c->dilation_height, c->stride_height, offsets, NULL);
    g.columns = phase_taps(phase_x, c->pad_left, c->kernel_width, c->dilation_width, c->stride_width,
                           offsets + c->kernel_height, NULL);
    g.run = g.channels == g.pixel && offsets_run(g.column_offset, g.columns);
    return g;
}

MK_INLINE int is_depthwise(const mk_conv* c) { return c->groups > 1 && c->groups == c->channels && c->groups == c->out_channels; }

// ---- Packed kernels -----------------------------------------------------------------------------------------------------

// One packed matrix per group, then room to bring one group's kernel into the order of the taps.
MK_INLINE size_t packed_group_bytes(long n, long depth) { return whole_lines(mk_gemm_packed_b_bytes(n, depth)); }

size_t MK_NAME(mk_conv_packed_bytes)(const mk_conv* c) {
    long taps = c->kernel_height * c->kernel_width;
    if (is_depthwise(c)) return (size_t)(taps * c->channels) * 4;
    long n = c->out_channels / c->groups, depth = taps * c->channels / c->groups;
    return (size_t)c->groups * packed_group_bytes(n, depth) + (size_t)(n * depth) * 4;
}

MK_INLINE void pack_forward(int half, const mk_conv* c, const void* weights, void* packed) {
    long taps = c->kernel_height * c->kernel_width;
    if (is_depthwise(c)) {
        for (long t = 0; t < taps; t++)
            for (long i = 0; i < c->channels; i++) ((float*)packed)[t * c->channels + i] = mk_value(weights, i * taps + t, half);
        return;
    }
    long n = c->out_channels / c->groups, channels = c->channels / c->groups, depth = taps * channels;
    size_t bytes = packed_group_bytes(n, depth);
    void* order = (char*)packed + (size_t)c->groups * bytes;
    for (long g = 0; g < c->groups; g++) {
        for (long o = 0; o < n; o++)
            for (long i = 0; i < channels; i++)
                for (long t = 0; t < taps; t++) {
                    long from = ((g * n + o) * channels + i) * taps + t, to = o * depth + t * channels + i;
                    if (half) ((uint16_t*)order)[to] = ((const uint16_t*)weights)[from];
                    else ((float*)order)[to] = ((const float*)weights)[from];
                }
        void* target = (char*)packed + (size_t)g * bytes;
        if (half) mk_gemm_pack_b_bf16(n, depth, order, 1, depth, target);
        else mk_gemm_pack_b_f32(n, depth, order, 1, depth, target);
    }
}

// Visits the phases; a phase that no input pixel has is left out on both sides.
#define FOR_PHASES(c)                                                            \
    for (long py = 0; py < c->stride_height && py < c->height; py++)             \
        for (long px = 0; px < c->stride_width && px < c->width; px++)

MK_INLINE long phase_depth(const mk_conv* c, long py, long px) {
    return phase_taps(py, c->pad_top, c->kernel_height, c->dilation_height, c->stride_height, NULL, NULL)
         * phase_taps(px, c->pad_left, c->kernel_width, c->dilation_width, c->stride_width, NULL, NULL)
         * (c->out_channels / c->groups);
}

static size_t packed_phases_bytes(const mk_conv* c) {
    size_t bytes = 0;
    FOR_PHASES(c) bytes += (size_t)c->groups * packed_group_bytes(c->channels / c->groups, phase_depth(c, py, px));
    return bytes;
}

size_t MK_NAME(mk_conv_packed_backward_bytes)(const mk_conv* c) {
    long taps = c->kernel_height * c->kernel_width;
    size_t lists = (size_t)(c->kernel_height + c->kernel_width + 1) * sizeof(long);
    if (is_depthwise(c)) return whole_lines((size_t)(taps * c->channels) * 4) + lists;
    return packed_phases_bytes(c) + whole_lines((size_t)(taps * c->channels / c->groups * (c->out_channels / c->groups)) * 4) + lists;
}

MK_INLINE void pack_backward(int half, const mk_conv* c, const void* weights, void* packed) {
    long taps = c->kernel_height * c->kernel_width, n = c->channels / c->groups, outs = c->out_channels / c->groups;
    char* order = (char*)packed + (is_depthwise(c) ? 0 : packed_phases_bytes(c));
    char* lists = order + whole_lines((size_t)(taps * n * outs) * 4);
    if (is_depthwise(c)) lists = (char*)packed + whole_lines((size_t)(taps * c->channels) * 4);
    long* tap_y = (long*)(((uintptr_t)lists + 7) & ~(uintptr_t)7);
    long* tap_x = tap_y + c->kernel_height;
    char* target = packed;
    FOR_PHASES(c) {
        long rows = phase_taps(py, c->pad_top, c->kernel_height, c->dilation_height, c->stride_height, NULL, tap_y);
        long columns = phase_taps(px, c->pad_left, c->kernel_width, c->dilation_width, c->stride_width, NULL, tap_x);
        long depth = rows * columns * outs;
        for (long g = 0; g < c->groups; g++) {
            for (long i = 0; i < rows; i++)
                for (long j = 0; j < columns; j++)
                    for (long o = 0; o < outs; o++)
                        for (long m = 0; m < n; m++) {
                            long from = ((g * outs + o) * n + m) * taps + tap_y[i] * c->kernel_width + tap_x[j];
                            long to = ((i * columns + j) * outs + o) * n + m;
                            if (is_depthwise(c)) ((float*)(void*)target)[(i * columns + j) * c->channels + g] = mk_value(weights, from, half);
                            else if (half) ((uint16_t*)(void*)order)[to] = ((const uint16_t*)weights)[from];
                            else ((float*)(void*)order)[to] = ((const float*)weights)[from];
                        }
            if (is_depthwise(c)) continue;
            if (half) mk_gemm_pack_b_bf16(n, depth, (const uint16_t*)(void*)order, n, 1, target);
            else mk_gemm_pack_b_f32(n, depth, (const float*)(void*)order, n, 1, target);
            target += packed_group_bytes(n, depth);
        }
        if (is_depthwise(c)) target += (size_t)(rows * columns * c->channels) * 4;
    }
}

void MK_NAME(mk_conv_pack_weights_f32)(const mk_conv* c, const float* weights, void* packed) { pack_forward(0, c, weights, packed); }
void MK_NAME(mk_conv_pack_weights_bf16)(const mk_conv* c, const uint16_t* weights, void* packed) { pack_forward(1, c, weights, packed); }
void MK_NAME(mk_conv_pack_weights_backward_f32)(const mk_conv* c, const float* weights, void* packed) { pack_backward(0, c, weights, packed); }
void MK_NAME(mk_conv_pack_weights_backward_bf16)(const mk_conv* c, const uint16_t* weights, void* packed) { pack_backward(1, c, weights, packed); }

// ---- Scratch ------------------------------------------------------------------------------------------------------------

typedef struct {
    long* offsets;
    char* panel;
    void* gemm;
} conv_scratch;

MK_INLINE size_t lists_bytes(const mk_conv* c) { return whole_lines((size_t)(c->kernel_height + c->kernel_width) * sizeof(long)); }

// The gathered rows of either direction; a depthwise weight gradient keeps its sums there.
static size_t panel_bytes(const mk_conv* c) {
    long taps = c->kernel_height * c->kernel_width;
    if (is_depthwise(c)) return (size_t)(taps * c->channels) * 4;
    size_t forward = (size_t)(taps * c->channels / c->groups), backward = (size_t)(taps * c->out_channels / c->groups);
    size_t a = forward * (size_t)rows_at_once((long)forward), b = backward * (size_t)rows_at_once((long)backward);
    return whole_lines((a > b ? a : b) * 4);
}

size_t MK_NAME(mk_conv_scratch_bytes)(const mk_conv* c) {
    size_t gemm = 0;
    if (!is_depthwise(c)) {
        long taps = c->kernel_height * c->kernel_width;
        long forward = taps * c->channels / c->groups, backward = taps * c->out_channels / c->groups;
        size_t sizes[3] = {mk_gemm_packed_scratch_bytes(rows_at_once(forward), forward),
                           mk_gemm_packed_scratch_bytes(PANEL, backward),
                           mk_gemm_scratch_bytes(c->out_channels / c->groups, forward, rows_at_once(forward))};
        for (int i = 0; i < 3; i++)
            if (sizes[i] > gemm) gemm = sizes[i];
    }
    return lists_bytes(c) + panel_bytes(c) + gemm + 64;
}

MK_INLINE conv_scratch scratch_of(const mk_conv* c, void* scratch) {
    uintptr_t at = ((uintptr_t)scratch + 63) & ~(uintptr_t)63;
    conv_scratch s = {(long*)at, (char*)(at + lists_bytes(c)), (void*)(at + lists_bytes(c) + panel_bytes(c))};
    return s;
}

// ---- Depthwise ----------------------------------------------------------------------------------------------------------

// One pixel of the grid for all channels, taps gathered by the same rule.
MK_INLINE void depthwise_pixel(int half, const gather* g, long channels, long image, long y, long x, const float* weights,
                               const float* bias, int activation, void* target, long at) {
    for (long ch = 0; ch < channels; ch += MK_LANES) {
        long n = channels - ch;
        mk_lanes sum = bias ? mk_read(bias, ch, n, 0) : (mk_lanes){};
        for (long i = 0; i < g->rows; i++) {
            long sy = y * g->step_height + g->row_offset[i];
            if (sy < 0 || sy >= g->height) continue;
            long line = (image * g->height + sy) * g->width;
            for (long j = 0; j < g->columns; j++) {
                long sx = x * g->step_width + g->column_offset[j];
                if (sx < 0 || sx >= g->width) continue;
                sum += mk_read(g->source, (line + sx) * channels + ch, n, half)
                     * mk_read(weights, (i * g->columns + j) * channels + ch, n, 0);
            }
        }
        mk_write(target, at + ch, activation ? mk_activate(sum, activation) : sum, n, half);
    }
}

// ---- Forward ------------------------------------------------------------------------------------------------------------

MK_INLINE void packed_product(int half, long m, long n, long k, const void* a, long a_row, const void* b, void* c, long c_row,
                              const float* bias, int activation, void* scratch) {
    if (half) mk_gemm_packed_bf16(m, n, k, a, a_row, 1, b, 0, c, 1, c_row, bias, activation, scratch);
    else mk_gemm_packed_f32(m, n, k, a, a_row, 1, b, 0, c, c_row, bias, activation, scratch);
}

MK_INLINE void forward(int half, const mk_conv* c, const void* x, const void* packed, const float* bias, int activation, void* y,
                       long first_row, long last_row, void* scratch) {
    conv_scratch s = scratch_of(c, scratch);
    gather g = forward_gather(c, x, s.offsets);
    long first = first_row * g.grid_width, last = last_row * g.grid_width;
    if (is_depthwise(c)) {
        for (long row = first_row; row < last_row; row++)
            for (long column = 0; column < g.grid_width; column++)
                depthwise_pixel(half, &g, c->channels, row / g.grid_height, row % g.grid_height, column, packed, bias, activation,
                                y, (row * g.grid_width + column) * c->channels);
        return;
    }
    long n = c->out_channels / c->groups, depth = depth_of(&g), at_once = rows_at_once(depth);
    size_t bytes = packed_group_bytes(n, depth);
    for (long group = 0; group < c->groups; group++) {
        g.source = mk_at(x, group * g.channels, half);
        const float* own_bias = bias ? bias + group * n : NULL;
        const char* b = (const char*)packed + (size_t)group * bytes;
        if (is_plain(&g)) {
            packed_product(half, last - first, n, depth, mk_at(g.source, first * g.pixel, half), g.pixel, b,
                           (void*)mk_at(y, first * c->out_channels + group * n, half), c->out_channels, own_bias, activation, s.gemm);
            continue;
        }
        for (long r = first; r < last; r += at_once) {
            long count = least(at_once, last - r);
            gather_rows(half, &g, r, r + count, s.panel);
            packed_product(half, count, n, depth, s.panel, depth, b, (void*)mk_at(y, r * c->out_channels + group * n, half),
                           c->out_channels, own_bias, activation, s.gemm);
        }
    }
}

void MK_NAME(mk_conv_forward_f32)(const mk_conv* c, const float* x, const void* packed, const float* bias, int activation,
                                  float* y, long first_row, long last_row, void* scratch) {
    forward(0, c, x, packed, bias, activation, y, first_row, last_row, scratch);
}

void MK_NAME(mk_conv_forward_bf16)(const mk_conv* c, const uint16_t* x, const void* packed, const float* bias, int activation,
                                   uint16_t* y, long first_row, long last_row, void* scratch) {
    forward(1, c, x, packed, bias, activation, y, first_row, last_row, scratch);
}

// ---- The input's gradient -----------------------------------------------------------------------------------------------

MK_INLINE void backward_data(int half, const mk_conv* c, const void* dy, const void* packed, void* dx, void* scratch) {
    conv_scratch s = scratch_of(c, scratch);
    const char* b = packed;
    long n = c->channels / c->groups;
    int strided = c->stride_height > 1 || c->stride_width > 1;
    FOR_PHASES(c) {
        gather g = backward_gather(c, dy, py, px, s.offsets);
        long depth = depth_of(&g), all = c->batch * g.grid_height * g.grid_width;
        if (is_depthwise(c)) {
            for (long r = 0; r < c->batch * g.grid_height; r++) {
                long image = r / g.grid_height, y = r % g.grid_height;
                long line = (image * c->height + y * c->stride_height + py) * c->width + px;
                for (long x = 0; x < g.grid_width; x++)
                    depthwise_pixel(half, &g, c->channels, image, y, x, (const float*)(const void*)b, NULL, 0, dx,
                                    (line + x * c->stride_width) * c->channels);
            }
            b += (size_t)(g.rows * g.columns * c->channels) * 4;
            continue;
        }
        for (long group = 0; group < c->groups; group++, b += packed_group_bytes(n, depth)) {
            g.source = mk_at(dy, group * g.channels, half);
            if (!strided && depth && is_plain(&g)) {
                packed_product(half, all, n, depth, g.source, g.pixel, b, (void*)mk_at(dx, group * n, half), c->channels, NULL, 0,
                               s.gemm);
                continue;
            }
            // With a stride only the pixels of one line of the grid lie at one distance in dx.
            long at_once = rows_at_once(depth);
            for (long r = 0, count; r < all; r += count) {
                count = least(at_once, all - r);
                long pixel = r;
                if (strided) {
                    long line = r / g.grid_width, x = r % g.grid_width;
                    count = least(count, g.grid_width - x);
                    pixel = (line / g.grid_height * c->height + line % g.grid_height * c->stride_height + py) * c->width
                          + x * c->stride_width + px;
                }
                gather_rows(half, &g, r, r + count, s.panel);
                packed_product(half, count, n, depth, s.panel, depth, b,
                               (void*)mk_at(dx, pixel * c->channels + group * n, half), c->stride_width * c->channels, NULL, 0, s.gemm);
            }
        }
    }
}

void MK_NAME(mk_conv_backward_data_f32)(const mk_conv* c, const float* dy, const void* packed, float* dx, void* scratch) {
    backward_data(0, c, dy, packed, dx, scratch);
}

void MK_NAME(mk_conv_backward_data_bf16)(const mk_conv* c, const uint16_t* dy, const void* packed, uint16_t* dx, void* scratch) {
    backward_data(1, c, dy, packed, dx, scratch);
}

// ---- The kernel's gradient ----------------------------------------------------------------------------------------------

MK_INLINE void add_columns(int half, long rows, long columns, const void* source, float* sums) {
    for (long j = 0; j < columns; j += MK_LANES) {
        long n = columns - j, i = 0;
        mk_lanes s[4] = {};
        for (; i + 4 <= rows; i += 4)
            for (int u = 0; u < 4; u++) s[u] += mk_read(source, (i + u) * columns + j, n, half);
        for (; i < rows; i++) s[0] += mk_read(source, i * columns + j, n, half);
        mk_write(sums, j, mk_read(sums, j, n, 0) + ((s[0] + s[2]) + (s[1] + s[3])), n, 0);
    }
}

// Sums of x dy over all pixels, tap by tap, line by line so that what is read stays near.
MK_INLINE void depthwise_weights(int half, const gather* g, long channels, const void* dy, float* sums) {
    for (long line = 0; line < g->batch * g->grid_height; line++) {
        long image = line / g->grid_height, y = line % g->grid_height;
        for (long i = 0; i < g->rows; i++) {
            long sy = y * g->step_height + g->row_offset[i];
            if (sy < 0 || sy >= g->height) continue;
            long from = (image * g->height + sy) * g->width;
            for (long j = 0; j < g->columns; j++) {
                float* own = sums + (i * g->columns + j) * channels;
                for (long ch = 0; ch < channels; ch += MK_LANES) {
                    long n = channels - ch;
                    mk_lanes sum = mk_read(own, ch, n, 0);
                    for (long x = 0; x < g->grid_width; x++) {
                        long sx = x * g->step_width + g->column_offset[j];
                        if (sx < 0 || sx >= g->width) continue;
                        sum += mk_read(g->source, (from + sx) * channels + ch, n, half)
                             * mk_read(dy, (line * g->grid_width + x) * channels + ch, n, half);
                    }
                    mk_write(own, ch, sum, n, 0);
                }
            }
        }
    }
}

MK_INLINE void backward_weights(int half, const mk_conv* c, const void* x, const void* dy, float* dweights, float* dbias,
                                int accumulate, void* scratch) {
    conv_scratch s = scratch_of(c, scratch);
    gather g = forward_gather(c, x, s.offsets);
    long n = c->out_channels / c->groups, depth = depth_of(&g), taps = g.rows * g.columns, at_once = rows_at_once(depth);
    long all = c->batch * g.grid_height * g.grid_width;
    if (dbias && !accumulate) memset(dbias, 0, (size_t)c->out_channels * 4);
    if (is_depthwise(c)) {
        float* sums = (float*)(void*)s.panel;
        memset(sums, 0, (size_t)(taps * c->channels) * 4);
        depthwise_weights(half, &g, c->channels, dy, sums);
        for (long ch = 0; ch < c->channels; ch++)
            for (long t = 0; t < taps; t++) {
                float* target = dweights + ch * taps + t;
                *target = sums[t * c->channels + ch] + (accumulate ? *target : 0);
            }
        if (dbias)
            for (long r = 0; r < all; r += at_once)
                add_columns(half, least(at_once, all - r), c->out_channels, mk_at(dy, r * c->out_channels, half), dbias);
        return;
    }
    if (!accumulate && all == 0) memset(dweights, 0, (size_t)(c->out_channels * depth) * 4);
    for (long r = 0; r < all; r += at_once) {
        long count = least(at_once, all - r);
        int add = accumulate || r > 0;
        const void* rows_dy = mk_at(dy, r * c->out_channels, half);
        for (long group = 0; group < c->groups; group++) {
            g.source = mk_at(x, group * g.channels, half);
            const void *a = mk_at(rows_dy, group * n, half), *b = s.panel;
            long b_row = depth;
            if (is_plain(&g)) {
                b = mk_at(g.source, r * g.pixel, half);
                b_row = g.pixel;
            } else gather_rows(half, &g, r, r + count, s.panel);
            float* target = dweights + group * n * depth;
            if (half) mk_gemm_bf16(n, depth, count, a, 1, c->out_channels, b, b_row, 1, add, target, 0, depth, NULL, 0, s.gemm);
            else mk_gemm_f32(n, depth, count, a, 1, c->out_channels, b, b_row, 1, add, target, depth, NULL, 0, s.gemm);
        }
        if (dbias) add_columns(half, count, c->out_channels, rows_dy, dbias);
    }
}

void MK_NAME(mk_conv_backward_weights_f32)(const mk_conv* c, const float* x, const float* dy, float* dweights, float* dbias,
                                           int accumulate, void* scratch) {
    backward_weights(0, c, x, dy, dweights, dbias, accumulate, scratch);
}

void MK_NAME(mk_conv_backward_weights_bf16)(const mk_conv* c, const uint16_t* x, const uint16_t* dy, float* dweights,
                                            float* dbias, int accumulate, void* scratch) {
    backward_weights(1, c, x, dy, dweights, dbias, accumulate, scratch);
}

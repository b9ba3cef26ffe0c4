// Recurrent layers: see include/mk_recurrent.h. Compiled once per instruction set, see mk_isa_common.h.
//
// Everything counts steps in the order of computation. Reading in reverse is then only a matter of the pointer to the first
// step and a negative stride, and the state before step s lies at s in what is saved, in either direction.
#include "mk_gemm.h"
#include "mk_lanes.h"
#include "mk_recurrent.h"

#define LSTM MK_RECURRENT_LSTM
#define GRU MK_RECURRENT_GRU
#define BLOCK 128

MK_INLINE size_t whole_lines(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

// Memory is dealt out by address, because the same code also counts bytes from address 0.
MK_INLINE uintptr_t first_line(const void* p) { return ((uintptr_t)p + 63) & ~(uintptr_t)63; }
MK_INLINE void* take(uintptr_t* from, size_t bytes) {
    void* p = (void*)*from;
    *from += whole_lines(bytes);
    return p;
}
MK_INLINE size_t larger_size(size_t a, size_t b) { return a > b ? a : b; }

typedef struct {
    long width; // gates * hidden
    void *w_ih, *w_hh;
    float *w_hh_rows, *bias_x, *bias_h;
    size_t bytes;
} packed_parts;

static packed_parts parts_of(const mk_recurrent* r, const void* packed) {
    packed_parts p;
    uintptr_t start = first_line(packed), at = start;
    p.width = mk_recurrent_gates(r->kind) * r->hidden;
    p.w_ih = take(&at, mk_gemm_packed_b_bytes(p.width, r->inputs));
    p.w_hh = take(&at, mk_gemm_packed_b_bytes(p.width, r->hidden));
    p.w_hh_rows = take(&at, (size_t)(p.width * r->hidden) * 4);
    p.bias_x = take(&at, (size_t)p.width * 4);
    p.bias_h = take(&at, (size_t)p.width * 4);
    p.bytes = (size_t)(at - start) + 64;
    return p;
}

size_t MK_NAME(mk_recurrent_packed_bytes)(const mk_recurrent* r) { return parts_of(r, NULL).bytes; }

void MK_NAME(mk_recurrent_pack_f32)(const mk_recurrent* r, const float* w_ih, const float* w_hh, const float* b_ih,
                                    const float* b_hh, void* packed) {
    packed_parts p = parts_of(r, packed);
    mk_gemm_pack_b_f32(p.width, r->inputs, w_ih, 1, r->inputs, p.w_ih);
    mk_gemm_pack_b_f32(p.width, r->hidden, w_hh, 1, r->hidden, p.w_hh);
    for (long block = 0; block < p.width; block += BLOCK) {
        long n = p.width - block < BLOCK ? p.width - block : BLOCK;
        for (long i = 0; i < r->hidden; i++)
            for (long j = 0; j < n; j++) p.w_hh_rows[block * r->hidden + i * n + j] = w_hh[(block + j) * r->hidden + i];
    }
    // In a GRU the reset gate multiplies the hidden bias of n, so that one must stay on the hidden side.
    long together = r->kind == GRU ? 2 * r->hidden : p.width;
    for (long j = 0; j < p.width; j++) {
        float x = b_ih ? b_ih[j] : 0, h = b_hh ? b_hh[j] : 0;
        p.bias_x[j] = j < together ? x + h : x;
        p.bias_h[j] = j < together ? 0 : h;
    }
}

// The hidden side for one sequence: the weights lie in blocks of columns, so that each block is read from end to end.
MK_INLINE void hidden_product(long hidden, const packed_parts* p, const float* h, const float* bias, float* y) {
    for (long j = 0; j < p->width; j += BLOCK)
        mk_gemv_f32(hidden, p->width - j < BLOCK ? p->width - j : BLOCK, p->w_hh_rows + j * hidden, h, bias + j, y + j, 0);
}

// Where step s begins in an array with a stride per time, and how far the next step is.
typedef struct {
    long first, next;
} walk;

MK_INLINE walk walk_of(const mk_recurrent* r, long time_stride) {
    walk w = {0, time_stride};
    if (r->reverse) {
        w.first = (r->steps - 1) * time_stride;
        w.next = -time_stride;
    }
    return w;
}

MK_INLINE int is_valid(const mk_recurrent* r, long step, long sequence) {
    if (!r->lengths) return 1;
    long time = r->reverse ? r->steps - 1 - step : step;
    return time < r->lengths[sequence];
}

// How many steps are projected at once: as many as keep the gates within 256 KiB.
MK_INLINE long steps_at_once(const mk_recurrent* r, long width) {
    long row = r->batch * width, steps = row > 0 ? 65536 / row : 1;
    if (steps < 1) steps = 1;
    return steps < r->steps ? steps : (r->steps > 0 ? r->steps : 1);
}

// The rows of several steps of x have one stride if there is one sequence, or if the steps follow one another without a gap.
MK_INLINE int one_stride(const mk_recurrent* r, walk x, long* stride) {
    if (r->batch == 1) {
        *stride = x.next;
        return 1;
    }
    *stride = r->x_batch_stride;
    return x.next == r->batch * r->x_batch_stride;
}

typedef struct {
    float *gates, *hidden, *extra;
} saved_parts;

static saved_parts saved_of(const mk_recurrent* r, float* saved) {
    long state = r->batch * r->hidden;
    saved_parts s = {saved, saved, saved};
    if (saved && (r->kind == LSTM || r->kind == GRU)) {
        s.hidden = saved + r->steps * mk_recurrent_gates(r->kind) * state;
        s.extra = s.hidden + (r->steps + 1) * state;
    }
    return s;
}

// ---- Forward ------------------------------------------------------------------------------------------------------------

size_t MK_NAME(mk_recurrent_forward_scratch_bytes)(const mk_recurrent* r) {
    long width = mk_recurrent_gates(r->kind) * r->hidden, rows = steps_at_once(r, width) * r->batch;
    size_t bytes = whole_lines((size_t)(rows * width) * 4);                     // gates before activation
    bytes += whole_lines((size_t)(r->batch * width) * 4);                       // the hidden side of a GRU
    bytes += 2 * whole_lines((size_t)(r->batch * r->hidden) * 4);               // state and cell
    bytes += whole_lines(larger_size(mk_gemm_scratch_bytes(rows, width, r->inputs),
                                     mk_gemm_scratch_bytes(r->batch, width, r->hidden)));
    return bytes + 64;
}

MK_INLINE void lstm_cell(long hidden, const float* before, const float* c_before, float* c, float* h, float* y, float* gates) {
    for (long j = 0; j < hidden; j += MK_LANES) {
        long n = hidden - j;
        mk_lanes i = mk_sigmoid_lanes(mk_read(before, j, n, 0));
        mk_lanes f = mk_sigmoid_lanes(mk_read(before, hidden + j, n, 0));
        mk_lanes g = mk_tanh_lanes(mk_read(before, 2 * hidden + j, n, 0));
        mk_lanes o = mk_sigmoid_lanes(mk_read(before, 3 * hidden + j, n, 0));
        mk_lanes cell = f * mk_read(c_before, j, n, 0) + i * g;
        mk_lanes state = o * mk_tanh_lanes(cell);
        mk_write(c, j, cell, n, 0);
        mk_write(h, j, state, n, 0);
        if (y) mk_write(y, j, state, n, 0);
        if (gates) {
            mk_write(gates, j, i, n, 0);
            mk_write(gates, hidden + j, f, n, 0);
            mk_write(gates, 2 * hidden + j, g, n, 0);
            mk_write(gates, 3 * hidden + j, o, n, 0);
        }
    }
}

// h_before and h may be the same memory.
MK_INLINE void gru_cell(long hidden, const float* before, const float* side, const float* h_before, float* h, float* y,
                        float* gates, float* extra) {
    for (long j = 0; j < hidden; j += MK_LANES) {
        long count = hidden - j;
        mk_lanes r = mk_sigmoid_lanes(mk_read(before, j, count, 0) + mk_read(side, j, count, 0));
        mk_lanes z = mk_sigmoid_lanes(mk_read(before, hidden + j, count, 0) + mk_read(side, hidden + j, count, 0));
        mk_lanes own = mk_read(side, 2 * hidden + j, count, 0);
        mk_lanes n = mk_tanh_lanes(mk_read(before, 2 * hidden + j, count, 0) + r * own);
        mk_lanes state = n + z * (mk_read(h_before, j, count, 0) - n);
        mk_write(h, j, state, count, 0);
        if (y) mk_write(y, j, state, count, 0);
        if (gates) {
            mk_write(gates, j, r, count, 0);
            mk_write(gates, hidden + j, z, count, 0);
            mk_write(gates, 2 * hidden + j, n, count, 0);
            mk_write(extra, j, own, count, 0);
        }
    }
}

MK_INLINE void plain_cell(long hidden, int relu, const float* before, float* h, float* y) {
    for (long j = 0; j < hidden; j += MK_LANES) {
        long count = hidden - j;
        mk_lanes v = mk_read(before, j, count, 0);
        v = relu ? mk_larger(mk_splat(0), v) : mk_tanh_lanes(v);
        mk_write(h, j, v, count, 0);
        if (y) mk_write(y, j, v, count, 0);
    }
}

MK_INLINE void set_state(float* target, const float* source, long count) {
    if (count <= 0 || target == source) return;
    if (source) memcpy(target, source, (size_t)count * 4);
    else memset(target, 0, (size_t)count * 4);
}

void MK_NAME(mk_recurrent_forward_f32)(const mk_recurrent* r, const void* packed, const float* x, const float* h0,
                                       const float* c0, float* y, float* hn, float* cn, float* saved, void* scratch) {
    packed_parts p = parts_of(r, packed);
    long hidden = r->hidden, width = p.width, batch = r->batch, state = batch * hidden, at_once = steps_at_once(r, width);
    uintptr_t at = first_line(scratch);
    float* before = take(&at, (size_t)(at_once * batch * width) * 4);
    float* side = take(&at, (size_t)(batch * width) * 4);
    float* h = take(&at, (size_t)state * 4);
    float* c = take(&at, (size_t)state * 4);
    void* gemm_scratch = (void*)at;
    saved_parts keep = saved_of(r, saved);
    if (saved) h = keep.hidden;
    if (saved && r->kind == LSTM) c = keep.extra;
    set_state(h, h0, state);
    if (r->kind == LSTM) set_state(c, c0, state);

    walk xs = walk_of(r, r->x_time_stride), ys = walk_of(r, r->y_time_stride);
    long x_stride;
    int uniform = one_stride(r, xs, &x_stride);
    for (long s0 = 0; s0 < r->steps; s0 += at_once) {
        long count = r->steps - s0 < at_once ? r->steps - s0 : at_once;
        const float* x0 = x + xs.first + s0 * xs.next;
        if (uniform)
            mk_gemm_packed_f32(count * batch, width, r->inputs, x0, x_stride, 1, p.w_ih, 0, before, width, p.bias_x, 0,
                               gemm_scratch);
        else
            for (long s = 0; s < count; s++)
                mk_gemm_packed_f32(batch, width, r->inputs, x0 + s * xs.next, r->x_batch_stride, 1, p.w_ih, 0,
                                   before + s * batch * width, width, p.bias_x, 0, gemm_scratch);
        for (long s = s0; s < s0 + count; s++) {
            float* pre = before + (s - s0) * batch * width;
            float *h_next = saved ? h + state : h, *c_next = saved ? c + state : c;
            if (r->kind == GRU) {
                if (batch == 1) hidden_product(hidden, &p, h, p.bias_h, side);
                else mk_gemm_packed_f32(batch, width, hidden, h, hidden, 1, p.w_hh, 0, side, width, p.bias_h, 0, gemm_scratch);
            } else if (batch == 1) hidden_product(hidden, &p, h, pre, pre);
            else mk_gemm_packed_f32(batch, width, hidden, h, hidden, 1, p.w_hh, 1, pre, width, NULL, 0, gemm_scratch);
            for (long b = 0; b < batch; b++) {
                float* out = y ? y + ys.first + s * ys.next + b * r->y_batch_stride : NULL;
                float* gates = saved ? keep.gates + (s * batch + b) * width : NULL;
                float* extra = saved ? keep.extra + s * state + b * hidden : NULL;
                long o = b * hidden;
                if (!is_valid(r, s, b)) {
                    set_state(h_next + o, h + o, hidden);
                    if (r->kind == LSTM) set_state(c_next + o, c + o, hidden);
                    if (out) set_state(out, NULL, hidden);
                } else if (r->kind == LSTM) lstm_cell(hidden, pre + b * width, c + o, c_next + o, h_next + o, out, gates);
                else if (r->kind == GRU) gru_cell(hidden, pre + b * width, side + b * width, h + o, h_next + o, out, gates, extra);
                else plain_cell(hidden, r->kind == MK_RECURRENT_RELU, pre + b * width, h_next + o, out);
            }
            h = h_next;
            c = c_next;
        }
    }
    if (hn) set_state(hn, h, state);
    if (cn && r->kind == LSTM) set_state(cn, c, state);
}

// ---- Backward -----------------------------------------------------------------------------------------------------------

typedef struct {
    float *d_x, *d_h;       // gradients of the gates before activation, as x sees them and as the state sees them
    float *dh, *dc, *x_rows;
    void *w_hh, *w_ih, *gemm;
    size_t bytes;
} backward_parts;

static backward_parts backward_of(const mk_recurrent* r, void* scratch) {
    backward_parts p;
    uintptr_t start = first_line(scratch), at = start;
    long width = mk_recurrent_gates(r->kind) * r->hidden, rows = steps_at_once(r, width) * r->batch;
    p.d_x = take(&at, (size_t)(rows * width) * 4);
    p.d_h = r->kind == GRU ? take(&at, (size_t)(rows * width) * 4) : p.d_x;
    p.dh = take(&at, (size_t)(r->batch * r->hidden) * 4);
    p.dc = take(&at, (size_t)(r->batch * r->hidden) * 4);
    p.x_rows = take(&at, (size_t)(rows * r->inputs) * 4);
    p.w_hh = take(&at, mk_gemm_packed_b_bytes(r->hidden, width));
    p.w_ih = take(&at, mk_gemm_packed_b_bytes(r->inputs, width));
    p.gemm = (void*)at;
    size_t gemm = mk_gemm_scratch_bytes(r->batch, r->hidden, width);
    gemm = larger_size(gemm, mk_gemm_scratch_bytes(rows, r->inputs, width));
    gemm = larger_size(gemm, mk_gemm_scratch_bytes(width, r->inputs, rows));
    gemm = larger_size(gemm, mk_gemm_scratch_bytes(width, r->hidden, rows));
    // The last stretch of steps may be shorter than the others; a shallower product never needs more.
    p.bytes = (size_t)(at - start) + gemm + 64;
    return p;
}

size_t MK_NAME(mk_recurrent_backward_scratch_bytes)(const mk_recurrent* r) { return backward_of(r, NULL).bytes; }

MK_INLINE mk_lanes read_or_zero(const float* p, long j, long n) { return p ? mk_read(p, j, n, 0) : (mk_lanes){}; }

// Replaces dc by the gradient of the cell before; the state before takes its gradient from the gates alone, so dh becomes 0.
MK_INLINE void lstm_back(long hidden, const float* gates, const float* c_before, const float* c, const float* dy, float* dh,
                         float* dc, float* d) {
    for (long j = 0; j < hidden; j += MK_LANES) {
        long n = hidden - j;
        mk_lanes i = mk_read(gates, j, n, 0), f = mk_read(gates, hidden + j, n, 0);
        mk_lanes g = mk_read(gates, 2 * hidden + j, n, 0), o = mk_read(gates, 3 * hidden + j, n, 0);
        mk_lanes t = mk_tanh_lanes(mk_read(c, j, n, 0));
        mk_lanes up = mk_read(dh, j, n, 0) + read_or_zero(dy, j, n);
        mk_lanes cell = mk_read(dc, j, n, 0) + up * o * (1.0f - t * t);
        mk_write(d, j, cell * g * i * (1.0f - i), n, 0);
        mk_write(d, hidden + j, cell * mk_read(c_before, j, n, 0) * f * (1.0f - f), n, 0);
        mk_write(d, 2 * hidden + j, cell * i * (1.0f - g * g), n, 0);
        mk_write(d, 3 * hidden + j, up * t * o * (1.0f - o), n, 0);
        mk_write(dc, j, cell * f, n, 0);
        mk_write(dh, j, (mk_lanes){}, n, 0);
    }
}

MK_INLINE void gru_back(long hidden, const float* gates, const float* own, const float* h_before, const float* dy, float* dh,
                        float* d_x, float* d_h) {
    for (long j = 0; j < hidden; j += MK_LANES) {
        long count = hidden - j;
        mk_lanes r = mk_read(gates, j, count, 0), z = mk_read(gates, hidden + j, count, 0);
        mk_lanes n = mk_read(gates, 2 * hidden + j, count, 0);
        mk_lanes up = mk_read(dh, j, count, 0) + read_or_zero(dy, j, count);
        mk_lanes dn = up * (1.0f - z) * (1.0f - n * n);
        mk_lanes dz = up * (mk_read(h_before, j, count, 0) - n) * z * (1.0f - z);
        mk_lanes dr = dn * mk_read(own, j, count, 0) * r * (1.0f - r);
        mk_write(d_x, j, dr, count, 0);
        mk_write(d_x, hidden + j, dz, count, 0);
        mk_write(d_x, 2 * hidden + j, dn, count, 0);
        mk_write(d_h, j, dr, count, 0);
        mk_write(d_h, hidden + j, dz, count, 0);
        mk_write(d_h, 2 * hidden + j, dn * r, count, 0);
        mk_write(dh, j, up * z, count, 0);
    }
}

MK_INLINE void plain_back(long hidden, int relu, const float* h, const float* dy, float* dh, float* d) {
    for (long j = 0; j < hidden; j += MK_LANES) {
        long n = hidden - j;
        mk_lanes v = mk_read(h, j, n, 0), up = mk_read(dh, j, n, 0) + read_or_zero(dy, j, n);
        mk_lanes slope = relu ? mk_select(v > 0.0f, mk_splat(1), mk_splat(0)) : 1.0f - v * v;
        mk_write(d, j, up * slope, n, 0);
        mk_write(dh, j, (mk_lanes){}, n, 0);
    }
}

MK_INLINE void add_columns(long rows, long columns, const float* source, int add, float* sums) {
    for (long j = 0; j < columns; j += MK_LANES) {
        long n = columns - j;
        mk_lanes s[4] = {};
        long i = 0;
        for (; i + 4 <= rows; i += 4)
            for (int u = 0; u < 4; u++) s[u] += mk_read(source, (i + u) * columns + j, n, 0);
        for (; i < rows; i++) s[0] += mk_read(source, i * columns + j, n, 0);
        mk_lanes total = (s[0] + s[2]) + (s[1] + s[3]);
        if (add) total += mk_read(sums, j, n, 0);
        mk_write(sums, j, total, n, 0);
    }
}

void MK_NAME(mk_recurrent_backward_f32)(const mk_recurrent* r, const float* w_ih, const float* w_hh, const float* x,
                                        const float* saved, const float* dy, const float* dhn, const float* dcn, float* dx,
                                        float* dw_ih, float* dw_hh, float* db_ih, float* db_hh, float* dh0, float* dc0,
                                        int accumulate, void* scratch) {
    backward_parts p = backward_of(r, scratch);
    saved_parts keep = saved_of(r, (float*)saved);
    long hidden = r->hidden, batch = r->batch, inputs = r->inputs, state = batch * hidden;
    long width = mk_recurrent_gates(r->kind) * hidden, at_once = steps_at_once(r, width);
    mk_gemm_pack_b_f32(hidden, width, w_hh, hidden, 1, p.w_hh);
    if (dx) mk_gemm_pack_b_f32(inputs, width, w_ih, inputs, 1, p.w_ih);
    set_state(p.dh, dhn, state);
    set_state(p.dc, dcn, state);
    walk xs = walk_of(r, r->x_time_stride), ys = walk_of(r, r->y_time_stride);
    long x_stride;
    int uniform = one_stride(r, xs, &x_stride);
    int add = accumulate != 0;
    long stretches = (r->steps + at_once - 1) / at_once;
    for (long stretch = stretches - 1; stretch >= 0; stretch--) {
        long s0 = stretch * at_once, s1 = s0 + at_once < r->steps ? s0 + at_once : r->steps, rows = (s1 - s0) * batch;
        for (long s = s1 - 1; s >= s0; s--) {
            float *d_x = p.d_x + (s - s0) * batch * width, *d_h = p.d_h + (s - s0) * batch * width;
            for (long b = 0; b < batch; b++) {
                const float* up = dy ? dy + ys.first + s * ys.next + b * r->y_batch_stride : NULL;
                const float* gates = keep.gates + (s * batch + b) * width; // not there for the plain RNN
                const float* h_before = keep.hidden + s * state + b * hidden;
                const float* extra = keep.extra + s * state + b * hidden;
                float *dh = p.dh + b * hidden, *dc = p.dc + b * hidden;
                if (!is_valid(r, s, b)) {
                    set_state(d_x + b * width, NULL, width);
                    if (r->kind == GRU) set_state(d_h + b * width, NULL, width);
                } else if (r->kind == LSTM) lstm_back(hidden, gates, extra, extra + state, up, dh, dc, d_x + b * width);
                else if (r->kind == GRU) gru_back(hidden, gates, extra, h_before, up, dh, d_x + b * width, d_h + b * width);
                else plain_back(hidden, r->kind == MK_RECURRENT_RELU, h_before + state, up, dh, d_x + b * width);
            }
            if (s > 0 || dh0)
                mk_gemm_packed_f32(batch, hidden, width, d_h, width, 1, p.w_hh, 1, p.dh, hidden, NULL, 0, p.gemm);
        }
        const float* x0 = x + xs.first + s0 * xs.next;
        if (dx) {
            float* target = dx + xs.first + s0 * xs.next;
            if (uniform)
                mk_gemm_packed_f32(rows, inputs, width, p.d_x, width, 1, p.w_ih, 0, target, x_stride, NULL, 0, p.gemm);
            else
                for (long s = 0; s < s1 - s0; s++)
                    mk_gemm_packed_f32(batch, inputs, width, p.d_x + s * batch * width, width, 1, p.w_ih, 0,
                                       target + s * xs.next, r->x_batch_stride, NULL, 0, p.gemm);
        }
        if (dw_ih) {
            const float* source = x0;
            long source_stride = x_stride;
            if (!uniform) {
                for (long s = 0; s < s1 - s0; s++)
                    for (long b = 0; b < batch; b++)
                        set_state(p.x_rows + (s * batch + b) * inputs, x0 + s * xs.next + b * r->x_batch_stride, inputs);
                source = p.x_rows;
                source_stride = inputs;
            }
            mk_gemm_f32(width, inputs, rows, p.d_x, 1, width, source, source_stride, 1, add, dw_ih, inputs, NULL, 0, p.gemm);
        }
        if (dw_hh)
            mk_gemm_f32(width, hidden, rows, p.d_h, 1, width, keep.hidden + s0 * state, hidden, 1, add, dw_hh, hidden, NULL, 0,
                        p.gemm);
        if (db_ih) add_columns(rows, width, p.d_x, add, db_ih);
        if (db_hh) add_columns(rows, width, p.d_h, add, db_hh);
        add = 1;
    }
    if (stretches == 0 && !accumulate) {
        if (dw_ih) set_state(dw_ih, NULL, width * inputs);
        if (dw_hh) set_state(dw_hh, NULL, width * hidden);
        if (db_ih) set_state(db_ih, NULL, width);
        if (db_hh) set_state(db_hh, NULL, width);
    }
    if (dh0) set_state(dh0, p.dh, state);
    if (dc0 && r->kind == LSTM) set_state(dc0, p.dc, state);
}

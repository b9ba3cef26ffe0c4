#include "mk_recurrent.h"

#include "mk_isa_common.h"

MK_KERNEL(size_t, mk_recurrent_packed_bytes,
    (const mk_recurrent* r),
    (r))
MK_KERNEL(void, mk_recurrent_pack_f32,
    (const mk_recurrent* r, const float* w_ih, const float* w_hh, const float* b_ih, const float* b_hh, void* packed),
    (r, w_ih, w_hh, b_ih, b_hh, packed))
MK_KERNEL(size_t, mk_recurrent_forward_scratch_bytes,
    (const mk_recurrent* r),
    (r))
MK_KERNEL(void, mk_recurrent_forward_f32,
    (const mk_recurrent* r, const void* packed, const float* x, const float* h0, const float* c0, float* y, float* hn, float* cn, float* saved, void* scratch),
    (r, packed, x, h0, c0, y, hn, cn, saved, scratch))
MK_KERNEL(size_t, mk_recurrent_backward_scratch_bytes,
    (const mk_recurrent* r),
    (r))
MK_KERNEL(void, mk_recurrent_backward_f32,
    (const mk_recurrent* r, const float* w_ih, const float* w_hh, const float* x, const float* saved, const float* dy, const float* dhn, const float* dcn, float* dx, float* dw_ih, float* dw_hh, float* db_ih, float* db_hh, float* dh0, float* dc0, int accumulate, void* scratch),
    (r, w_ih, w_hh, x, saved, dy, dhn, dcn, dx, dw_ih, dw_hh, db_ih, db_hh, dh0, dc0, accumulate, scratch))

long mk_recurrent_gates(int kind) {
    return kind == MK_RECURRENT_LSTM ? 4 : kind == MK_RECURRENT_GRU ? 3 : 1;
}

long mk_recurrent_saved_floats(const mk_recurrent* r) {
    long state = r->batch * r->hidden, states = (r->steps + 1) * state;
    if (r->kind != MK_RECURRENT_LSTM && r->kind != MK_RECURRENT_GRU) return states;
    return r->steps * mk_recurrent_gates(r->kind) * state + 2 * states;
}

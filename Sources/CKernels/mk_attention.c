#include "mk_attention.h"

#include "mk_isa_common.h"

MK_KERNEL_BF16(size_t, mk_attention_forward_scratch_bytes,
    (const mk_attention* a),
    (a))
MK_KERNEL_BF16(void, mk_attention_forward_f32,
    (const mk_attention* a, const float* q, const float* k, const float* v, float* out, float* log_sum, long first, long last, void* scratch),
    (a, q, k, v, out, log_sum, first, last, scratch))
MK_KERNEL_BF16(void, mk_attention_forward_bf16,
    (const mk_attention* a, const uint16_t* q, const uint16_t* k, const uint16_t* v, uint16_t* out, float* log_sum, long first, long last, void* scratch),
    (a, q, k, v, out, log_sum, first, last, scratch))
MK_KERNEL_BF16(size_t, mk_attention_backward_scratch_bytes,
    (const mk_attention* a),
    (a))
MK_KERNEL_BF16(void, mk_attention_backward_f32,
    (const mk_attention* a, const float* q, const float* k, const float* v, const float* out, const float* log_sum, const float* dout, float* dq, float* dk, float* dv, long first, long last, void* scratch),
    (a, q, k, v, out, log_sum, dout, dq, dk, dv, first, last, scratch))
MK_KERNEL_BF16(void, mk_attention_backward_bf16,
    (const mk_attention* a, const uint16_t* q, const uint16_t* k, const uint16_t* v, const uint16_t* out, const float* log_sum, const uint16_t* dout, uint16_t* dq, uint16_t* dk, uint16_t* dv, long first, long last, void* scratch),
    (a, q, k, v, out, log_sum, dout, dq, dk, dv, first, last, scratch))

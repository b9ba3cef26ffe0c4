#include "mk_winograd.h"

#include "mk_isa_common.h"

MK_KERNEL(void, mk_winograd_pack_f32,
    (const mk_winograd* conv, const float* weights, long channel_step, long out_step, int is_flipped, long first, long last, float* packed),
    (conv, weights, channel_step, out_step, is_flipped, first, last, packed))
MK_KERNEL(void, mk_winograd_pack_bf16,
    (const mk_winograd* conv, const uint16_t* weights, long channel_step, long out_step, int is_flipped, long first, long last, float* packed),
    (conv, weights, channel_step, out_step, is_flipped, first, last, packed))
MK_KERNEL(size_t, mk_winograd_scratch_bytes,
    (const mk_winograd* conv, long tiles),
    (conv, tiles))
MK_KERNEL(void, mk_winograd_forward_f32,
    (const mk_winograd* conv, const float* x, const float* packed, const float* bias, const float* residual, int activation, float* y, long first, long last, long first_out, long last_out, void* scratch),
    (conv, x, packed, bias, residual, activation, y, first, last, first_out, last_out, scratch))
MK_KERNEL(void, mk_winograd_forward_bf16,
    (const mk_winograd* conv, const uint16_t* x, const float* packed, const float* bias, const uint16_t* residual, int activation, uint16_t* y, long first, long last, long first_out, long last_out, void* scratch),
    (conv, x, packed, bias, residual, activation, y, first, last, first_out, last_out, scratch))
MK_KERNEL(size_t, mk_winograd_gradient_scratch_bytes,
    (const mk_winograd* conv),
    (conv))
MK_KERNEL(void, mk_winograd_gradient_f32,
    (const mk_winograd* conv, const float* x, const float* dy, float* dweights, float* dbias, void* scratch),
    (conv, x, dy, dweights, dbias, scratch))
MK_KERNEL(void, mk_winograd_gradient_bf16,
    (const mk_winograd* conv, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias, void* scratch),
    (conv, x, dy, dweights, dbias, scratch))

long mk_winograd_tiles(const mk_winograd* conv) {
    return conv->batch * ((conv->out_height + 3) / 4) * ((conv->out_width + 3) / 4);
}

size_t mk_winograd_packed_bytes(const mk_winograd* conv) { return (size_t)(36 * conv->channels * conv->out_channels) * 4; }

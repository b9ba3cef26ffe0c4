#include "mk_winograd_pairs.h"

#include "mk_isa_common.h"

MK_KERNEL_BF16(void, mk_winograd_pairs_pack_f32,
    (const mk_winograd* conv, const float* weights, long channel_step, long out_step, int is_flipped, long first, long last, void* packed),
    (conv, weights, channel_step, out_step, is_flipped, first, last, packed))
MK_KERNEL_BF16(void, mk_winograd_pairs_pack_bf16,
    (const mk_winograd* conv, const uint16_t* weights, long channel_step, long out_step, int is_flipped, long first, long last, void* packed),
    (conv, weights, channel_step, out_step, is_flipped, first, last, packed))
MK_KERNEL_BF16(size_t, mk_winograd_pairs_scratch_bytes,
    (const mk_winograd* conv, long tiles),
    (conv, tiles))
MK_KERNEL_BF16(void, mk_winograd_pairs_forward,
    (const mk_winograd* conv, const uint16_t* x, const void* packed, const float* bias, const uint16_t* residual, int activation, uint16_t* y, long first, long last, long first_out, long last_out, void* scratch),
    (conv, x, packed, bias, residual, activation, y, first, last, first_out, last_out, scratch))
MK_KERNEL_BF16(size_t, mk_winograd_pairs_gradient_scratch_bytes,
    (const mk_winograd* conv),
    (conv))
MK_KERNEL_BF16(void, mk_winograd_pairs_gradient,
    (const mk_winograd* conv, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias, void* scratch),
    (conv, x, dy, dweights, dbias, scratch))

long mk_winograd_pairs_tiles(const mk_winograd* conv) {
    return conv->batch * ((conv->out_height + 1) / 2) * ((conv->out_width + 1) / 2);
}

size_t mk_winograd_pairs_packed_bytes(const mk_winograd* conv) { return (size_t)(16 * conv->channels * conv->out_channels) * 2; }

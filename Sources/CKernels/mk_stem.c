#include "mk_stem.h"

#include "mk_isa_common.h"

MK_KERNEL_BF16(size_t, mk_stem_forward_scratch_bytes,
    (const mk_conv* conv, int pool),
    (conv, pool))
MK_KERNEL_BF16(void, mk_stem_pack_f32,
    (const mk_conv* conv, const float* weights, void* packed),
    (conv, weights, packed))
MK_KERNEL_BF16(void, mk_stem_pack_bf16,
    (const mk_conv* conv, const uint16_t* weights, void* packed),
    (conv, weights, packed))
MK_KERNEL_BF16(void, mk_stem_forward_bf16,
    (const mk_conv* conv, const uint16_t* x, const void* packed, const float* bias, int activation, int pool, uint16_t* y, long first_row, long last_row, void* scratch),
    (conv, x, packed, bias, activation, pool, y, first_row, last_row, scratch))
MK_KERNEL_BF16(size_t, mk_stem_scratch_bytes,
    (const mk_conv* conv),
    (conv))
MK_KERNEL_BF16(void, mk_stem_gradient_f32,
    (const mk_conv* conv, const float* x, const float* dy, float* dweights, float* dbias, void* scratch),
    (conv, x, dy, dweights, dbias, scratch))
MK_KERNEL_BF16(void, mk_stem_gradient_bf16,
    (const mk_conv* conv, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias, void* scratch),
    (conv, x, dy, dweights, dbias, scratch))

size_t mk_stem_packed_bytes(const mk_conv* conv) {
    return (size_t)(conv->kernel_height * ((conv->kernel_width * conv->channels + 1) / 2) * conv->out_channels) * 4;
}

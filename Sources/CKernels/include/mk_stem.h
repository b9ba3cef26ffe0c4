// Convolutions whose source has few channels, as the first of a network for pictures has.
//
// Along a row of the kernel, taps and channels lie side by side in a row of the source: nothing is gathered, and no vector is
// left mostly empty by three channels. For the gradient of the kernel they are the rows of a small matrix product over the
// pixels of a row of results. Values in bf16 are multiplied in pairs, of taps or of pixels, and summed in f32.
//
// One group, no dilation; out_channels is a multiple of 16.
#ifndef MK_STEM_H
#define MK_STEM_H

#include "mk_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of the packed kernel, and of scratch for the forward pass.
size_t mk_stem_packed_bytes(const mk_conv* conv);
size_t mk_stem_forward_scratch_bytes(const mk_conv* conv, int pool);

/// Packs a kernel [out_channels, channels, kernel_height, kernel_width].
void mk_stem_pack_f32(const mk_conv* conv, const float* weights, void* packed);
void mk_stem_pack_bf16(const mk_conv* conv, const uint16_t* weights, void* packed);

/// y = activation(x * kernel + bias) for the rows first_row ..< last_row of the batch * out_height rows of y.
/// bias [out_channels] or NULL; activation MK_ACTIVATION_NONE or MK_ACTIVATION_RELU. Where `pool` is 2, y are the largest of every
/// two by two results side by side, out_height / 2 rows of out_width / 2, and so are the rows that are counted; else it is 1.
void mk_stem_forward_bf16(const mk_conv* conv, const uint16_t* x, const void* packed, const float* bias, int activation, int pool,
                          uint16_t* y, long first_row, long last_row, void* scratch);

/// Bytes of scratch for the gradient of the kernel.
size_t mk_stem_scratch_bytes(const mk_conv* conv);

/// The gradient of the kernel [out_channels, channels, kernel_height, kernel_width], summed over the images, and of the bias
/// [out_channels] (or NULL).
void mk_stem_gradient_f32(const mk_conv* conv, const float* x, const float* dy, float* dweights, float* dbias, void* scratch);
void mk_stem_gradient_bf16(const mk_conv* conv, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias, void* scratch);

#ifdef __cplusplus
}
#endif
#endif

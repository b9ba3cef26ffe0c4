// The kernel's gradient of a convolution whose source has few channels, as the first of a network for pictures has.
//
// Along a row of the kernel, taps and channels lie side by side in a row of the source. They are the rows of a small matrix
// product over the pixels of a row of results: nothing is gathered, and no vector is left mostly empty by three channels.
#ifndef MK_STEM_H
#define MK_STEM_H

#include "mk_conv.h"

#ifdef __cplusplus
extern "C" {
#endif

size_t mk_stem_scratch_bytes(const mk_conv* conv);

/// The gradient of the kernel [out_channels, channels, kernel_height, kernel_width], summed over the images, and of the bias
/// [out_channels] (or NULL). One group, no dilation; out_channels is a multiple of 16.
void mk_stem_gradient_f32(const mk_conv* conv, const float* x, const float* dy, float* dweights, float* dbias, void* scratch);
void mk_stem_gradient_bf16(const mk_conv* conv, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias, void* scratch);

#ifdef __cplusplus
}
#endif
#endif

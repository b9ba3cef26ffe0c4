// Convolution with 3 × 3 kernels of stride 1 by minimal filtering (Winograd 1980; Lavin and Gray 2016), channels last.
//
// Four by four results are made from a tile of six by six source pixels with 36 products for every pair of channels, where the
// definition takes 144. Tiles, kernels and sums are moved to and from the 36 points by small constant matrices. The points of
// the polynomials are 0, ±5/8, ±3/2 and infinity: rounding is then about twice that of the direct sum, where the usual ±1, ±2
// give three to four times.
//
// Channels and out_channels must be multiples of 16. Sums are kept in f32; bf16 values are passed as uint16_t. No kernel
// allocates or starts a thread.
#ifndef MK_WINOGRAD_H
#define MK_WINOGRAD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// x [batch, height, width, channels] to y [batch, out_height, out_width, out_channels]; zeros are read outside of x.
typedef struct {
    long batch, height, width, channels;
    long out_height, out_width, out_channels;
    long pad_top, pad_left;
    /// Where 2, y [batch, out_height / 2, out_width / 2, out_channels] are the largest of every two by two results side by side; both
    /// extents are even, there is no residual, and the activation never falls. Else 1. Only the forward passes look at it.
    long pool;
} mk_winograd;

/// Tiles that cover y, over all images.
long mk_winograd_tiles(const mk_winograd* conv);

/// Bytes of the packed kernel.
size_t mk_winograd_packed_bytes(const mk_winograd* conv);

/// Packs the part of a kernel that belongs to the source channels first ..< last. The weight from source channel c to result k
/// at tap t is weights[c * channel_step + k * out_step + t], or at 8 - t where `is_flipped`: a data gradient is the
/// convolution of the flow with the flipped kernel, its channels exchanged. The packed form is f32 for both element types.
void mk_winograd_pack_f32(const mk_winograd* conv, const float* weights, long channel_step, long out_step, int is_flipped,
                          long first, long last, float* packed);
void mk_winograd_pack_bf16(const mk_winograd* conv, const uint16_t* weights, long channel_step, long out_step, int is_flipped,
                           long first, long last, float* packed);

/// Bytes of scratch for the forward pass over `tiles` tiles.
size_t mk_winograd_scratch_bytes(const mk_winograd* conv, long tiles);

/// y = activation(x * kernel + bias + residual) for the tiles first ..< last and the results first_out ..< last_out, which are
/// multiples of 64 or out_channels. bias [out_channels] or NULL; residual like y or NULL; activation as in mk_gemm.h.
void mk_winograd_forward_f32(const mk_winograd* conv, const float* x, const float* packed, const float* bias, const float* residual,
                             int activation, float* y, long first, long last, long first_out, long last_out, void* scratch);
void mk_winograd_forward_bf16(const mk_winograd* conv, const uint16_t* x, const float* packed, const float* bias,
                              const uint16_t* residual, int activation, uint16_t* y, long first, long last, long first_out,
                              long last_out, void* scratch);

/// Bytes of scratch for the gradient of the kernel.
size_t mk_winograd_gradient_scratch_bytes(const mk_winograd* conv);

/// The gradient of the kernel [out_channels, channels, 3, 3], summed over all tiles, and of the bias [out_channels] (or NULL).
void mk_winograd_gradient_f32(const mk_winograd* conv, const float* x, const float* dy, float* dweights, float* dbias, void* scratch);
void mk_winograd_gradient_bf16(const mk_winograd* conv, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias,
                               void* scratch);

#ifdef __cplusplus
}
#endif
#endif

// Convolution of bf16 values with 3 × 3 kernels of stride 1 by minimal filtering, channels last, with products of pairs.
//
// Two by two results are made from a tile of four by four source pixels with 16 products for every pair of channels, where the
// definition takes 36. The points of the polynomials are 0, ±1 and infinity: the transformations are sums of at most four
// values of source or flow and of nine of the kernel, which are rounded to bf16 again, so that the products run at the full
// speed of an instruction for pairs of bf16. The result's error is about twice that of a direct sum of bf16 values. Products
// are summed in f32.
//
// Sizes and restrictions are those of mk_winograd.h. No kernel allocates or starts a thread.
#ifndef MK_WINOGRAD_PAIRS_H
#define MK_WINOGRAD_PAIRS_H

#include "mk_winograd.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Tiles that cover y, over all images.
long mk_winograd_pairs_tiles(const mk_winograd* conv);

/// Bytes of the packed kernel.
size_t mk_winograd_pairs_packed_bytes(const mk_winograd* conv);

/// As mk_winograd_pack_f32 and mk_winograd_pack_bf16; first and last are even.
void mk_winograd_pairs_pack_f32(const mk_winograd* conv, const float* weights, long channel_step, long out_step, int is_flipped,
                                long first, long last, void* packed);
void mk_winograd_pairs_pack_bf16(const mk_winograd* conv, const uint16_t* weights, long channel_step, long out_step, int is_flipped,
                                 long first, long last, void* packed);

/// Bytes of scratch for the forward pass over `tiles` tiles.
size_t mk_winograd_pairs_scratch_bytes(const mk_winograd* conv, long tiles);

/// As mk_winograd_forward_bf16.
void mk_winograd_pairs_forward(const mk_winograd* conv, const uint16_t* x, const void* packed, const float* bias,
                               const uint16_t* residual, int activation, uint16_t* y, long first, long last, long first_out,
                               long last_out, void* scratch);

/// Bytes of scratch for the gradient of the kernel.
size_t mk_winograd_pairs_gradient_scratch_bytes(const mk_winograd* conv);

/// As mk_winograd_gradient_bf16.
void mk_winograd_pairs_gradient(const mk_winograd* conv, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias,
                                void* scratch);

#ifdef __cplusplus
}
#endif
#endif

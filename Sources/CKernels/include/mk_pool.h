// Pooling, channels last: x [batch, height, width, channels], y [batch, out_height, out_width, channels].
// bf16 values are passed as uint16_t. No kernel allocates or starts a thread; work is cut by images.
#ifndef MK_POOL_H
#define MK_POOL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    long batch, height, width, channels;
    long out_height, out_width;     ///< The caller's rounding rule; windows may hang over the edges.
    long kernel_height, kernel_width;
    long stride_height, stride_width, dilation_height, dilation_width;
    long pad_top, pad_left, pad_bottom, pad_right;
    int count_include_pad;          ///< Average only: not 0 divides by the padded window (up to the far padding), 0 by the pixels in it.
    int relu;                       ///< Maximum only: not 0 takes max(0, x) first. The gradient stops where the result is 0.
} mk_pool;

/// The largest value of each window. A NaN in a window is its result; a window without pixels gives minus infinity (0 with relu).
void mk_max_pool_f32(const mk_pool* pool, const float* x, float* y);
void mk_max_pool_bf16(const mk_pool* pool, const uint16_t* x, uint16_t* y);

/// dx, overwritten. The gradient of a window goes to the first pixel, row by row, that holds its result: x is compared with y
/// again, so nothing but x and y need be kept. The window has less than 65535 taps.
void mk_max_pool_backward_f32(const mk_pool* pool, const float* x, const float* y, const float* dy, float* dx, void* scratch);
void mk_max_pool_backward_bf16(const mk_pool* pool, const uint16_t* x, const uint16_t* y, const uint16_t* dy, uint16_t* dx, void* scratch);

/// Bytes that `scratch` must have, aligned to four; whatever the batch.
long mk_max_pool_backward_scratch(const mk_pool* pool);

/// The mean of each window; a window without pixels gives 0.
void mk_average_pool_f32(const mk_pool* pool, const float* x, float* y);
void mk_average_pool_bf16(const mk_pool* pool, const uint16_t* x, uint16_t* y);

/// dx, overwritten.
void mk_average_pool_backward_f32(const mk_pool* pool, const float* dy, float* dx);
void mk_average_pool_backward_bf16(const mk_pool* pool, const uint16_t* dy, uint16_t* dx);

#ifdef __cplusplus
}
#endif
#endif

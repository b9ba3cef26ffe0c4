// Convolution, channels last: x [batch, height, width, channels], y [batch, out_height, out_width, out_channels].
// A convolution over one dimension has height 1. Kernels come as [out_channels, channels / groups, kernel_height, kernel_width]
// and are packed once per change. Sums are kept in f32; bf16 values are passed as uint16_t.
//
// No kernel allocates or starts a thread. Work is cut by images (shifted pointers, smaller batch), or by rows where a row range
// is asked for. Scratch stays below about 2 MiB.
#ifndef MK_CONV_H
#define MK_CONV_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    long batch, height, width, channels;
    long out_channels, kernel_height, kernel_width;
    long stride_height, stride_width, dilation_height, dilation_width;
    long pad_top, pad_left, pad_bottom, pad_right;
    long groups;
} mk_conv;

long mk_conv_out_height(const mk_conv* conv);
long mk_conv_out_width(const mk_conv* conv);

/// Bytes of the packed kernel: for the forward pass, and for the gradient of the input. Both hold f32 and bf16 kernels alike.
size_t mk_conv_packed_bytes(const mk_conv* conv);
size_t mk_conv_packed_backward_bytes(const mk_conv* conv);

/// Packs a kernel [out_channels, channels / groups, kernel_height, kernel_width]. The layout belongs to the instruction set in
/// use and to the element type that the convolution runs in.
void mk_conv_pack_weights_f32(const mk_conv* conv, const float* weights, void* packed);
void mk_conv_pack_weights_bf16(const mk_conv* conv, const uint16_t* weights, void* packed);
void mk_conv_pack_weights_backward_f32(const mk_conv* conv, const float* weights, void* packed);
void mk_conv_pack_weights_backward_bf16(const mk_conv* conv, const uint16_t* weights, void* packed);

/// Bytes of scratch for any of the passes below.
size_t mk_conv_scratch_bytes(const mk_conv* conv);

/// y = activation(x * kernel + bias) for the rows first_row ..< last_row of the batch * out_height rows of y.
/// bias [out_channels] or NULL; activation as in mk_gemm.h.
void mk_conv_forward_f32(const mk_conv* conv, const float* x, const void* packed, const float* bias, int activation, float* y,
                         long first_row, long last_row, void* scratch);
void mk_conv_forward_bf16(const mk_conv* conv, const uint16_t* x, const void* packed, const float* bias, int activation,
                          uint16_t* y, long first_row, long last_row, void* scratch);

/// dx, overwritten, from dy and a kernel packed for the backward pass.
void mk_conv_backward_data_f32(const mk_conv* conv, const float* dy, const void* packed, float* dx, void* scratch);
void mk_conv_backward_data_bf16(const mk_conv* conv, const uint16_t* dy, const void* packed, uint16_t* dx, void* scratch);

/// The gradient of the kernel, summed over the images, as [out_channels, kernel_height, kernel_width, channels / groups] in f32,
/// and of the bias [out_channels] (or NULL). Overwritten, or added to where accumulate is not 0.
void mk_conv_backward_weights_f32(const mk_conv* conv, const float* x, const float* dy, float* dweights, float* dbias,
                                  int accumulate, void* scratch);
void mk_conv_backward_weights_bf16(const mk_conv* conv, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias,
                                   int accumulate, void* scratch);

/// From the layout of that gradient to [out_channels, channels / groups, kernel_height, kernel_width].
void mk_conv_weights_from_channels_last(const mk_conv* conv, const float* source, float* target);

#ifdef __cplusplus
}
#endif
#endif

#include "mk_conv.h"

#include "mk_isa_common.h"

MK_KERNEL(size_t, mk_conv_packed_bytes,
    (const mk_conv* conv),
    (conv))
MK_KERNEL(size_t, mk_conv_packed_backward_bytes,
    (const mk_conv* conv),
    (conv))
MK_KERNEL(void, mk_conv_pack_weights_f32,
    (const mk_conv* conv, const float* weights, void* packed),
    (conv, weights, packed))
MK_KERNEL(void, mk_conv_pack_weights_bf16,
    (const mk_conv* conv, const uint16_t* weights, void* packed),
    (conv, weights, packed))
MK_KERNEL(void, mk_conv_pack_weights_backward_f32,
    (const mk_conv* conv, const float* weights, void* packed),
    (conv, weights, packed))
MK_KERNEL(void, mk_conv_pack_weights_backward_bf16,
    (const mk_conv* conv, const uint16_t* weights, void* packed),
    (conv, weights, packed))
MK_KERNEL(size_t, mk_conv_scratch_bytes,
    (const mk_conv* conv),
    (conv))
MK_KERNEL(void, mk_conv_forward_f32,
    (const mk_conv* conv, const float* x, const void* packed, const float* bias, int activation, float* y, long first_row, long last_row, void* scratch),
    (conv, x, packed, bias, activation, y, first_row, last_row, scratch))
MK_KERNEL(void, mk_conv_forward_bf16,
    (const mk_conv* conv, const uint16_t* x, const void* packed, const float* bias, int activation, uint16_t* y, long first_row, long last_row, void* scratch),
    (conv, x, packed, bias, activation, y, first_row, last_row, scratch))
MK_KERNEL(void, mk_conv_backward_data_f32,
    (const mk_conv* conv, const float* dy, const void* packed, float* dx, void* scratch),
    (conv, dy, packed, dx, scratch))
MK_KERNEL(void, mk_conv_backward_data_bf16,
    (const mk_conv* conv, const uint16_t* dy, const void* packed, uint16_t* dx, void* scratch),
    (conv, dy, packed, dx, scratch))
MK_KERNEL(void, mk_conv_backward_weights_f32,
    (const mk_conv* conv, const float* x, const float* dy, float* dweights, float* dbias, int accumulate, void* scratch),
    (conv, x, dy, dweights, dbias, accumulate, scratch))
MK_KERNEL(void, mk_conv_backward_weights_bf16,
    (const mk_conv* conv, const uint16_t* x, const uint16_t* dy, float* dweights, float* dbias, int accumulate, void* scratch),
    (conv, x, dy, dweights, dbias, accumulate, scratch))

static long out_size(long size, long pad, long kernel, long dilation, long stride) {
    long room = size + pad - dilation * (kernel - 1) - 1;
    return room < 0 ? 0 : room / stride + 1;
}

long mk_conv_out_height(const mk_conv* conv) {
    return out_size(conv->height, conv->pad_top + conv->pad_bottom, conv->kernel_height, conv->dilation_height, conv->stride_height);
}

long mk_conv_out_width(const mk_conv* conv) {
    return out_size(conv->width, conv->pad_left + conv->pad_right, conv->kernel_width, conv->dilation_width, conv->stride_width);
}

void mk_conv_weights_from_channels_last(const mk_conv* conv, const float* source, float* target) {
    long taps = conv->kernel_height * conv->kernel_width, channels = conv->channels / conv->groups;
    for (long o = 0; o < conv->out_channels; o++)
        for (long t = 0; t < taps; t++)
            for (long c = 0; c < channels; c++) target[(o * channels + c) * taps + t] = source[(o * taps + t) * channels + c];
}

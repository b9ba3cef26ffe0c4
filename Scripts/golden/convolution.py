"""Convolutions. Images are [batch, spatial..., channels]; kernels are [out, in / groups, spatial...], as torch stores them.

A transposed convolution's kernel is [in, out / groups, spatial...]. Padding is one pair (before, after) for each spatial axis.
"""

import torch.nn.functional as F
from golden import case, rand, write


def channels_first(x):
    return x.movedim(-1, 1)


def channels_last(x):
    return x.movedim(1, -1)


def same(size, kernel, stride, dilation):
    """The padding that gives ceil(size / stride) outputs; the odd one goes after."""
    total = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return [total // 2, total - total // 2]


def add(name, sizes, channels, kernel, stride=1, padding="valid", dilation=1, groups=1, bias=False, batch=2, dtypes=("f32",)):
    rank, (inputs, outputs) = len(sizes), channels
    strides, dilations = [stride] * rank, [dilation] * rank
    if padding == "same":
        pairs = [same(size, window, stride, dilation) for size, window in zip(sizes, kernel)]
    elif padding == "valid":
        pairs = [[0, 0]] * rank
    else:
        pairs = [[padding, padding]] * rank if isinstance(padding, int) else padding
    convolve = [F.conv1d, F.conv2d, F.conv3d][rank - 1]

    def function(x, weight, *offset):
        padded = F.pad(channels_first(x), [amount for pair in reversed(pairs) for amount in pair])
        return channels_last(convolve(padded, weight, *offset, stride=strides, dilation=dilations, groups=groups))

    for dtype in dtypes:
        tensors = [rand([batch, *sizes, inputs], dtype=dtype), rand([outputs, inputs // groups, *kernel], dtype=dtype)]
        if bias:
            tensors.append(rand([outputs], dtype=dtype))
        attributes = {"stride": strides, "padding": pairs, "dilation": dilations, "groups": groups}
        case(f"conv{rank}d.{name}.{dtype}", function, *tensors, gradients=dtype == "f32", attributes=attributes)


def add_transposed(name, sizes, channels, kernel, stride=1, padding=0, extra=0, dilation=1, groups=1, bias=False, dtypes=("f32",)):
    rank, (inputs, outputs) = len(sizes), channels
    convolve = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][rank - 1]

    def function(x, weight, *offset):
        arguments = {"stride": stride, "padding": padding, "output_padding": extra, "groups": groups, "dilation": dilation}
        return channels_last(convolve(channels_first(x), weight, *offset, **arguments))

    for dtype in dtypes:
        tensors = [rand([2, *sizes, inputs], dtype=dtype), rand([inputs, outputs // groups, *kernel], dtype=dtype)]
        if bias:
            tensors.append(rand([outputs], dtype=dtype))
        attributes = {
            "stride": [stride] * rank,
            "padding": [[padding, padding]] * rank,
            "outputPadding": [extra] * rank,
            "dilation": [dilation] * rank,
            "groups": groups,
        }
        case(f"convTransposed{rank}d.{name}.{dtype}", function, *tensors, gradients=dtype == "f32", attributes=attributes)


every = ("f32", "f64", "bf16", "f16")
add("valid", [5, 6], (2, 3), [3, 3], dtypes=every)
add("bias", [5, 5], (2, 3), [3, 3], bias=True, dtypes=("f32", "bf16"))
add("same", [5, 6], (2, 3), [3, 3], padding="same", bias=True)
add("same.even-kernel", [5, 5], (2, 2), [2, 4], padding="same")
add("stride2", [7, 6], (2, 3), [3, 3], stride=2)
add("stride2.same", [7, 6], (3, 4), [3, 3], stride=2, padding="same", dtypes=("f32", "bf16"))
add("stride3", [8, 8], (1, 2), [2, 2], stride=3)
add("padding2", [4, 5], (2, 2), [3, 3], padding=2)
add("padding.uneven", [5, 5], (2, 2), [3, 3], padding=[[0, 2], [1, 0]])
add("dilation2", [7, 7], (2, 2), [3, 3], dilation=2)
add("dilation2.same", [6, 7], (2, 2), [3, 3], dilation=2, padding="same")
add("pointwise", [4, 3], (5, 4), [1, 1], bias=True, dtypes=("f32", "bf16"))
add("pointwise.stride2", [5, 4], (3, 4), [1, 1], stride=2)
add("whole", [4, 4], (2, 5), [4, 4])
add("groups2", [5, 5], (4, 6), [3, 3], groups=2, padding=1)
add("depthwise", [6, 5], (5, 5), [3, 3], groups=5, padding=1, bias=True, dtypes=("f32", "bf16"))
add("depthwise.stride2", [6, 5], (3, 3), [3, 3], groups=3, stride=2, padding="same")
add("depthwise.multiplier2", [5, 5], (3, 6), [3, 3], groups=3, padding=1)
add("odd-channels", [5, 5], (17, 3), [3, 3], batch=1)
add("many-outputs", [4, 4], (3, 19), [3, 3], batch=1, padding=1)
add("oblong", [6, 7], (2, 2), [1, 5], padding="same")
add("one", [1, 1], (1, 1), [1, 1], batch=1)
add("valid", [9], (3, 4), [3], dtypes=("f32", "bf16"))
add("same.bias", [9], (3, 4), [4], padding="same", bias=True)
add("stride2", [10], (2, 3), [3], stride=2, padding=1)
add("causal.dilation2", [9], (2, 3), [3], dilation=2, padding=[[4, 0]])
add("depthwise", [9], (4, 4), [3], groups=4, padding=1)
add("valid", [4, 5, 4], (2, 2), [3, 2, 3])
add("same.stride2", [4, 5, 4], (2, 3), [3, 3, 3], stride=2, padding="same", bias=True, batch=1)

add_transposed("plain", [4, 3], (2, 3), [3, 3], dtypes=("f32", "bf16"))
add_transposed("stride2", [4, 3], (2, 3), [3, 3], stride=2, bias=True)
add_transposed("stride2.padding1", [4, 4], (2, 3), [4, 4], stride=2, padding=1)
add_transposed("stride2.output-padding", [3, 4], (2, 2), [3, 3], stride=2, padding=1, extra=1)
add_transposed("dilation2", [4, 4], (2, 2), [2, 2], dilation=2)
add_transposed("groups2", [3, 3], (4, 6), [3, 3], stride=2, groups=2)
add_transposed("depthwise", [4, 4], (3, 3), [3, 3], stride=2, groups=3)
add_transposed("stride2", [5], (2, 3), [3], stride=2)
add_transposed("stride2", [2, 3, 2], (2, 2), [2, 2, 2], stride=2)

if __name__ == "__main__":
    write(__file__)

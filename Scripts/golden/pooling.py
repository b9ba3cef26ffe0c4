"""Pooling over windows of [batch, spatial..., channels]. Padding takes no part in a maximum."""

import torch.nn.functional as F
from golden import case, rand, tensor, write

MAXIMUM = [F.max_pool1d, F.max_pool2d, F.max_pool3d]
AVERAGE = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d]
ADAPTIVE = [F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d]


def last(function):
    return lambda x: function(x.movedim(-1, 1)).movedim(1, -1)


def maximum(name, sizes, window, stride, padding=0, dilation=1, dtypes=("f32",), channels=3):
    rank = len(sizes)
    attributes = {"window": window, "stride": [stride] * rank, "padding": [[padding, padding]] * rank, "dilation": [dilation] * rank}
    for dtype in dtypes:
        function = last(lambda x: MAXIMUM[rank - 1](x, window, stride, padding, dilation))
        x = rand([2, *sizes, channels], -5, 5, dtype)
        case(f"maxPool{rank}d.{name}.{dtype}", function, x, gradients=dtype == "f32", attributes=attributes)


def average(name, sizes, window, stride, padding=0, padding_counts=True, dtypes=("f32",), channels=3):
    rank = len(sizes)
    attributes = {"window": window, "stride": [stride] * rank, "padding": [[padding, padding]] * rank, "paddingCounts": padding_counts}
    for dtype in dtypes:
        function = last(lambda x: AVERAGE[rank - 1](x, window, stride, padding, count_include_pad=padding_counts))
        x = rand([2, *sizes, channels], -5, 5, dtype)
        case(f"averagePool{rank}d.{name}.{dtype}", function, x, gradients=dtype == "f32", attributes=attributes)


def adaptive(name, sizes, outputs):
    rank = len(sizes)
    function = last(lambda x: ADAPTIVE[rank - 1](x, outputs))
    case(f"adaptiveAveragePool{rank}d.{name}.f32", function, rand([2, *sizes, 3]), gradients=True, attributes={"outputs": outputs})


every = ("f32", "f64", "bf16", "f16")
maximum("window2", [6, 4], [2, 2], 2, dtypes=every)
maximum("window2.ragged", [7, 5], [2, 2], 2)
maximum("window3.stride2.padding1", [7, 6], [3, 3], 2, 1, dtypes=("f32", "bf16"))
maximum("overlap", [5, 5], [3, 3], 1)
maximum("oblong", [4, 6], [1, 3], 1)
maximum("dilation2", [7, 7], [2, 2], 1, dilation=2)
maximum("global", [4, 5], [4, 5], 1)
maximum("many-channels", [4, 4], [2, 2], 2, channels=17)
maximum("window2", [9], [2], 2)
maximum("window3.padding1", [9], [3], 1, 1)
maximum("window2", [4, 4, 5], [2, 2, 2], 2)
# Of equal values the first one receives the gradient.
case(
    "maxPool2d.ties.f32",
    last(lambda x: F.max_pool2d(x, 2, 2)),
    tensor([[[[1.0], [1.0], [0.0], [3.0]], [[1.0], [1.0], [3.0], [3.0]]]]),
    gradients=True,
    attributes={"window": [2, 2], "stride": [2, 2], "padding": [[0, 0], [0, 0]], "dilation": [1, 1]},
)

average("window2", [6, 4], [2, 2], 2, dtypes=every)
average("window2.ragged", [7, 5], [2, 2], 2)
average("window3.stride2.padding1", [7, 6], [3, 3], 2, 1, dtypes=("f32", "bf16"))
average("window3.stride2.padding1.uncounted", [7, 6], [3, 3], 2, 1, padding_counts=False)
average("overlap", [5, 5], [3, 3], 1)
average("global", [4, 5], [4, 5], 1)
average("many-channels", [4, 4], [2, 2], 2, channels=17)
average("window2", [9], [2], 2)
average("window2", [4, 4, 5], [2, 2, 2], 2)

adaptive("three-of-seven", [7, 5], [3, 3])
adaptive("one", [4, 5], [1, 1])
adaptive("larger", [2, 3], [4, 3])
adaptive("four-of-nine", [9], [4])

if __name__ == "__main__":
    write(__file__)

"""Normalizations of [batch, spatial..., channels]. Variances are biased except where the name says otherwise."""

import torch
import torch.nn.functional as F
from golden import case, rand, tensor, write

EVERY = ("f32", "f64", "bf16", "f16")


def last(function):
    """`function` wants channels second."""
    return lambda x, *rest: function(x.movedim(-1, 1), *rest).movedim(1, -1)


def scale_and_shift(channels, dtype="f32"):
    return rand(channels, 0.5, 1.5, dtype), rand(channels, -1, 1, dtype)


def batch_norm():
    def training(x, scale, shift, epsilon):
        return last(lambda y: F.batch_norm(y, None, None, scale, shift, training=True, eps=epsilon))(x)

    def moments(x, epsilon):
        axes = tuple(range(x.ndim - 1))
        return x.mean(axes), x.var(axes, correction=0)

    def evaluating(x, scale, shift, mean, variance, epsilon):
        # Written out, because torch's own function has no gradient for the two statistics.
        return (x - mean) * torch.rsqrt(variance + epsilon) * scale + shift

    def running(x, mean, variance, momentum):
        # torch's own convention: new = (1 - momentum) old + momentum batch, with the unbiased variance of the batch.
        after = mean.clone(), variance.clone()
        F.batch_norm(x.movedim(-1, 1), *after, training=True, momentum=momentum)
        return after

    epsilon = 1e-5
    attributes = {"epsilon": epsilon}
    for name, shape in {
        "": [8, 5],
        ".images": [2, 3, 4, 5],
        ".series": [3, 7, 2],
        ".volume": [2, 2, 3, 2, 3],
        ".one-channel": [4, 3, 3, 1],
    }.items():
        x = rand(shape, -2, 3, seed=f"batchNorm{name}")
        channels = [shape[-1]]
        case(
            f"batchNorm.train{name}.f32",
            lambda *t: training(*t, epsilon),
            x,
            *scale_and_shift(channels),
            gradients=True,
            attributes=attributes,
        )
        case(f"batchNorm.moments{name}.f32", lambda t: moments(t, epsilon), x, gradients=True)
        statistics = rand(channels, -1, 1), rand(channels, 0.5, 2)
        function = lambda *t: evaluating(*t, epsilon)
        case(f"batchNorm.eval{name}.f32", function, x, *scale_and_shift(channels), *statistics, gradients=True, attributes=attributes)
    case(
        "batchNorm.running.unbiased.f32",
        lambda *t: running(*t, 0.1),
        rand([2, 3, 3, 4], -2, 3),
        rand([4]),
        rand([4], 0.5, 2),
        attributes={"momentum": 0.1},
    )
    case(
        "batchNorm.train.epsilon.f32",
        lambda *t: training(*t, 0.5),
        rand([8, 5]),
        *scale_and_shift([5]),
        gradients=True,
        attributes={"epsilon": 0.5},
    )
    for dtype in ["bf16", "f16"]:
        case(
            f"batchNorm.train.images.{dtype}",
            lambda *t: training(*t, epsilon),
            rand([2, 3, 4, 5], -2, 3, dtype),
            *scale_and_shift([5], dtype),
            attributes=attributes,
        )


def layer_norm():
    for name, shape, normalized in [
        ("", [4, 7], [7]),
        (".sequence", [2, 3, 8], [8]),
        (".two-axes", [3, 4, 5], [4, 5]),
        (".wide", [2, 67], [67]),
    ]:
        attributes = {"axes": list(range(len(shape) - len(normalized), len(shape))), "epsilon": 1e-5}
        function = lambda x, scale, shift: F.layer_norm(x, normalized, scale, shift, 1e-5)
        case(f"layerNorm{name}.f32", function, rand(shape, -2, 3), *scale_and_shift(normalized), gradients=True, attributes=attributes)
        if not name:
            plain = lambda x: F.layer_norm(x, normalized, eps=1e-5)
            case("layerNorm.plain.f32", plain, rand(shape, -2, 3), gradients=True, attributes=attributes)
            for dtype in EVERY[1:]:
                case(f"layerNorm.{dtype}", function, rand(shape, -2, 3, dtype), *scale_and_shift(normalized, dtype), attributes=attributes)
    attributes = {"axes": [1], "epsilon": 1e-5}
    case("layerNorm.constant.f32", lambda x: F.layer_norm(x, [4], eps=1e-5), tensor([[2.0] * 4, [0.0] * 4]), attributes=attributes)


def rms_norm():
    for name, shape, epsilon in [("", [4, 7], 1e-6), (".sequence", [2, 3, 8], 1e-6), (".epsilon", [3, 5], 0.5), (".wide", [2, 67], 1e-6)]:
        function = lambda x, scale: F.rms_norm(x, shape[-1:], scale, epsilon)
        attributes = {"epsilon": epsilon}
        case(f"rmsNorm{name}.f32", function, rand(shape, -2, 3), rand(shape[-1:], 0.5, 1.5), gradients=True, attributes=attributes)
        if not name:
            for dtype in EVERY[1:]:
                case(f"rmsNorm.{dtype}", function, rand(shape, -2, 3, dtype), rand(shape[-1:], 0.5, 1.5, dtype), attributes=attributes)


def group_norm():
    for name, shape, groups in [("", [2, 3, 3, 6], 3), (".one-group", [2, 2, 3, 4], 1), (".series", [3, 5, 8], 2), (".flat", [3, 8], 4)]:
        function = last(lambda x, scale, shift: F.group_norm(x, groups, scale, shift, 1e-5))
        attributes = {"groups": groups, "epsilon": 1e-5}
        case(f"groupNorm{name}.f32", function, rand(shape, -2, 3), *scale_and_shift(shape[-1:]), gradients=True, attributes=attributes)
    function = last(lambda x, scale, shift: F.group_norm(x, 3, scale, shift, 1e-5))
    x = rand([2, 3, 3, 6], -2, 3, "bf16")
    case("groupNorm.bf16", function, x, *scale_and_shift([6], "bf16"), attributes={"groups": 3, "epsilon": 1e-5})


def instance_norm():
    for name, shape in {"": [2, 3, 4, 3], ".series": [3, 7, 2]}.items():
        function = last(lambda x, scale, shift: F.instance_norm(x, weight=scale, bias=shift, eps=1e-5))
        x = rand(shape, -2, 3)
        case(f"instanceNorm{name}.f32", function, x, *scale_and_shift(shape[-1:]), gradients=True, attributes={"epsilon": 1e-5})


def local_response_norm():
    # torch divides alpha by the window's size, as the paper's successors do; so do ONNX and oneDNN.
    for name, size, alpha, beta, k in [("size3", 3, 0.5, 0.75, 1.0), ("size5", 5, 0.1, 0.75, 2.0), ("size5.beta1", 5, 1.0, 1.0, 1.0)]:
        function = last(lambda x: F.local_response_norm(x, size, alpha, beta, k))
        attributes = {"size": size, "alpha": alpha, "beta": beta, "k": k}
        case(f"localResponseNorm.{name}.f32", function, rand([2, 2, 3, 7], -2, 2), gradients=True, attributes=attributes)


def euclidean():
    function = lambda x: F.normalize(x, dim=-1, eps=1e-12)
    case("l2Normalize.f32", function, rand([3, 5]), gradients=True, attributes={"axis": 1, "epsilon": 1e-12})


if __name__ == "__main__":
    batch_norm()
    layer_norm()
    rms_norm()
    group_norm()
    instance_norm()
    local_response_norm()
    euclidean()
    write(__file__)

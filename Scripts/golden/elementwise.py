"""Operations that work element by element, with broadcasting."""

import torch
import torch.nn.functional as F
from golden import case, rand, tensor, write

NAN, INF = float("nan"), float("inf")

# operation: function, range of its arguments, values worth a case of their own
UNARY = {
    "neg": (torch.neg, (-3, 3), [NAN, INF, -INF, 0.0, -0.0]),
    "abs": (torch.abs, (-3, 3), [NAN, INF, -INF, 0.0, -0.0]),
    "sign": (torch.sign, (-3, 3), [INF, -INF, 0.0]),
    "floor": (torch.floor, (-3, 3), [NAN, INF, -INF, -0.0, 0.5, -0.5, 2.0, -2.0, 8388609.0]),
    "ceil": (torch.ceil, (-3, 3), [NAN, INF, -INF, 0.5, 2.0, -2.0, 8388609.0]),
    "round": (torch.round, (-3, 3), [NAN, INF, -INF, 0.5, 1.5, 2.5, 3.5, -1.5, -2.5, 0.49999997, 8388609.0]),
    "trunc": (torch.trunc, (-3, 3), [NAN, INF, -INF, 0.5, 1.5, -1.5, 8388609.0]),
    "sqrt": (torch.sqrt, (0.01, 9), [NAN, INF, 0.0, -1.0, 1e-38, 1e38]),
    "rsqrt": (torch.rsqrt, (0.01, 9), [NAN, INF, 0.0, -1.0, 1e-36, 1e36]),
    "reciprocal": (torch.reciprocal, (0.1, 4), [NAN, INF, -INF, 0.0, -0.0, -4.0, 1e36]),
    "square": (torch.square, (-3, 3), [NAN, INF, -INF, 0.0, 1e30]),
    "exp": (torch.exp, (-5, 5), [NAN, INF, -INF, 0.0, 88.0, 89.0, -80.0, -104.0]),
    "expm1": (torch.expm1, (-3, 3), [NAN, INF, -INF, 0.0, 1e-6, -1e-6, 1e-3, 89.0, -80.0]),
    "log": (torch.log, (0.01, 9), [NAN, INF, 0.0, -1.0, 1.0, 1.000001, 1e-37, 1e38]),
    "log1p": (torch.log1p, (-0.9, 4), [NAN, INF, 0.0, -1.0, -2.0, 1e-6, -1e-6, 1e38]),
    "sin": (torch.sin, (-7, 7), [NAN, INF, 0.0, -0.0, 1e-6, 100.0, 1000.0]),
    "cos": (torch.cos, (-7, 7), [NAN, INF, 0.0, 1e-6, 100.0, 1000.0]),
    "tan": (torch.tan, (-1.4, 1.4), [NAN, INF, 0.0, 1e-6, 100.0]),
    "asin": (torch.asin, (-0.95, 0.95), [NAN, 0.0, 1.0, -1.0, 1.5, 1e-6]),
    "acos": (torch.acos, (-0.95, 0.95), [NAN, 0.0, 1.0, -1.0, 1.5, 0.9999]),
    "atan": (torch.atan, (-4, 4), [NAN, INF, -INF, 0.0, 1e-6, 1e30]),
    "sinh": (torch.sinh, (-4, 4), [NAN, INF, -INF, 0.0, 1e-6, 88.0, -90.0]),
    "cosh": (torch.cosh, (-4, 4), [NAN, INF, -INF, 0.0, 1e-6, 88.0, -90.0]),
    "tanh": (torch.tanh, (-4, 4), [NAN, INF, -INF, 0.0, -0.0, 1e-6, 1e-3, 9.0, -20.0]),
    "asinh": (torch.asinh, (-4, 4), [NAN, INF, -INF, 0.0, 1e-6, 1e18, -1e18]),
    "acosh": (torch.acosh, (1.1, 6), [NAN, INF, 1.0, 0.5, 1.0001, 1e18]),
    "atanh": (torch.atanh, (-0.95, 0.95), [NAN, 0.0, 1.0, -1.0, 1.5, 1e-6]),
    "sigmoid": (torch.sigmoid, (-6, 6), [NAN, INF, -INF, 0.0, 90.0, -90.0]),
    "erf": (torch.erf, (-3, 3), [NAN, INF, -INF, 0.0, 1e-6, 4.0, -6.0]),
    "relu": (torch.relu, (-3, 3), [NAN, INF, -INF, 0.0]),
    "leakyRelu": (lambda x: F.leaky_relu(x, 0.1), (-3, 3), [NAN, INF, -INF, 0.0]),
    "elu": (F.elu, (-3, 3), [NAN, INF, -INF, 0.0, -1e-6]),
    "softplus": (lambda x: torch.logaddexp(x, torch.zeros_like(x)), (-6, 6), [NAN, INF, -INF, 0.0, 30.0, 100.0, -100.0]),
    "gelu": (F.gelu, (-4, 4), [NAN, INF, 0.0, 10.0, -10.0]),
    "geluTanh": (lambda x: F.gelu(x, approximate="tanh"), (-4, 4), [NAN, INF, 0.0, 10.0, -10.0]),
    "silu": (F.silu, (-6, 6), [NAN, INF, 0.0, 90.0, -90.0]),
    "hardSwish": (F.hardswish, (-5, 5), [NAN, INF, 0.0, 3.0, -3.0]),
    "mish": (F.mish, (-5, 5), [NAN, INF, 0.0, 90.0, -90.0]),
}
ATTRIBUTES = {"leakyRelu": {"slope": 0.1}, "elu": {"alpha": 1.0}}
INTEGER_UNARY = ["neg", "abs", "sign", "square"]


def trunc_div(x, y):
    return torch.div(x, y, rounding_mode=None if x.is_floating_point() else "trunc")


# operation: function, ranges of both arguments
BINARY = {
    "add": (torch.add, (-3, 3), (-3, 3)),
    "sub": (torch.sub, (-3, 3), (-3, 3)),
    "mul": (torch.mul, (-3, 3), (-3, 3)),
    "div": (trunc_div, (-3, 3), (0.2, 3)),
    "pow": (torch.pow, (0.1, 3), (-3, 3)),
    "max": (torch.maximum, (-3, 3), (-3, 3)),
    "min": (torch.minimum, (-3, 3), (-3, 3)),
    "fmod": (torch.fmod, (-9, 9), (0.7, 3)),
    "floorMod": (torch.remainder, (-9, 9), (0.7, 3)),
    "atan2": (torch.atan2, (-3, 3), (-3, 3)),
}
SHAPES = {
    "same": ([3, 5], [3, 5]),
    "broadcast": ([4, 1, 3], [5, 1]),
    "row": ([3, 7], [7]),
    "scalar": ([], [7]),
    "one": ([1], [1]),
    "empty": ([0, 3], [1, 3]),
}
SPECIAL = {
    "add": ([INF, NAN, INF, -0.0], [-INF, 1.0, 1.0, -0.0]),
    "sub": ([INF, NAN, 0.0], [INF, 1.0, 0.0]),
    "mul": ([INF, NAN, -0.0, 1e30], [0.0, 1.0, 1.0, 1e30]),
    "div": ([1.0, -1.0, 0.0, INF, 1.0], [0.0, 0.0, 0.0, INF, INF]),
    "pow": ([-2.0, -2.0, -2.0, 0.0, 0.0, 2.0, INF, NAN, 1.0], [3.0, 2.0, 0.5, 0.0, -1.0, INF, -1.0, 0.0, NAN]),
    "max": ([NAN, 1.0, INF, -INF], [1.0, NAN, 1.0, 1.0]),
    "min": ([NAN, 1.0, INF, -INF], [1.0, NAN, 1.0, 1.0]),
    "fmod": ([7.0, -7.0, 7.0, -7.0, 6.0, -6.0, 1.0, INF], [3.0, 3.0, -3.0, -3.0, 3.0, 3.0, INF, 2.0]),
    "floorMod": ([7.0, -7.0, 7.0, -7.0, 6.0, 1.0, INF], [3.0, 3.0, -3.0, -3.0, 3.0, 0.0, 2.0]),
    "atan2": ([0.0, 0.0, -0.0, 1.0, -1.0, INF, INF, NAN], [1.0, -1.0, -1.0, 0.0, 0.0, INF, -INF, 1.0]),
}
COMPARISONS = {
    "equal": torch.eq, "notEqual": torch.ne, "less": torch.lt,
    "lessOrEqual": torch.le, "greater": torch.gt, "greaterOrEqual": torch.ge,
}  # fmt: skip


def unary():
    for name, (function, (low, high), special) in UNARY.items():
        attributes = ATTRIBUTES.get(name)
        case(f"{name}.f32", function, rand([13], low, high), gradients=True, attributes=attributes)
        case(f"{name}.one.f32", function, rand([1, 1], low, high), attributes=attributes)
        case(f"{name}.empty.f32", function, rand([2, 0], low, high), attributes=attributes)
        case(f"{name}.special.f32", function, tensor(special), attributes=attributes)
        for dtype in ["f64", "bf16", "f16"]:
            case(f"{name}.{dtype}", function, rand([3, 3], low, high, dtype), attributes=attributes)
    for name in INTEGER_UNARY:
        for dtype in ["i8", "i32", "i64"]:
            case(f"{name}.{dtype}", UNARY[name][0], rand([7], -11, 11, dtype))


def binary():
    for name, (function, first, second) in BINARY.items():
        for shape, (left, right) in SHAPES.items():
            case(f"{name}.{shape}.f32", function, rand(left, *first), rand(right, *second), gradients=True)
        case(f"{name}.special.f32", function, *map(tensor, SPECIAL[name]))
        for dtype in ["f64", "bf16", "f16"]:
            case(f"{name}.{dtype}", function, rand([9], *first, dtype), rand([9], *second, dtype))
        if name not in ["atan2", "pow"]:
            for dtype in ["i8", "i32", "i64", "u8"]:
                low = 0 if dtype == "u8" else -100
                case(f"{name}.{dtype}", function, rand([3, 5], low, 100, dtype), rand([5], 1, 9, dtype))
    for name in ["div", "fmod", "floorMod"]:
        case(f"{name}.signs.i32", BINARY[name][0], tensor([7, -7, 7, -7, 6, -6], "i32"), tensor([3, 3, -3, -3, 3, 3], "i32"))
    for name in ["max", "min"]:
        case(f"{name}.ties.f32", BINARY[name][0], tensor([1.0, 2.0]), tensor([1.0, 3.0]), gradients=True)


def comparison():
    for name, function in COMPARISONS.items():
        case(f"{name}.f32", function, tensor([1.0, 2.0, 3.0, NAN, NAN, INF, 0.0]), tensor([2.0, 2.0, 2.0, NAN, 1.0, INF, -0.0]))
        case(f"{name}.broadcast.i32", function, rand([3, 1], 0, 3, "i32"), rand([5], 0, 3, "i32"))
        case(f"{name}.bf16", function, tensor([1.0, 2.0, 3.0], "bf16"), tensor([2.0, 2.0, 2.0], "bf16"))
        case(f"{name}.bool", function, tensor([False, False, True, True]), tensor([False, True, False, True]))
        case(f"{name}.empty.f32", function, rand([0]), rand([1]))


def logic():
    both = tensor([[False], [True]], "bool"), tensor([False, True, True], "bool")
    case("logicalAnd.bool", torch.logical_and, *both)
    case("logicalOr.bool", torch.logical_or, *both)
    case("logicalXor.bool", torch.logical_xor, *both)
    case("logicalNot.bool", torch.logical_not, both[1])


def choice():
    for shape, mask, left, right in [
        ("same", [3, 5], [3, 5], [3, 5]),
        ("broadcast", [4, 1, 1], [1, 3, 1], [5]),
        ("scalar", [7], [7], []),
        ("empty", [0], [0], [0]),
    ]:
        case(f"select.{shape}.f32", torch.where, rand(mask, 0, 1, "bool"), rand(left), rand(right), gradients=True)
    for dtype in ["f64", "bf16", "f16"]:
        case(f"select.{dtype}", torch.where, rand([7], 0, 1, "bool"), rand([7], dtype=dtype), rand([7], dtype=dtype))
    for dtype in ["i32", "i64", "u8", "bool"]:
        high = 1 if dtype == "bool" else 9
        case(f"select.{dtype}", torch.where, rand([7], 0, 1, "bool"), rand([7], 0, high, dtype), rand([7], 0, high, dtype))
    limits = {"min": -0.5, "max": 0.75}
    for dtype in ["f32", "f64", "bf16", "f16"]:
        case(f"clamp.{dtype}", lambda x: torch.clamp(x, **limits), rand([3, 5], -2, 2, dtype), gradients=dtype == "f32", attributes=limits)
    case("clamp.special.f32", lambda x: torch.clamp(x, **limits), tensor([NAN, INF, -INF, -0.5, 0.75]), attributes=limits)
    case("clamp.i32", lambda x: torch.clamp(x, -3, 4), rand([9], -9, 9, "i32"), attributes={"min": -3, "max": 4})


if __name__ == "__main__":
    unary()
    binary()
    comparison()
    logic()
    choice()
    write(__file__)

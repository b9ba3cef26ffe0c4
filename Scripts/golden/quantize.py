"""Eight-bit numbers: q = clamp(round-half-even(x / scale) + zero), x = (q - zero) * scale, as ONNX defines them.

These are computed in f32, because the rounding decides; an accumulation of eight-bit products is exact in i32.
"""

import torch
from golden import case, rand, tensor, write

RANGES = {"i8": (-128, 127, torch.int8), "u8": (0, 255, torch.uint8)}


def along(values, axis, rank):
    return values if axis is None else values.reshape([-1 if place == axis else 1 for place in range(rank)])


def quantize(dtype, axis):
    low, high, target = RANGES[dtype]

    def function(x, scale, zero):
        steps = torch.round(x / along(scale, axis, x.ndim)) + along(zero, axis, x.ndim).to(torch.float32)
        return torch.clamp(steps, low, high).to(target)

    return function


def dequantize(axis):
    def function(q, scale, zero):
        return (q.to(torch.int32) - along(zero, axis, q.ndim).to(torch.int32)).to(torch.float32) * along(scale, axis, q.ndim)

    return function


for dtype, zero in {"i8": -3, "u8": 131}.items():
    low, high, _ = RANGES[dtype]
    step, origin = tensor(0.05), tensor(zero, dtype)
    case(f"quantize.{dtype}", quantize(dtype, None), rand([3, 7], -9, 9), step, origin, attributes={"dtype": dtype}, keep=True)
    case(f"dequantize.{dtype}", dequantize(None), rand([3, 7], low, high, dtype), step, origin, keep=True)
    halves = tensor([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 300.0, -300.0, 0.0, -0.0])
    case(f"quantize.halves.{dtype}", quantize(dtype, None), halves, tensor(1.0), origin, attributes={"dtype": dtype}, keep=True)
    for axis, count in [(0, 3), (1, 5)]:
        parameters = rand([count], 0.01, 0.1), rand([count], 0 if dtype == "u8" else -5, 5, dtype)
        attributes = {"dtype": dtype, "axis": axis}
        case(f"quantize.axis{axis}.{dtype}", quantize(dtype, axis), rand([3, 5], -3, 3), *parameters, attributes=attributes, keep=True)
        case(
            f"dequantize.axis{axis}.{dtype}",
            dequantize(axis),
            rand([3, 5], low, high, dtype),
            *parameters,
            attributes=attributes,
            keep=True,
        )


def integer_product(x, y):
    return torch.matmul(x.to(torch.int32), y.to(torch.int32))


case("matmulInteger.i8", integer_product, rand([5, 19], -128, 127, "i8"), rand([19, 3], -128, 127, "i8"))
case("matmulInteger.u8-i8", integer_product, rand([5, 19], 0, 255, "u8"), rand([19, 3], -128, 127, "i8"))
case("matmulInteger.extreme.u8-i8", integer_product, tensor([[255] * 130], "u8"), tensor([[-128]] * 130, "i8"))

if __name__ == "__main__":
    write(__file__)

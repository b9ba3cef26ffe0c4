"""Operations that move elements without computing with them, and conversions between dtypes."""

import torch
import torch.nn.functional as F
from golden import DTYPES, case, rand, tensor, write

NAN, INF = float("nan"), float("inf")
X = [3, 4, 5]


def strided(starts, ends, strides):
    return lambda x: x[tuple(slice(*bounds) for bounds in zip(starts, ends, strides))]


for name, starts, ends, strides in [
    ("plain", [1, 0, 2], [3, 4, 5], [1, 1, 1]),
    ("strided", [0, 1, 0], [3, 4, 5], [2, 2, 3]),
    ("one", [1, 1, 1], [2, 2, 2], [1, 1, 1]),
    ("empty", [1, 0, 0], [1, 4, 5], [1, 1, 1]),
]:
    attributes = {"starts": starts, "ends": ends, "strides": strides}
    for dtype in ["f32", "bf16", "i64"]:
        x = rand(X, -9, 9, dtype)
        case(f"slice.{name}.{dtype}", strided(starts, ends, strides), x, gradients=dtype == "f32", attributes=attributes)

for name, pairs in [("both", [[0, 0], [1, 2], [0, 1]]), ("before", [[2, 0], [0, 0], [0, 0]])]:
    amounts = [amount for pair in reversed(pairs) for amount in pair]
    case(
        f"pad.constant.{name}.f32",
        lambda x: F.pad(x, amounts, value=0.5),
        rand([2, 3, 4]),
        gradients=True,
        attributes={"padding": pairs, "value": 0.5},
    )
    case(
        f"pad.constant.{name}.i32",
        lambda x: F.pad(x, amounts, value=7),
        rand([2, 3, 4], -9, 9, "i32"),
        attributes={"padding": pairs, "value": 7},
    )
for mode, said in [("reflect", "reflect"), ("edge", "replicate"), ("wrap", "circular")]:
    case(
        f"pad.{mode}.f32",
        lambda x: F.pad(x[None], [2, 1, 0, 2], mode=said)[0],
        rand([2, 3, 4]),
        gradients=True,
        attributes={"padding": [[0, 0], [0, 2], [2, 1]], "mode": mode},
    )

for axis in range(3):
    shapes = [[size if place != axis else other for place, size in enumerate(X)] for other in (2, 3, 1)]
    case(f"concatenate.axis{axis}.f32", lambda *t: torch.cat(t, axis), *map(rand, shapes), gradients=True, attributes={"axis": axis})
case("concatenate.with-empty.f32", lambda *t: torch.cat(t, 1), rand([2, 0]), rand([2, 3]), gradients=True, attributes={"axis": 1})
case("concatenate.one.bf16", lambda *t: torch.cat(t, 0), rand([2, 3], dtype="bf16"), attributes={"axis": 0})
case("concatenate.i64", lambda *t: torch.cat(t, 0), rand([2], -9, 9, "i64"), rand([3], -9, 9, "i64"), attributes={"axis": 0})
for axis in range(3):
    case(f"stack.axis{axis}.f32", lambda *t: torch.stack(t, axis), rand([2, 3]), rand([2, 3]), gradients=True, attributes={"axis": axis})

for order in [[1, 0, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]]:
    name = "".join(map(str, order))
    for dtype in ["f32", "bf16", "i8"]:
        case(
            f"transpose.{name}.{dtype}",
            lambda x: x.permute(order),
            rand(X, -9, 9, dtype),
            gradients=dtype == "f32",
            attributes={"order": order},
        )
case("transpose.images.f32", lambda x: x.permute(0, 2, 3, 1), rand([2, 3, 4, 5]), gradients=True, attributes={"order": [0, 2, 3, 1]})
case("reshape.f32", lambda x: x.reshape(6, 10), rand(X), gradients=True, attributes={"shape": [6, 10]})
case("broadcast.f32", lambda x: x.expand(2, 3, 4), rand([3, 1]), gradients=True, attributes={"shape": [2, 3, 4]})
case("tile.f32", lambda x: x.tile(2, 1, 3), rand([1, 2, 3]), gradients=True, attributes={"repeats": [2, 1, 3]})
case("repeat.f32", lambda x: x.repeat_interleave(3, 1), rand([2, 3]), gradients=True, attributes={"count": 3, "axis": 1})
case("roll.f32", lambda x: x.roll((1, -2), (0, 2)), rand(X), gradients=True, attributes={"shifts": [1, -2], "axes": [0, 2]})
for axes in [[0], [1, 2]]:
    name = "".join(map(str, axes))
    case(f"flip.axes{name}.f32", lambda x: x.flip(axes), rand(X), gradients=True, attributes={"axes": axes})
for operation, function in {"lowerTriangle": torch.tril, "upperTriangle": torch.triu}.items():
    for diagonal in (-1, 0, 2):
        attributes = {"diagonal": diagonal}
        name = f"{operation}.{'minus1' if diagonal < 0 else f'plus{diagonal}'}.f32"
        case(name, lambda x: function(x, diagonal), rand([2, 4, 5]), gradients=True, attributes=attributes)

INDICES = {0: [2, 0, 2, 1], 1: [3, 3, 0], 2: [4, 1, 0, 0, 2]}
for axis, indices in INDICES.items():
    given = tensor(indices, "i64")
    case(f"gather.axis{axis}.f32", lambda x, i: torch.index_select(x, axis, i), rand(X), given, gradients=True, attributes={"axis": axis})
    shape = [len(indices) if place == axis else size for place, size in enumerate(X)]
    case(
        f"scatterAdd.axis{axis}.f32",
        lambda x, i, u: x.index_add(axis, i, u),
        rand(X),
        given,
        rand(shape),
        gradients=True,
        attributes={"axis": axis},
    )
case("gather.table.f32", lambda x, i: x[i], rand([5, 3]), rand([2, 4], 0, 4, "i64"), gradients=True, attributes={"axis": 0})
case("gather.i32", lambda x, i: x[i], rand([5, 3], -9, 9, "i32"), rand([4], 0, 4, "i32"), attributes={"axis": 0})
case("gather.none.f32", lambda x, i: x[i], rand([5, 3]), rand([0], 0, 4, "i64"), attributes={"axis": 0})
for axis in range(2):
    along = rand([2, 4] if axis == 0 else [3, 6], 0, 2, "i64")
    take = lambda x, i: torch.take_along_dim(x, i, axis)
    case(f"takeAlong.axis{axis}.f32", take, rand([3, 4]), along, gradients=True, attributes={"axis": axis})
case("oneHot.f32", lambda i: F.one_hot(i, 5).float(), rand([2, 3], 0, 4, "i64"), attributes={"count": 5, "dtype": "f32"})

CONVERSIONS = {
    "f32": [0.0, -0.0, 1.5, -2.5, 2.999, 100.7, 1.00390625, 1.01171875, 3.1415927, 65504.0, 1e-8],
    "f64": [0.1, 1 + 2**-25, 1 + 2**-24, 1e40, -1e-50, 123456789.123],
    "i32": [0, 1, -1, 257, 16777217, -2147483648, 2147483647],
    "i64": [0, -5, 2**53 - 1, -(2**40) - 1],
    "u8": [0, 1, 127, 128, 255],
    "bool": [0, 1],
    "bf16": [0.0, 1.0, -2.5, 3.140625, 1e30],
    "f16": [0.0, 1.0, -2.5, 65504.0, 6e-8],
}
TARGETS = {
    "f32": ["f64", "bf16", "f16", "i32", "i64", "bool"],
    "f64": ["f32", "i64"],
    "i32": ["f32", "f64", "bf16", "i64", "bool", "u8", "i8"],
    "i64": ["f64", "f32", "i32"],
    "u8": ["f32", "i32", "i8"],
    "bool": ["f32", "i32", "bf16"],
    "bf16": ["f32", "f16"],
    "f16": ["f32", "bf16"],
}
for source, targets in TARGETS.items():
    for target in targets:
        # What an integer cannot hold has no agreed answer.
        values = [value for value in CONVERSIONS[source] if target[0] != "i" or abs(value) < 2**62]
        convert = lambda x: x.to(DTYPES[target])
        case(f"cast.{source}-to-{target}", convert, tensor(values, source), attributes={"dtype": target}, keep=True)
case(
    "cast.special.f32-to-bf16",
    lambda x: x.to(torch.bfloat16),
    tensor([NAN, INF, -INF, 3.4e38, 1e-40]),
    attributes={"dtype": "bf16"},
    keep=True,
)
case(
    "cast.special.f32-to-f16",
    lambda x: x.to(torch.float16),
    tensor([NAN, INF, -INF, 65519.0, 65520.0, 1e-9]),
    attributes={"dtype": "f16"},
    keep=True,
)
case("cast.special.f32-to-bool", lambda x: x.to(torch.bool), tensor([NAN, INF, 0.0, -0.0, 1e-40]), attributes={"dtype": "bool"}, keep=True)

if __name__ == "__main__":
    write(__file__)

"""Matrix products: plain, batched, with broadcast batches, with either operand transposed."""

import torch
from golden import case, rand, write

SHAPES = {
    "plain": ([3, 4], [4, 5]),
    "odd": ([17, 23], [23, 9]),
    "one": ([1, 1], [1, 1]),
    "row": ([1, 19], [19, 7]),
    "column": ([7, 19], [19, 1]),
    "batch": ([2, 3, 4], [2, 4, 5]),
    "shared-right": ([2, 3, 4], [4, 5]),
    "shared-left": ([3, 4], [2, 4, 5]),
    "broadcast": ([2, 1, 3, 4], [3, 4, 5]),
    "vectors": ([6], [6]),
    "matrix-vector": ([3, 4], [4]),
    "vector-matrix": ([4], [4, 5]),
}
for name, (left, right) in SHAPES.items():
    case(f"matmul.{name}.f32", torch.matmul, rand(left), rand(right), gradients=True)
    if name in ("plain", "odd", "batch"):
        for dtype in ["f64", "bf16", "f16"]:
            case(f"matmul.{name}.{dtype}", torch.matmul, rand(left, dtype=dtype), rand(right, dtype=dtype))

case("matmul.empty-inside.f32", torch.matmul, rand([3, 0]), rand([0, 2]), gradients=True)
case("matmul.empty-outside.f32", torch.matmul, rand([0, 3]), rand([3, 2]))
case("matmul.long.f32", torch.matmul, rand([2, 257]), rand([257, 3]))
case("matmul.i32", torch.matmul, rand([3, 4], -9, 9, "i32"), rand([4, 5], -9, 9, "i32"))


def transposing(left, right):
    def function(x, y):
        return torch.matmul(x.mT if left else x, y.mT if right else y)

    return function


for name, left, right in [("left", True, False), ("right", False, True), ("both", True, True)]:
    for kind, batch in [("", []), (".batch", [2])]:
        for dtype in ["f32", "bf16"]:
            case(
                f"matmul.transpose-{name}{kind}.{dtype}",
                transposing(left, right),
                rand(batch + ([7, 5] if left else [5, 7]), dtype=dtype),
                rand(batch + ([3, 7] if right else [7, 3]), dtype=dtype),
                gradients=dtype == "f32",
                attributes={"transposeLeft": left, "transposeRight": right},
            )

if __name__ == "__main__":
    write(__file__)

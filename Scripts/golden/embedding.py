"""Rows of a table [count, width] by index, and bags of them."""

import torch.nn.functional as F
from golden import case, rand, tensor, write

case("embedding.plain.f32", lambda table, i: F.embedding(i, table), rand([7, 3]), rand([2, 5], 0, 6, "i64"), gradients=True)
case("embedding.repeated.f32", lambda table, i: F.embedding(i, table), rand([4, 3]), tensor([1, 1, 1, 0], "i64"), gradients=True)
case("embedding.i32-index.f32", lambda table, i: F.embedding(i, table), rand([7, 3]), rand([4], 0, 6, "i32"), gradients=True)
case("embedding.empty.f32", lambda table, i: F.embedding(i, table), rand([7, 3]), rand([0], 0, 6, "i64"))
# The row of the padding index is read as it stands and receives no gradient.
case(
    "embedding.padding.f32",
    lambda table, i: F.embedding(i, table, padding_idx=0),
    rand([5, 3]),
    tensor([[0, 2, 0], [4, 0, 2]], "i64"),
    gradients=True,
    attributes={"padding": 0},
)
for dtype in ["f64", "bf16", "f16"]:
    case(f"embedding.{dtype}", lambda table, i: F.embedding(i, table), rand([7, 3], dtype=dtype), rand([4], 0, 6, "i64"))
for mode in ["sum", "mean", "max"]:
    function = lambda table, i: F.embedding_bag(i, table, mode=mode)
    case(f"embeddingBag.{mode}.f32", function, rand([7, 3]), rand([3, 4], 0, 6, "i64"), gradients=True, attributes={"mode": mode})

if __name__ == "__main__":
    write(__file__)

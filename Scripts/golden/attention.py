"""Scaled dot-product attention on [batch, heads, time, width]; scale is 1 / sqrt(width) where no attribute gives another.

A boolean mask is true where a query may look; a floating-point mask is added to the scores.
Masks broadcast to [batch, heads, queries, keys].
Causal attention lets query i see keys 0...i.
"""

import torch.nn.functional as F
from golden import case, rand, tensor, write

attend = F.scaled_dot_product_attention


def projections(batch, heads, queries, keys, width, dtype="f32", key_heads=None):
    key_heads = key_heads or heads
    return [
        rand([batch, heads, queries, width], -2, 2, dtype),
        rand([batch, key_heads, keys, width], -2, 2, dtype),
        rand([batch, key_heads, keys, width], -2, 2, dtype),
    ]


case("attention.plain.f32", attend, *projections(2, 2, 5, 5, 4), gradients=True)
case("attention.cross.f32", attend, *projections(1, 2, 3, 7, 4), gradients=True)
case("attention.one-query.f32", attend, *projections(2, 1, 1, 9, 8), gradients=True)
case("attention.long.f32", attend, *projections(1, 1, 3, 67, 4))
case(
    "attention.scale.f32",
    lambda q, k, v: attend(q, k, v, scale=0.3),
    *projections(1, 2, 4, 4, 4),
    gradients=True,
    attributes={"scale": 0.3},
)
case(
    "attention.causal.f32",
    lambda q, k, v: attend(q, k, v, is_causal=True),
    *projections(1, 2, 6, 6, 4),
    gradients=True,
    attributes={"causal": True},
)
case(
    "attention.grouped.f32",
    lambda q, k, v: attend(q, k, v, enable_gqa=True),
    *projections(1, 4, 5, 5, 4, key_heads=2),
    gradients=True,
    attributes={"keyHeads": 2},
)
visible = tensor([[1, 0, 1, 1, 0], [1, 1, 1, 1, 1], [0, 0, 0, 1, 0], [0, 1, 1, 0, 0]], "bool")
case("attention.mask-bool.f32", attend, *projections(2, 2, 4, 5, 4), visible, gradients=True)
case("attention.mask-added.f32", attend, *projections(2, 2, 4, 5, 4), rand([2, 1, 4, 5], -3, 1), gradients=True)
for dtype in ["f64", "bf16", "f16"]:
    case(f"attention.plain.{dtype}", attend, *projections(1, 2, 4, 4, 8, dtype))
    case(
        f"attention.causal.{dtype}",
        lambda q, k, v: attend(q, k, v, is_causal=True),
        *projections(1, 1, 5, 5, 4, dtype),
        attributes={"causal": True},
    )

if __name__ == "__main__":
    write(__file__)

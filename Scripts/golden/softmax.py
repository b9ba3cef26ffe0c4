"""Softmax, its logarithm, and the losses that end in it."""

import torch
import torch.nn.functional as F
from golden import case, rand, tensor, write

INF = float("inf")

for operation, function in {"softmax": torch.softmax, "logSoftmax": torch.log_softmax}.items():
    for axis in range(3):
        case(f"{operation}.axis{axis}.f32", lambda x: function(x, axis), rand([3, 5, 4], -4, 4), gradients=True, attributes={"axis": axis})
    case(f"{operation}.wide.f32", lambda x: function(x, 1), rand([2, 131], -8, 8), gradients=True, attributes={"axis": 1})
    case(f"{operation}.one.f32", lambda x: function(x, 1), rand([3, 1]), gradients=True, attributes={"axis": 1})
    case(f"{operation}.empty.f32", lambda x: function(x, 1), rand([0, 3]), attributes={"axis": 1})
    large = tensor([[1000.0, 1001.0, 999.0], [-1000.0, -1000.0, -1000.0], [0.0, -INF, 0.0], [0.0, 200.0, -200.0]])
    case(f"{operation}.large.f32", lambda x: function(x, 1), large, attributes={"axis": 1})
    for dtype in ["f64", "bf16", "f16"]:
        case(f"{operation}.{dtype}", lambda x: function(x, 1), rand([3, 9], -4, 4, dtype), attributes={"axis": 1})

for reduction in ["none", "mean", "sum"]:
    case(
        f"crossEntropy.{reduction}.f32",
        lambda x, labels: F.cross_entropy(x, labels, reduction=reduction),
        rand([6, 5], -4, 4),
        rand([6], 0, 4, "i64"),
        gradients=True,
        attributes={"reduction": reduction},
    )
case(
    "crossEntropy.smoothing.f32",
    lambda x, labels: F.cross_entropy(x, labels, label_smoothing=0.1),
    rand([6, 5], -4, 4),
    rand([6], 0, 4, "i64"),
    gradients=True,
    attributes={"reduction": "mean", "smoothing": 0.1},
)
case(
    "crossEntropy.probabilities.f32",
    lambda x, target: F.cross_entropy(x, torch.softmax(target, 1)),
    rand([6, 5], -4, 4),
    rand([6, 5], -2, 2),
    gradients=True,
    attributes={"reduction": "mean", "target": "softmax of the second input"},
)
case(
    "binaryCrossEntropyWithLogits.f32",
    F.binary_cross_entropy_with_logits,
    rand([7], -6, 6),
    rand([7], 0, 1),
    gradients=True,
    attributes={"reduction": "mean"},
)
case(
    "binaryCrossEntropyWithLogits.large.f32",
    lambda x, target: F.binary_cross_entropy_with_logits(x, target, reduction="none"),
    tensor([200.0, -200.0, 200.0, -200.0]),
    tensor([1.0, 0.0, 0.0, 1.0]),
    attributes={"reduction": "none"},
)

if __name__ == "__main__":
    write(__file__)

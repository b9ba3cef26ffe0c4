"""Sorting and running sums. Sorting is stable; the largest and smallest come sorted."""

import torch
from golden import case, rand, tensor, write

NAN, INF = float("nan"), float("inf")

for axis in range(3):
    for descending in (False, True):
        name = f"axis{axis}.{'down' if descending else 'up'}"
        attributes = {"axis": axis, "descending": descending}
        x = rand([3, 5, 4], seed=f"sorting {axis}")
        case(
            f"sort.{name}.f32",
            lambda t: torch.sort(t, dim=axis, descending=descending, stable=True)[0],
            x,
            gradients=True,
            attributes=attributes,
        )
        case(f"argSort.{name}.f32", lambda t: torch.argsort(t, dim=axis, descending=descending, stable=True), x, attributes=attributes)
for descending in (False, True):
    name = "down" if descending else "up"
    attributes = {"axis": 1, "descending": descending}
    ties = tensor([[2.0, 1.0, 2.0, 1.0, 0.0], [3.0, 3.0, 3.0, 3.0, 3.0]])
    case(f"argSort.ties.{name}.f32", lambda t: torch.argsort(t, dim=1, descending=descending, stable=True), ties, attributes=attributes)
    case(
        f"sort.special.{name}.f32",
        lambda t: torch.sort(t, dim=1, descending=descending)[0],
        tensor([[1.0, INF, -INF, 0.0, 2.0]]),
        attributes=attributes,
    )
    case(f"sort.{name}.i32", lambda t: torch.sort(t, dim=1, descending=descending)[0], rand([2, 9], -9, 9, "i32"), attributes=attributes)
    case(f"sort.{name}.bf16", lambda t: torch.sort(t, dim=1, descending=descending)[0], rand([2, 9], dtype="bf16"), attributes=attributes)
    case(
        f"sort.long.{name}.f32",
        lambda t: torch.sort(t, dim=0, descending=descending)[0],
        rand([131], -9, 9),
        attributes={"axis": 0, "descending": descending},
    )
case("sort.one.f32", lambda t: torch.sort(t, dim=0)[0], rand([1]), attributes={"axis": 0, "descending": False})
case("sort.empty.f32", lambda t: torch.sort(t, dim=1)[0], rand([2, 0]), attributes={"axis": 1, "descending": False})

for largest in (True, False):
    name = "largest" if largest else "smallest"
    for count in (1, 3, 7):
        function = lambda t: tuple(torch.topk(t, count, dim=1, largest=largest))
        attributes = {"count": count, "axis": 1, "largest": largest}
        case(f"topK.{name}.{count}.f32", function, rand([3, 7], -9, 9), gradients=True, attributes=attributes)
    function = lambda t: tuple(torch.topk(t, 2, dim=0, largest=largest))
    case(f"topK.{name}.axis0.f32", function, rand([5, 3], -9, 9), gradients=True, attributes={"count": 2, "axis": 0, "largest": largest})


def running(function, axis, exclusive=False, reverse=False):
    neutral = 0 if function is torch.cumsum else 1

    def apply(x):
        x = x.flip(axis) if reverse else x
        if exclusive:
            first = torch.full_like(x.narrow(axis, 0, 1), neutral)
            x = torch.cat([first, x.narrow(axis, 0, x.shape[axis] - 1)], axis)
        y = function(x, axis)
        return (y.flip(axis) if reverse else y).to(x.dtype)

    return apply


for operation, function in {"cumulativeSum": torch.cumsum, "cumulativeProduct": torch.cumprod}.items():
    for axis in range(3):
        attributes = {"axis": axis, "exclusive": False, "reverse": False}
        case(f"{operation}.axis{axis}.f32", running(function, axis), rand([3, 4, 5], 0.5, 1.5), gradients=True, attributes=attributes)
    for exclusive, reverse in [(True, False), (False, True), (True, True)]:
        name = ".".join(word for word, said in [("exclusive", exclusive), ("reverse", reverse)] if said)
        attributes = {"axis": 1, "exclusive": exclusive, "reverse": reverse}
        case(
            f"{operation}.{name}.f32",
            running(function, 1, exclusive, reverse),
            rand([2, 5], 0.5, 1.5),
            gradients=True,
            attributes=attributes,
        )
    attributes = {"axis": 1, "exclusive": False, "reverse": False}
    case(f"{operation}.with-zero.f32", running(function, 1), tensor([[2.0, 0.0, 3.0, 4.0]]), gradients=True, attributes=attributes)
    case(f"{operation}.long.f32", running(function, 1), rand([1, 131], 0.95, 1.05), attributes=attributes)
    case(f"{operation}.empty.f32", running(function, 1), rand([2, 0]), attributes=attributes)
    for dtype in ["f64", "bf16", "f16", "i32", "i64"]:
        low, high = (-3, 3) if dtype[0] == "i" else (0.5, 1.5)
        case(f"{operation}.{dtype}", running(function, 1), rand([2, 7], low, high, dtype), attributes=attributes)

if __name__ == "__main__":
    write(__file__)

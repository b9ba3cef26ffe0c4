"""Operations that fold axes away."""

import torch
from golden import case, rand, tensor, write

NAN, INF = float("nan"), float("inf")


def product(x, axes, keep):
    for axis in sorted(axes, reverse=True):
        x = torch.prod(x, axis, keepdim=keep)
    return x


def folded(function):
    return lambda x, axes, keep: function(x, dim=axes, keepdim=keep)


def moment(function, correction):
    return lambda x, axes, keep: function(x, dim=axes, correction=correction, keepdim=keep)


# operation: function of (x, axes, keep), further attributes
FLOATING = {
    "sum": (folded(torch.sum), {}),
    "mean": (folded(torch.mean), {}),
    "product": (product, {}),
    "max": (folded(torch.amax), {}),
    "min": (folded(torch.amin), {}),
    "logSumExp": (folded(torch.logsumexp), {}),
    "variance": (moment(torch.var, 0), {"correction": 0}),
    "standardDeviation": (moment(torch.std, 0), {"correction": 0}),
}
AXES = {"all": [0, 1, 2], "first": [0], "middle": [1], "last": [2], "outer": [0, 2], "inner": [1, 2]}


def add(name, function, x, axes, keep, more=None, gradients=False):
    attributes = {"axes": axes, "keep": keep} | (more or {})
    case(name, lambda x: function(x, tuple(axes), keep), x, gradients=gradients, attributes=attributes)


for operation, (function, more) in FLOATING.items():
    low, high = (0.5, 1.5) if operation == "product" else (-3, 3)
    for place, axes in AXES.items():
        keep = place in ("middle", "outer")
        add(f"{operation}.{place}.f32", function, rand([2, 5, 3], low, high), axes, keep, more, gradients=True)
    add(f"{operation}.one.f32", function, rand([1], low, high), [0], False, more)
    add(
        f"{operation}.long.f32",
        function,
        rand([3, 131], 0.95 if operation == "product" else low, 1.05 if operation == "product" else high),
        [1],
        False,
        more,
    )
    for dtype in ["f64", "bf16", "f16"]:
        add(f"{operation}.{dtype}", function, rand([3, 7], low, high, dtype), [1], False, more)
for operation in ["variance", "standardDeviation"]:
    function = moment(torch.var if operation == "variance" else torch.std, 1)
    add(f"{operation}.sample.f32", function, rand([4, 5], -3, 3), [1], True, {"correction": 1}, gradients=True)
add("variance.offset.f32", moment(torch.var, 0), rand([2, 33], 1000, 1001), [1], False, {"correction": 0})

for operation in ["sum", "product"]:
    add(f"{operation}.empty.f32", FLOATING[operation][0], rand([2, 0]), [1], False)
add("sum.none.f32", lambda x, axes, keep: x, rand([2, 3]), [], False, gradients=True)
add("max.special.f32", folded(torch.amax), tensor([[1.0, NAN, 2.0], [-INF, -INF, -INF], [INF, 0.0, 1.0]]), [1], False)
add("min.special.f32", folded(torch.amin), tensor([[1.0, NAN, 2.0], [INF, INF, INF], [-INF, 0.0, 1.0]]), [1], False)
add("sum.special.f32", folded(torch.sum), tensor([[1.0, NAN], [INF, -INF], [INF, 1.0]]), [1], False)
add("logSumExp.special.f32", folded(torch.logsumexp), tensor([[1000.0, 1000.0], [-1000.0, -1000.0], [-INF, 0.0], [-INF, -INF]]), [1], False)
for dtype in ["i32", "i64"]:
    for operation in ["sum", "product", "max", "min"]:
        function = FLOATING[operation][0]
        same = lambda x, axes, keep, function=function: function(x, axes, keep).to(x.dtype)
        add(f"{operation}.{dtype}", same, rand([3, 5], -9, 9, dtype), [1], False)

for operation, function in {"argMax": torch.argmax, "argMin": torch.argmin}.items():
    for axis in range(3):
        case(f"{operation}.axis{axis}.f32", lambda x: function(x, axis), rand([3, 5, 4]), attributes={"axis": axis, "keep": False})
    case(f"{operation}.keep.f32", lambda x: function(x, 1, keepdim=True), rand([3, 5]), attributes={"axis": 1, "keep": True})
    case(f"{operation}.i32", lambda x: function(x, 1), tensor([[3, -1, 7], [9, 8, -5]], "i32"), attributes={"axis": 1, "keep": False})
    case(f"{operation}.bf16", lambda x: function(x, 1), tensor([[3, -1, 7], [9, 8, -5]], "bf16"), attributes={"axis": 1, "keep": False})
    # Of equal values the first one counts.
    case(f"{operation}.ties.f32", lambda x: function(x, 1), tensor([[1.0, 2, 2, 1], [0, 0, 0, 0]]), attributes={"axis": 1, "keep": False})

for operation, function in {"any": torch.any, "all": torch.all}.items():
    for axes in [[0], [1], [0, 1]]:
        name = f"{operation}.axes{''.join(map(str, axes))}.bool"
        x = tensor([[True, True, True], [True, False, True], [False, False, True], [False, False, True]], "bool")
        add(name, folded(function), x, axes, False)
    add(f"{operation}.empty.bool", folded(function), rand([2, 0], 0, 1, "bool"), [1], False)

if __name__ == "__main__":
    write(__file__)

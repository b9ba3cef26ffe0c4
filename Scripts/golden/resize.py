"""Resizing [batch, height, width, channels] and [batch, width, channels].

Nearest takes the input pixel floor(i * in / out). Linear samples at (i + 0.5) * in / out - 0.5, or with alignCorners at
i * (in - 1) / (out - 1), clamped to the image; cubic does the same with the kernel of coefficient -0.75.
"""

import torch.nn.functional as F
from golden import case, rand, write


def add(operation, mode, name, sizes, outputs, corners=None, dtype="f32"):
    def function(x):
        return F.interpolate(x.movedim(-1, 1), size=outputs, mode=mode, align_corners=corners).movedim(1, -1)

    attributes = {"outputs": outputs} | ({} if corners is None else {"alignCorners": corners})
    spelled = "" if corners is None else ".corners" if corners else ".centres"
    x = rand([2, *sizes, 2], dtype=dtype)
    case(f"{operation}{spelled}.{name}.{dtype}", function, x, gradients=dtype == "f32", attributes=attributes)


SIZES = {
    "double": ([3, 4], [6, 8]),
    "half": ([6, 4], [3, 2]),
    "up": ([3, 4], [5, 7]),
    "down": ([7, 5], [3, 4]),
    "mixed": ([4, 5], [7, 3]),
    "same": ([3, 4], [3, 4]),
    "from-one": ([1, 1], [3, 2]),
    "to-one": ([3, 4], [1, 1]),
}
for name, (sizes, outputs) in SIZES.items():
    add("resizeNearest", "nearest", name, sizes, outputs)
    for corners in (False, True):
        add("resizeLinear", "bilinear", name, sizes, outputs, corners)
for name in ("up", "down"):
    for corners in (False, True):
        add("resizeCubic", "bicubic", name, *SIZES[name], corners)
for dtype in ["f64", "bf16", "f16"]:
    add("resizeNearest", "nearest", "up", *SIZES["up"], dtype=dtype)
    add("resizeLinear", "bilinear", "up", *SIZES["up"], False, dtype)
add("resizeNearest", "nearest", "series", [5], [8])
for corners in (False, True):
    add("resizeLinear", "linear", "series", [5], [8], corners)

if __name__ == "__main__":
    write(__file__)

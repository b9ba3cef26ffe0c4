"""Operations on the bits of integers. A right shift keeps the sign of signed integers; shifts stay below the width."""

import numpy
from golden import case, rand, tensor, write

SIGNED = {"i8": 8, "i16": 16, "i32": 32, "i64": 54}
UNSIGNED = {"u8": 8, "u16": 16, "u32": 32, "u64": 53}
OPERATIONS = {"bitwiseAnd": numpy.bitwise_and, "bitwiseOr": numpy.bitwise_or, "bitwiseXor": numpy.bitwise_xor}

# Numbers of 64 bits stay within 53 of them, so that a reader of JSON may go through a double.
for dtype, width in (SIGNED | UNSIGNED).items():
    low, high = (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if dtype in SIGNED else (0, 2**width - 1)
    for operation, function in OPERATIONS.items():
        case(f"{operation}.{dtype}", function, rand([3, 5], low, high, dtype), rand([5], low, high, dtype), library="numpy")
    if dtype != "u64":
        case(f"bitwiseNot.{dtype}", numpy.invert, rand([7], low, high, dtype), library="numpy")
    case(f"shiftRight.{dtype}", numpy.right_shift, rand([3, 5], low, high, dtype), rand([5], 0, 7, dtype), library="numpy")
    case(f"populationCount.{dtype}", lambda x: numpy.bitwise_count(x).astype(x.dtype), rand([7], 0, high, dtype), library="numpy")
    shifted = high if width <= 32 else 2**40
    case(f"shiftLeft.{dtype}", numpy.left_shift, rand([3, 5], 0, shifted, dtype), rand([5], 0, 7, dtype), library="numpy")

case("bitwiseAnd.bool", numpy.bitwise_and, tensor([False, True, True], "bool"), tensor([True, True, False], "bool"), library="numpy")

if __name__ == "__main__":
    write(__file__)

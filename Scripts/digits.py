"""Writes Examples/Digits/data from the copy of the digits that scikit-learn's package carries.

Run it as `python3 Scripts/digits.py`; it needs scikit-learn, whose numpy comes along.
"""

import hashlib
import struct
from pathlib import Path

from sklearn.datasets import load_digits

UNSIGNED_BYTE = 0x08  # the IDX format's element type


def idx(values):
    """An IDX file: two zero bytes, element type, number of dimensions, the sizes as big-endian 32-bit numbers, the elements."""
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, UNSIGNED_BYTE, values.ndim, *values.shape)
    return header + values.astype("u1").tobytes()


folder = Path(__file__).resolve().parent.parent / "Examples/Digits/data"
digits = load_digits()
assert digits.images.shape == (1797, 8, 8) and digits.images.min() == 0 and digits.images.max() == 16
assert sorted(set(digits.target)) == list(range(10))
for name, values in [("digits-images.idx3-ubyte", digits.images), ("digits-labels.idx1-ubyte", digits.target)]:
    content = idx(values)
    (folder / name).write_bytes(content)
    print(hashlib.sha256(content).hexdigest(), name)

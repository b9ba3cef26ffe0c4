"""Rows of [rows, width] gathered into segments by an index for each row; a segment without rows has the operation's neutral value.

Neutral are 0 for sum and mean, -inf for a maximum, inf for a minimum, 1 for a product.
"""

import jax
from golden import case, rand, tensor, write


def mean(x, ids, count):
    size = jax.ops.segment_sum(jax.numpy.ones(x.shape[0]), ids, count)
    return jax.ops.segment_sum(x, ids, count) / jax.numpy.maximum(size, 1)[:, None]


OPERATIONS = {
    "segmentSum": jax.ops.segment_sum,
    "segmentMean": mean,
    "segmentMax": jax.ops.segment_max,
    "segmentMin": jax.ops.segment_min,
    "segmentProduct": jax.ops.segment_prod,
}
for operation, function in OPERATIONS.items():
    for name, ids, count in [
        ("sorted", [0, 0, 1, 1, 1, 2, 3], 4),
        ("unsorted", [2, 0, 2, 1, 0, 2, 3], 4),
        ("with-empty", [4, 0, 4, 1, 0, 1, 0], 6),
        ("one", [0] * 7, 1),
    ]:
        apply = lambda x, i: function(x, i, count)
        # The reference has no gradient of a product.
        gradients = operation != "segmentProduct"
        x = rand([7, 3], 0.5, 1.5)
        case(f"{operation}.{name}.f32", apply, x, tensor(ids, "i64"), gradients=gradients, attributes={"count": count}, library="jax")

if __name__ == "__main__":
    write(__file__)

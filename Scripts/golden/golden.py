"""Collects cases of one family of operations and writes them as JSON lines to Tests/<target>/Golden/<family>.jsonl.

A family file imports `case`, `rand` and `write`, states its cases and ends with `write(__file__)`:

    case("exp.f32", torch.exp, rand([13], -2, 2), gradients=True)

One line is one case:

    name        the operation, then what is special about this case, with dots
    attributes  the operation's arguments that are not tensors, if any
    inputs      tensors: {"dtype": "f32", "shape": [2, 3], "data": [...]}, last dimension fastest
    outputs     tensors
    cotangent   with gradients: one tensor for every output that is a floating-point number, null for the others
    gradients   with gradients: d(sum over outputs of output * cotangent) / d(input), null for inputs without one
    reference   whose numbers these are

Numbers are the shortest decimals that read back as the same f32 (f64 for f64; bf16 and f16 as their f32 value);
"nan", "inf" and "-inf" are strings; booleans are 0 and 1.

Floating-point cases are computed in f64 from inputs that the case's dtype can hold, and rounded to that dtype once, at the end:
the numbers are what a perfect kernel would answer, and they do not depend on the processor that computed them.
"""

import hashlib
import importlib.metadata
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch

torch.set_num_threads(1)

FLOATS = {"f64": torch.float64, "f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
DTYPES = FLOATS | {
    "i8": torch.int8, "i16": torch.int16, "i32": torch.int32, "i64": torch.int64,
    "u8": torch.uint8, "u16": torch.uint16, "u32": torch.uint32, "u64": torch.uint64, "bool": torch.bool,
}  # fmt: skip
NAMES = {dtype: name for name, dtype in DTYPES.items()}
LIMIT = 300_000  # bytes a family may take in the repository

lines = {}


@dataclass
class Random:
    """A tensor to be drawn when the case that uses it is known."""

    shape: list
    low: float
    high: float
    dtype: str
    seed: str | None

    def draw(self, key):
        digest = hashlib.sha256((self.seed or key).encode()).digest()
        generator = numpy.random.Generator(numpy.random.PCG64(int.from_bytes(digest[:16], "little")))
        if self.dtype in FLOATS:
            # Three decimals keep the files short and the values off the binary grid.
            values = numpy.round(generator.uniform(self.low, self.high, self.shape), 3)
        else:
            values = generator.integers(self.low, self.high, self.shape, endpoint=True)
        return torch.as_tensor(numpy.asarray(values)).to(DTYPES[self.dtype])


def rand(shape, low=-1.0, high=1.0, dtype="f32", seed=None):
    """Uniform numbers in low...high, integers with both ends. They follow from the case's name, or from `seed` where it is given."""
    return Random(list(shape), low, high, dtype, seed)


def tensor(values, dtype="f32"):
    """The tensor with these very values."""
    return torch.tensor(values, dtype=torch.float64 if dtype in FLOATS else None).to(DTYPES[dtype])


def case(name, function, *inputs, gradients=False, attributes=None, library="torch", keep=False):
    """Adds a case: `function` of `inputs`, which answers one tensor or several.

    `library` is the reference that the function is written with: "torch", "jax" or "numpy" (numpy knows no gradients).
    `keep` computes in the inputs' own dtypes and keeps the outputs' dtypes: for functions that convert between dtypes.
    """
    if name in lines:
        raise ValueError(f"two cases are named {name}")
    inputs = [given.draw(f"{name} {index}") if isinstance(given, Random) else given for index, given in enumerate(inputs)]
    dtype = next((given.dtype for given in inputs if given.is_floating_point()), torch.float32)
    wide = [given.double() if given.is_floating_point() and not keep else given for given in inputs]

    def narrow(output):
        return output.to(dtype) if output.is_floating_point() and not keep else output

    compute = {"torch": by_torch, "jax": by_jax, "numpy": by_numpy}[library]
    answer = compute(function, wide)
    entry = {"inputs": [encode(given) for given in inputs], "outputs": [encode(narrow(output)) for output in answer]}
    if gradients:
        cotangents = [
            Random(output.shape, -1, 1, NAMES[dtype], None).draw(f"{name} cotangent {index}") if output.is_floating_point() else None
            for index, output in enumerate(answer)
        ]
        pulled = compute(function, wide, [None if given is None else given.double() for given in cotangents])
        entry["cotangent"] = [encode(given) for given in cotangents]
        entry["gradients"] = [encode(None if given is None else narrow(given)) for given in pulled]
    lines[name] = render(name, attributes or {}, entry, f"{library} {importlib.metadata.version(library).split('+')[0]}")


def several(answer):
    return list(answer) if isinstance(answer, (tuple, list)) else [answer]


def by_torch(function, inputs, cotangents=None):
    if cotangents is None:
        with torch.no_grad():
            return several(function(*inputs))
    leaves = [given.clone().requires_grad_(given.is_floating_point()) for given in inputs]
    outputs = several(function(*leaves))
    total = sum((output * cotangent).sum() for output, cotangent in zip(outputs, cotangents) if cotangent is not None)
    sources = [leaf for leaf in leaves if leaf.requires_grad]
    pulled = iter(torch.autograd.grad(total, sources, materialize_grads=True))
    return [next(pulled) if leaf.requires_grad else None for leaf in leaves]


def by_jax(function, inputs, cotangents=None):
    import jax

    jax.config.update("jax_enable_x64", True)

    arrays = [jax.numpy.asarray(given.numpy()) for given in inputs]
    if cotangents is None:
        return [torch.as_tensor(numpy.array(output)) for output in several(function(*arrays))]
    outputs, pull = jax.vjp(lambda *given: several(function(*given)), *arrays)
    pulled = pull(
        [
            numpy.zeros(output.shape, jax.dtypes.float0) if cotangent is None else jax.numpy.asarray(cotangent.numpy())
            for output, cotangent in zip(outputs, cotangents)
        ]
    )
    return [torch.as_tensor(numpy.array(value)) if given.is_floating_point() else None for given, value in zip(inputs, pulled)]


def by_numpy(function, inputs, cotangents=None):
    if cotangents is not None:
        raise ValueError("numpy knows no gradients")
    return [torch.as_tensor(numpy.array(output)) for output in several(function(*(given.numpy() for given in inputs)))]


def encode(value):
    if value is None:
        return None
    value = value.detach().contiguous()
    if value.is_floating_point():
        array = value.numpy() if value.dtype == torch.float64 else value.float().numpy()
        data = [number(element) for element in array.reshape(-1)]
    else:
        data = [str(int(element)) for element in value.reshape(-1).tolist()]
    return NAMES[value.dtype], list(value.shape), data


def number(value):
    if math.isnan(value):
        return '"nan"'
    if math.isinf(value):
        return '"inf"' if value > 0 else '"-inf"'
    return str(value).removesuffix(".0") if value != 0 else ("-0.0" if math.copysign(1, value) < 0 else "0")


def render(name, attributes, entry, reference):
    def compact(value):
        return json.dumps(value, separators=(",", ":"))

    def drawn(value):
        if value is None:
            return "null"
        dtype, shape, data = value
        return f'{{"dtype":"{dtype}","shape":{compact(shape)},"data":[{",".join(data)}]}}'

    parts = [f'"name":{compact(name)}']
    if attributes:
        parts.append(f'"attributes":{compact(attributes)}')
    parts += [f'"{key}":[{",".join(map(drawn, values))}]' for key, values in entry.items()]
    parts.append(f'"reference":{compact(reference)}')
    return "{" + ",".join(parts) + "}\n"


def write(family_file, target="EngineTests"):
    """Writes the cases collected so far under the name of the family's file, for the tests of `target`."""
    family = Path(family_file).stem
    text = "".join(lines.values())
    if len(text) > LIMIT:
        raise ValueError(f"{family}: {len(text):,} bytes, a family may take {LIMIT:,}")
    folder = Path(__file__).resolve().parents[2] / "Tests" / target / "Golden"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{family}.jsonl").write_text(text)
    print(f"{family}: {len(lines)} cases, {len(text):,} bytes")

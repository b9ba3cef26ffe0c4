"""Files of tensors as the safetensors library writes them: Tests/FormatsTests/Golden/*.safetensors."""

from pathlib import Path

import torch
from safetensors.torch import save

folder = Path(__file__).resolve().parents[2] / "Tests/FormatsTests/Golden"

DTYPES = {
    "bool": torch.bool, "u8": torch.uint8, "i8": torch.int8, "f8e5m2": torch.float8_e5m2, "f8e4m3": torch.float8_e4m3fn,
    "f8e8m0": torch.float8_e8m0fnu, "f8e4m3fnuz": torch.float8_e4m3fnuz, "f8e5m2fnuz": torch.float8_e5m2fnuz,
    "i16": torch.int16, "u16": torch.uint16, "f16": torch.float16, "bf16": torch.bfloat16, "i32": torch.int32, "u32": torch.uint32,
    "f32": torch.float32, "c64": torch.complex64, "f64": torch.float64, "i64": torch.int64, "u64": torch.uint64,
}  # fmt: skip


def filled(dtype, count, start):
    """A tensor whose bytes are `start`, `start` + 1, …; bool has no other bytes than 0 and 1."""
    size = torch.empty(0, dtype=dtype).element_size()
    values = torch.arange(start, start + count * size, dtype=torch.int64)
    return (values % (2 if dtype == torch.bool else 256)).to(torch.uint8).view(dtype)


def write(name, tensors, metadata=None):
    data = save(tensors, metadata)
    (folder / f"{name}.safetensors").write_bytes(data)
    print(f"{name}: {len(tensors)} tensors, {len(data):,} bytes")


if __name__ == "__main__":
    folder.mkdir(parents=True, exist_ok=True)
    # One of each type, in an order that is neither that of the file nor that of the names.
    write("types", {f"{name}.weight": filled(DTYPES[name], 3, 7 * place) for place, name in enumerate(sorted(DTYPES, reverse=True))})
    write(
        "names",
        {
            "b": filled(torch.float32, 6, 1).reshape(2, 3),
            "a.10": filled(torch.float32, 4, 2).reshape(1, 2, 2, 1),
            "a.9": filled(torch.float32, 0, 3).reshape(3, 0, 2),
            "scalar": filled(torch.float32, 1, 4).reshape(()),
            'quote " and \\ line\n\tand \x01': filled(torch.int32, 1, 5),
            "Größe": filled(torch.int32, 2, 6),
            "Z": filled(torch.int32, 1, 7),
        },
        {"format": "pt"},
    )
    write("empty", {})

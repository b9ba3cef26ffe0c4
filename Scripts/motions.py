"""Writes Examples/Motions/motions.parquet from the recordings BasicMotions that the package sktime carries in its data folder.

Run it as `python3 Scripts/motions.py SKTIME.whl`; it reads the wheel itself (`pip download --no-deps sktime==0.38.5`) and needs pyarrow.

A row is one moment of one recording: ten seconds at ten readings a second of an accelerometer and a gyroscope at a wrist.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

import pyarrow
import pyarrow.parquet

AXES = ["acceleration_x", "acceleration_y", "acceleration_z", "rotation_x", "rotation_y", "rotation_z"]
columns = {"recording": [], "part": [], "activity": [], "step": []} | {axis: [] for axis in AXES}
recording = 0
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for part in ("train", "test"):
        path = f"sktime/datasets/data/BasicMotions/BasicMotions_{part.upper()}.ts"
        content = wheel.read(path)
        print(hashlib.sha256(content).hexdigest(), path)
        lines = content.decode().splitlines()
        for line in lines[[line.strip() for line in lines].index("@data") + 1 :]:
            *axes, activity = line.split(":")
            axes = [[float(value) for value in axis.split(",")] for axis in axes]
            assert len(axes) == 6 and all(len(axis) == 100 for axis in axes)
            for step in range(100):
                for name, value in [("recording", recording), ("part", part), ("activity", activity.lower()), ("step", step)]:
                    columns[name].append(value)
                for name, axis in zip(AXES, axes):
                    columns[name].append(axis[step])
            recording += 1
assert recording == 80
types = {"recording": pyarrow.int16(), "step": pyarrow.int16()}
table = pyarrow.table(
    {
        name: pyarrow.array(values, types.get(name, pyarrow.float32() if name in AXES else pyarrow.string()))
        for name, values in columns.items()
    }
)
path = Path(__file__).resolve().parent.parent / "Examples/Motions/motions.parquet"
path.parent.mkdir(exist_ok=True)
pyarrow.parquet.write_table(table, path, compression="zstd", compression_level=19)
print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name, path.stat().st_size)

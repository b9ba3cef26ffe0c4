"""Writes Examples/Stations/*.parquet from the typical years that the package pvlib carries in its data folder.

Run it as `python3 Scripts/stations.py`; it needs pvlib 0.16.1 (only its files, `pip install --no-deps pvlib==0.16.1`) and pyarrow.

One row is one hour that ends at `time`, in local standard time. The years are composite: each month is that of another year, which
stands in `year`; `time` is set into the year 2001 so that hours follow each other.
"""

import csv
import datetime
import hashlib
import importlib.util
from pathlib import Path

import pyarrow
import pyarrow.parquet

COLUMNS = {
    "temperature": "Dry-bulb (C)",
    "dew_point": "Dew-point (C)",
    "humidity": "RHum (%)",
    "pressure": "Pressure (mbar)",
    "global_irradiance": "GHI (W/m^2)",
    "direct_irradiance": "DNI (W/m^2)",
    "diffuse_irradiance": "DHI (W/m^2)",
    "extraterrestrial_horizontal": "ETR (W/m^2)",
    "extraterrestrial_normal": "ETRN (W/m^2)",
    "wind_speed": "Wspd (m/s)",
    "wind_direction": "Wdir (degrees)",
    "cloud_cover": "TotCld (tenths)",
}
# First and last column of a field, counted from 1, and by what it is divided: Marion, Urban: User's manual for TMY2s (NREL 1995), table 3-2.
TMY2 = {
    "temperature": (68, 71, 10),
    "dew_point": (74, 77, 10),
    "humidity": (80, 82, 1),
    "pressure": (85, 88, 1),
    "global_irradiance": (18, 21, 1),
    "direct_irradiance": (24, 27, 1),
    "diffuse_irradiance": (30, 33, 1),
    "extraterrestrial_horizontal": (10, 13, 1),
    "extraterrestrial_normal": (14, 17, 1),
    "wind_speed": (96, 98, 10),
    "wind_direction": (91, 93, 1),
    "cloud_cover": (60, 61, 1),
}


def tmy3(path):
    with open(path, newline="") as file:
        next(file)
        for row in csv.DictReader(file):
            yield int(row["Date (MM/DD/YYYY)"][-4:]), {name: float(row[column]) for name, column in COLUMNS.items()}


def tmy2(path):
    for line in path.read_text().splitlines()[1:]:
        if len(line) > 100:
            yield 1900 + int(line[1:3]), {name: float(line[a - 1 : b]) / scale for name, (a, b, scale) in TMY2.items()}


data = Path(importlib.util.find_spec("pvlib").origin).parent / "data"
folder = Path(__file__).resolve().parent.parent / "Examples/Stations"
start = datetime.datetime(2001, 1, 1)
for name, rows in [
    ("greensboro", tmy3(data / "723170TYA.CSV")),
    ("sand-point", tmy3(data / "703165TY.csv")),
    ("miami", tmy2(data / "12839.tm2")),
]:
    rows = list(rows)
    assert len(rows) == 8760
    table = {
        "time": pyarrow.array([start + datetime.timedelta(hours=hour + 1) for hour in range(8760)], pyarrow.timestamp("us")),
        "year": pyarrow.array([year for year, _ in rows], pyarrow.int16()),
    }
    for column in COLUMNS:
        table[column] = pyarrow.array([values[column] for _, values in rows], pyarrow.float32())
    path = folder / f"{name}.parquet"
    pyarrow.parquet.write_table(pyarrow.table(table), path, compression="zstd", compression_level=19)
    print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name, path.stat().st_size)

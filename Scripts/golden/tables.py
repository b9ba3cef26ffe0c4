"""Small files in the formats that tables are read from, with every type; Tests/DatasetsTests/Tables/TableFilesTests.swift knows their content."""

import datetime
import decimal
import os

import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "Tests", "DatasetsTests", "Golden", "Tables")
UTC = datetime.timezone.utc


def columns():
    """Four rows of each type; the third is null."""
    moment = datetime.datetime(2024, 5, 31, 14, 5, 0, 250000, tzinfo=UTC)
    moments = [moment, datetime.datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), None, moment]
    made = {
        "truth": pa.array([True, False, None, True]),
        "decimal": pa.array([decimal.Decimal("12.34"), decimal.Decimal("-0.05"), None, decimal.Decimal("99999.99")], pa.decimal128(7, 2)),
        "date": pa.array([datetime.date(2024, 5, 31), datetime.date(1969, 12, 31), None, datetime.date(1970, 1, 1)]),
        "text": pa.array(["red", "", None, "größer"]),
        "large": pa.array(["red", "", None, "größer"], pa.large_string()),
        "bytes": pa.array([b"\x00\x01", b"", None, b"\xff"]),
        "colour": pa.array(["red", "blue", None, "red"]).dictionary_encode(),
        "list": pa.array([[1.0, 2.0], [3.0, 4.0], None, [5.0, 6.0]], pa.list_(pa.float32())),
        "fixed": pa.array([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]], pa.list_(pa.int32(), 3)),
        "inner": pa.array([{"x": 1, "y": "a"}, {"x": 2, "y": None}, None, {"x": 4, "y": "d"}], pa.struct([("x", pa.int64()), ("y", pa.string())])),
    }
    for unit in ("s", "ms", "us", "ns"):
        made["time." + unit] = pa.array(moments, pa.timestamp(unit, "UTC") if unit != "s" else pa.timestamp(unit, "Europe/Oslo"))
    made["clock"] = pa.array([datetime.time(1, 2, 3), datetime.time(0), None, datetime.time(23, 59, 59)], pa.time32("s"))
    made["span"] = pa.array([1500, -1, None, 0], pa.duration("ms"))
    for name in ("int8", "int16", "int32", "int64"):
        made[name] = pa.array([1, -2, None, 127], name)
    for name in ("uint8", "uint16", "uint32", "uint64"):
        made[name] = pa.array([1, 2, None, 255], name)
    for name in ("float16", "float32", "float64"):
        made[name] = pa.array([1.5, -0.25, None, 65504.0], pa.type_for_alias(name) if name != "float16" else pa.float16())
    return made


def table(without=()):
    return pa.table({name: column for name, column in columns().items() if name not in without})


def main():
    os.makedirs(FOLDER, exist_ok=True)
    path = lambda name: os.path.join(FOLDER, name)
    everything = table()
    pa.parquet.write_table(everything, path("types.parquet"), row_group_size=3)
    pa.feather.write_feather(everything, path("types.arrow"), compression="zstd")
    # ORC has no unsigned numbers, half precision, times of day, spans, fixed lists or times in seconds.
    pa.orc.write_table(
        table(("uint8", "uint16", "uint32", "uint64", "float16", "clock", "span", "fixed", "large", "time.s", "time.ms", "time.us", "colour")),
        path("types.orc"),
    )
    # Statistics of row groups, for filters.
    pa.parquet.write_table(pa.table({"n": pa.array(range(1000)), "half": pa.array([i / 2 for i in range(1000)])}), path("groups.parquet"), row_group_size=100)


if __name__ == "__main__":
    main()

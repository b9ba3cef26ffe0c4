"""tables_data.py FOLDER: the files that the scans of tables are measured on, 20 columns: 2 million rows in binary formats, fewer as text."""

import json
import os
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet


def table(rows):
    columns = {"id": pa.array(range(rows))}
    for i in range(12):
        columns[f"f{i}"] = pc.cast(pc.random(rows), pa.float32())
    for i in range(4):
        columns[f"i{i}"] = pc.cast(pc.floor(pc.multiply(pc.random(rows), 10_000)), pa.int64())
    columns["when"] = pc.cast(pc.add(columns["id"], 1_700_000_000), pa.timestamp("s"))
    columns["machine"] = pc.binary_join_element_wise("machine", pc.cast(columns["i0"], pa.string()), "-")
    columns["note"] = pc.binary_join_element_wise("note", pc.cast(columns["id"], pa.string()), " ")
    return pa.table(columns)


def write_lines(table, path):
    with open(path, "w") as file:
        for batch in table.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                file.write(json.dumps(row, default=str, separators=(",", ":")) + "\n")


folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
writers = {
    "scan.parquet": (2_000_000, lambda rows, path: pyarrow.parquet.write_table(rows, path, row_group_size=131_072)),
    "scan.arrow": (2_000_000, lambda rows, path: pyarrow.feather.write_feather(rows, path, compression="lz4")),
    "scan.orc": (2_000_000, lambda rows, path: pyarrow.orc.write_table(rows, path, compression="zstd")),
    "scan.csv": (800_000, lambda rows, path: pyarrow.csv.write_csv(rows, path)),
    "scan.jsonl": (200_000, write_lines),
}
for name, (rows, write) in writers.items():
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        write(table(rows), path + ".part")
        os.rename(path + ".part", path)

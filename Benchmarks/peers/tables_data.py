"""tables_data.py FOLDER: the files that the scans of tables are measured on, 2 million rows of 20 columns as Parquet, 800,000 as CSV."""

import os
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
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


folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
pyarrow.parquet.write_table(table(2_000_000), os.path.join(folder, "scan.parquet"), row_group_size=131_072)
pyarrow.csv.write_csv(table(800_000), os.path.join(folder, "scan.csv"))

"""pyarrow_scan.py PATH [COLUMN...]: what Sources/tables does, by pyarrow's own data sets."""

import json
import sys
import time

import pyarrow.dataset

path, columns = sys.argv[1], sys.argv[2:] or None
seconds, start = [], time.monotonic()
while len(seconds) < 3 or time.monotonic() - start < 1.5:
    begin = time.monotonic()
    rows = 0
    for batch in pyarrow.dataset.dataset(path, format="csv" if path.endswith(".csv") else "parquet").to_batches(columns=columns):
        rows += batch.num_rows
    seconds.append(time.monotonic() - begin)
print(json.dumps({"rows": rows, "seconds": seconds}))

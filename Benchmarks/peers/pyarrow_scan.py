"""pyarrow_scan.py PATH [COLUMN<NUMBER] [COLUMN...]: what `tables scan` does, by pyarrow's own data sets."""

import json
import sys
import time

import pyarrow.dataset

path, words = sys.argv[1], sys.argv[2:]
columns = [word for word in words if "<" not in word] or None
bounds = [word.split("<") for word in words if "<" in word]
condition = pyarrow.dataset.field(bounds[0][0]) < int(bounds[0][1]) if bounds else None
ending = path.rsplit(".", 1)[1]
seconds, start = [], time.monotonic()
while len(seconds) < 3 or time.monotonic() - start < 1.5:
    begin = time.monotonic()
    rows = 0
    source = pyarrow.dataset.dataset(path, format={"jsonl": "json"}.get(ending, ending))
    for batch in source.to_batches(columns=columns, filter=condition):
        rows += batch.num_rows
    seconds.append(time.monotonic() - begin)
print(json.dumps({"rows": rows, "seconds": seconds}))

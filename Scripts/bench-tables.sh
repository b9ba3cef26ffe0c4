#!/usr/bin/env bash
# Compares the scan of a table with pyarrow's own, slice by slice in turns, and prints a line of JSON for each file:
# {"file":"scan.parquet","columns":"all","millrace_s":0.51,"pyarrow_s":0.5,"ratio":0.98,…}; a ratio above 1 is faster than pyarrow.
#   ROUNDS=5 Scripts/bench-tables.sh            BUILD=0 leaves out the build
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=26.0.1
environment=.deps/tables
data=.deps/tables/data
fail() { echo "bench-tables: $*" >&2; exit 1; }

Scripts/setup.sh
if [ "$(cat $environment/version 2>/dev/null)" != $version ]; then
    echo "bench-tables: installing pyarrow $version into $environment" >&2
    python3 -m venv $environment || fail "python3 cannot make a virtual environment: install python3-venv"
    $environment/bin/python -m pip install --quiet "pyarrow==$version" || fail "could not install pyarrow: is there a network?"
    echo $version >$environment/version
fi
[ -f $data/scan.csv ] || $environment/bin/python Benchmarks/peers/tables_data.py $data || fail "the data could not be made"
[ "${BUILD:-1}" = 0 ] || swift build -c release --package-path Benchmarks --product tables >&2

$environment/bin/python - "${ROUNDS:-5}" $data Benchmarks/.build/release/tables $environment/bin/python Benchmarks/peers/pyarrow_scan.py <<'P'
import json, os, statistics, subprocess, sys
rounds, data, ours, python, peer = int(sys.argv[1]), *sys.argv[2:]
works = [("scan.parquet", []), ("scan.parquet", ["f0", "i0"]), ("scan.csv", [])]
for file, columns in works:
    path = os.path.join(data, file)
    times = {"millrace": [], "pyarrow": []}
    rows = set()
    for _ in range(rounds):
        for name, command in (("millrace", [ours]), ("pyarrow", [python, peer])):
            answer = json.loads(subprocess.run(command + [path] + columns, check=True, capture_output=True, text=True).stdout)
            times[name].append(min(answer["seconds"]))
            rows.add(answer["rows"])
    assert len(rows) == 1, rows
    mine, theirs = (statistics.median(times[name]) for name in ("millrace", "pyarrow"))
    ratios = [b / a for a, b in zip(times["millrace"], times["pyarrow"])]
    print(json.dumps({
        "file": file, "columns": ",".join(columns) or "all", "rows": rows.pop(), "bytes": os.path.getsize(path),
        "millrace_s": round(mine, 4), "pyarrow_s": round(theirs, 4), "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios]}), flush=True)
P

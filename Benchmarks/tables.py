"""tables.py DATA: compares scans of tables with pyarrow's and boosted trees with scikit-learn's, slice by slice in turns.

    ROUNDS=5                how often each is asked
    ONLY=parquet,trees      only works whose names hold one of these words
    MILLRACE_DATA=...       where the tables for the trees lie

Prints a line of JSON for each work and, when all were measured, writes TABLES.md.
"""

import datetime
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = module_from_spec(spec_from_loader("bench", SourceFileLoader("bench", os.path.join(HERE, "bench"))))
BENCH.__spec__.loader.exec_module(BENCH)
OURS = os.path.join(HERE, ".build", "release", "tables")
ROUNDS = int(os.environ.get("ROUNDS", "5"))
ONLY = [word for word in os.environ.get("ONLY", "").split(",") if word]

SCANS = [
    ("parquet, all columns", "scan.parquet", []),
    ("parquet, 2 of 20 columns", "scan.parquet", ["f0", "i0"]),
    ("parquet, a tenth of the rows", "scan.parquet", ["id<200000"]),
    ("arrow, all columns", "scan.arrow", []),
    ("arrow, 2 of 20 columns", "scan.arrow", ["f0", "i0"]),
    ("orc, all columns", "scan.orc", []),
    ("orc, 2 of 20 columns", "scan.orc", ["f0", "i0"]),
    ("csv, all columns", "scan.csv", []),
    ("json lines, all columns", "scan.jsonl", []),
]
MONTHS = [f"BILL_AMT{i}" for i in range(1, 7)] + [f"PAY_AMT{i}" for i in range(1, 7)] + [f"PAY_{i}" for i in (0, 2, 3, 4, 5, 6)]
TREES = [
    ("trees, credit", "credit-default/train_24000.csv.gz", ["class", "LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE", *MONTHS]),
    ("trees, ai4i", "ai4i2020/ai4i2020.csv.gz",
     ["Machine failure", "Air temperature [K]", "Process temperature [K]", "Rotational speed [rpm]", "Torque [Nm]", "Tool wear [min]"]),
]


def answer(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(name, ours, theirs):
    """Asks both in turns; the ratio is the median over the rounds of their seconds over ours."""
    sides = {"millrace": ours, "peer": theirs}
    times, last = {side: [] for side in sides}, {}
    for _ in range(ROUNDS):
        for side, command in sides.items():
            last[side] = answer(command)
            times[side].append(min(last[side]["seconds"]))
    if last["millrace"]["rows"] != last["peer"]["rows"]:
        sys.exit(f"tables: {name}: {last['millrace']['rows']} rows, the peer has {last['peer']['rows']}")
    ratios = [theirs / ours for ours, theirs in zip(times["millrace"], times["peer"])]
    record = {
        "work": name, "rows": last["millrace"]["rows"], "millrace_s": round(statistics.median(times["millrace"]), 4),
        "peer_s": round(statistics.median(times["peer"]), 4), "ratio": round(statistics.median(ratios), 2),
        "range": [round(min(ratios), 2), round(max(ratios), 2)], "quality": [last[side].get("quality") for side in sides]}
    print(json.dumps(record), flush=True)
    return record


def table(records, quality):
    lines = ["| work | rows | theirs, s | ours, s | ratio | range |" + (" ROC AUC, theirs | ours |" if quality else ""),
             "|---" * (8 if quality else 6) + "|"]
    for one in records:
        cells = [one["work"], f"{one['rows']:,}", one["peer_s"], one["millrace_s"], one["ratio"], "{}–{}".format(*one["range"])]
        if quality:
            cells += [f"{one['quality'][1]:.4f}", f"{one['quality'][0]:.4f}"]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return lines


def main():
    data, tables = sys.argv[1], os.environ.get("MILLRACE_DATA") or os.path.join(BENCH.ROOT, "..", "shared", "data")
    peers = os.path.join(HERE, "peers")

    def measured(works, folder, verb, peer):
        return [compare(name, [OURS, verb, os.path.join(folder, file), *words],
                        [sys.executable, os.path.join(peers, peer), os.path.join(folder, file), *words])
                for name, file, words in works if not ONLY or any(word in name for word in ONLY)]

    scans = measured(SCANS, data, "scan", "pyarrow_scan.py")
    trees = measured(TREES, tables, "trees", "sklearn_trees.py")
    if ONLY:
        return
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("pyarrow", "scikit-learn", "numpy"))
    lines = [
        "# Tables", "",
        "Written by `make bench-tables`. Both sides are asked in turns; a time is the best of a slice of a second and a half, the ratio",
        "the median over the rounds of the peer's time over ours: above 1 we are faster. A scan opens the table and reads it to its end;",
        "the peer is `pyarrow.dataset`. Of Arrow's own files every block is checked whole before it is used, texts as UTF-8 too, which the",
        "peer does not do. Trees are 100 rounds of 31 leaves at a rate of 0.1; the peer is `HistGradientBoostingClassifier`.",
        "", f"- measured: {datetime.date.today()}, {ROUNDS} rounds", f"- machine: {BENCH.machine()}",
        f"- ours: Millrace {BENCH.output_of('git', 'rev-parse', '--short', 'HEAD')}, Arrow C++ of the same version as pyarrow",
        f"- peers: {versions}", "", *table(scans, False), "", *table(trees, True)]
    with open(os.path.join(HERE, "TABLES.md"), "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""Scores of published detectors on files of the Numenta Anomaly Benchmark: alarms in, score out.

Needs a clone of the benchmark (github.com/numenta/NAB), whose folder is in NAB_REPOSITORY; without it the numbers stay as they are.
The scores are those that the repository's own scorer wrote into results/<detector>/<detector>_standard_scores.csv.
"""

import csv
import json
import os
import sys
from pathlib import Path

DETECTORS = ["numenta", "ARTime", "contextOSE"]
GROUPS = ["realKnownCause", "artificialWithAnomaly", "artificialNoAnomaly", "realTraffic"]

if "NAB_REPOSITORY" not in os.environ:
    sys.exit("nab: NAB_REPOSITORY is not set, the golden numbers stay as they are")
repository = Path(os.environ["NAB_REPOSITORY"])
windows = json.loads((repository / "labels/combined_windows.json").read_text())
thresholds = json.loads((repository / "config/thresholds.json").read_text())
lines = []
for detector in DETECTORS:
    threshold = thresholds[detector]["standard"]["threshold"]
    with open(repository / f"results/{detector}/{detector}_standard_scores.csv") as file:
        scores = {row["File"]: float(row["Score"]) for row in csv.DictReader(file) if row["File"]}
    for name in sorted(windows):
        group, file = name.split("/")
        if group not in GROUPS:
            continue
        with open(repository / f"results/{detector}/{group}/{detector}_{file}") as table:
            rows = list(csv.DictReader(table))
        places = {row["timestamp"][:19]: index for index, row in reversed(list(enumerate(rows)))}
        lines.append(
            {
                "detector": detector,
                "file": name,
                "rows": len(rows),
                "windows": [[places[a[:19]], places[b[:19]]] for a, b in windows[name]],
                "alarms": [index for index, row in enumerate(rows) if float(row["anomaly_score"]) >= threshold],
                "score": scores[name],
            }
        )
target = Path(__file__).parents[2] / "Tests/StreamsTests/Golden/nab.jsonl"
target.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
print(f"nab: {len(lines)} cases")

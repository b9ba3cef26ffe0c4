"""Runs `streams` and River in turns and writes their sections of Benchmarks/STREAMS.md: streams_report.py BINARY FOLDER ROUNDS [PART...]."""

import datetime
import importlib.metadata
import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
binary, folder, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
parts = sys.argv[4:] or ["electricity", "anomalies", "drift"]


def lines(*command):
    answer = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in answer.splitlines() if line]


def ours(*words):
    return lines(binary, *words)


def river(*words):
    return lines(sys.executable, here / "river_streams.py", *words)


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{model.group(1) if model else 'unknown processor'}, {os.cpu_count()} cores"


def heading():
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return f"{datetime.date.today()}, Millrace {commit}, river {importlib.metadata.version('river')}, {machine()}, load {os.getloadavg()[0]:.1f}.\n"


def span(values, form="{:.0f}"):
    low, high = form.format(min(values)), form.format(max(values))
    return form.format(statistics.median(values)) + ("" if low == high else f" ({low}–{high})")


def electricity():
    """The accuracy of each learner over the whole stream, test then learn."""
    data = folder / "electricity.csv"
    found, peers = {}, {}
    for _ in range(rounds):
        for line in ours("electricity", data, 3):
            found.setdefault(line["learner"], []).append(line)
    for line in river("electricity", data):
        peers[line["learner"]] = line
    text = "Elec2, 45,312 rows, 6 columns, no lagged labels or columns; test, then learn. Forests over three seeds. The label before would score "
    text += f"{100 * line_of(found)['no_change']:.2f} %, the majority {100 * line_of(found)['majority']:.2f} %.\n\n"
    text += "| learner | accuracy % | κ | κ temporal | recalls | events/s | KiB | limit KiB | River: accuracy % | events/s |\n|---|---|---|---|---|---|---|---|---|---|\n"
    for name, several in found.items():
        peer = peers.get(name)
        numbers = [span([100 * one["accuracy"] for one in several], "{:.2f}"), span([one["kappa"] for one in several], "{:.3f}")]
        numbers += [span([one["kappa_temporal"] for one in several], "{:.3f}"), " ".join(f"{value:.3f}" for value in several[0]["recalls"])]
        numbers += [span([one["events_per_second"] for one in several]), span([one["kilobytes"] for one in several])]
        numbers += [span([one["limit_kilobytes"] for one in several])]
        numbers += [f"{100 * peer['accuracy']:.2f}", f"{peer['events_per_second']:.0f}"] if peer else ["–", "–"]
        text += f"| {name} | " + " | ".join(numbers) + " |\n"
    return text


def line_of(found):
    return next(iter(found.values()))[0]


def anomalies():
    data = folder / "shuttle.csv"
    mine, theirs = [], []
    for seed in range(5):
        mine += [ours("anomalies", data, 5)[seed]]
        theirs += river("anomalies", data, seed)
    text = "UCI Shuttle as a table out of the river package: 49,097 rows, 9 columns; 25 trees of height 8, windows of 250 rows; seeds 0–4. Average\n"
    text += "precision over the rows from 5,000 on; each row is scored, then learned. Runs in turns.\n\n| | average precision, mean (range) | events/s |\n|---|---|---|\n"
    for name, several in [("Millrace", mine), ("River", theirs)]:
        precisions = [one["average_precision"] for one in several]
        text += f"| {name} | {statistics.mean(precisions):.3f} ({min(precisions):.3f}–{max(precisions):.3f}) | "
        text += span([one["events_per_second"] for one in several]) + " |\n"
    ratios = [a["events_per_second"] / b["events_per_second"] for a, b in zip(mine, theirs)]
    return text + f"\nRatio of events/s: {span(ratios, '{:.0f}')}.\n"


def drift():
    rows = ours("drift", folder / "stations.csv") + river("drift")
    streams = list(dict.fromkeys(row["stream"] for row in rows))
    text = "Delay: events from the change to the report, on average over the changed streams; a change that is not found within 2,000 events counts as 2,000.\n"
    text += "False alarms per 10,000 events without change. `calibrated` knows only the first 2,000 events of each stream and is asked for one false alarm in\n"
    text += "10,000 events; of the others the most sensitive threshold with at most that is taken, chosen on the calm streams themselves, and Page–Hinkley with four\n"
    text += "tolerances. ADWIN, Page–Hinkley, KSWIN, DDM and EDDM run in this package, which gives River's alarms event by event (a test says so); HDDM and FHDDM in\n"
    text += "River. Stations: three years of hourly values, their temperature shifted by one deviation.\n\n"
    text += "| stream | calibrated: delay | false alarms | found | best of River | delay | false alarms | found | others' delays | never |\n|---|---|---|---|---|---|---|---|---|---|\n"
    for stream in streams:
        own = [row for row in rows if row["stream"] == stream]
        mine = next(row for row in own if row["detector"] == "calibrated")
        never = next(row for row in own if row["detector"] == "never")
        peers = sorted((row for row in own if row["detector"] not in ("calibrated", "always", "never")), key=lambda row: row["mean_delay"])
        best = peers[0]
        others = "; ".join(f"{row['detector']} {row['mean_delay']:.0f}" for row in peers[1:])
        cells = [f"{mine['mean_delay']:.1f}", f"{mine['false_alarms_per_10000']:.2f}", f"{mine['found']}/{mine['changes']}", best["detector"]]
        cells += [f"{best['mean_delay']:.1f}", f"{best['false_alarms_per_10000']:.2f}", f"{best['found']}/{best['changes']}", others, f"{never['mean_delay']:.0f}"]
        text += f"| {stream} | " + " | ".join(cells) + " |\n"
    return text + "\n\"Always\" has delay 0 and 10,000 false alarms in 10,000 events, \"never\" finds nothing.\n"


titles = {"electricity": "Online classifiers", "anomalies": "Half-space trees", "drift": "Drift"}
place = here.parent / "STREAMS.md"
text = place.read_text() if place.exists() else "# Streams\n\nWritten by the scripts named in each section; every section tells date, machine and versions.\n"
for part in parts:
    section = f"## {titles[part]}\n\n`Scripts/bench-streams.sh {part}`, {heading()}\n{globals()[part]()}"
    pattern = rf"## {titles[part]}\n.*?(?=\n## |\Z)"
    text = re.sub(pattern, lambda _: section, text, flags=re.S) if re.search(pattern, text, flags=re.S) else text.rstrip("\n") + "\n\n" + section
    place.write_text(text)

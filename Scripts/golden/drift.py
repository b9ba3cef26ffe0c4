"""Writes Tests/StreamsTests/Golden/drift.jsonl: at which events River's drift detectors warn and alarm on small streams.

One line is a stream {"stream", "values"} or a case {"detector", "stream", "options", "drifts", "warnings"} with the numbers of the events, from 0.
Values have few decimals, so that they are the same numbers everywhere.
"""

import importlib.metadata
import json
from pathlib import Path

import numpy
from river.drift import ADWIN, KSWIN, PageHinkley
from river.drift.binary import DDM, EDDM

rng = numpy.random.default_rng(5)


def normal(*parts):
    """Parts (count, mean, deviation) one after the other."""
    return numpy.concatenate([rng.normal(mean, deviation, count) for count, mean, deviation in parts]).round(3).tolist()


def errors(*parts):
    return numpy.concatenate([rng.random(count) < rate for count, rate in parts]).astype(int).tolist()


streams = {
    "still": normal((1500, 0, 1)),
    "mean": normal((700, 0, 1), (600, 1, 1), (700, -0.5, 1)),
    "deviation": normal((900, 0, 1), (900, 0, 3), (500, 0, 0.5)),
    "far": normal((600, 1000, 5), (500, 1012, 5), (400, 990, 30)),
    "slope": (numpy.linspace(0, 4, 2000) + rng.normal(0, 1, 2000)).round(3).tolist(),
    "steps": (rng.integers(0, 4, 1600) + numpy.repeat([0, 2, 1, 6], 400)).tolist(),
    "errors": errors((900, 0.1), (700, 0.35), (900, 0.08)),
    "more errors": errors((1200, 0.3), (600, 0.6), (600, 0.9), (600, 0.05)),
    "no errors": errors((300, 0.0), (300, 0.02), (300, 0.5)),
}  # fmt: skip
numbers = ["still", "mean", "deviation", "far", "slope", "steps", "errors"]
answers = ["errors", "more errors", "no errors"]
cases = [
    ("adwin", ADWIN, list(dict.fromkeys(numbers + answers)), [{}, {"delta": 0.05, "clock": 1}, {"delta": 0.3, "max_buckets": 3, "min_window_length": 2, "grace_period": 40}]),
    ("page-hinkley", PageHinkley, numbers, [{}, {"threshold": 8.0, "delta": 0.2}, {"threshold": 15.0, "mode": "up", "alpha": 0.99}, {"threshold": 12.0, "mode": "down", "min_instances": 5}]),
    ("kswin", KSWIN, numbers, [{"seed": 1}, {"seed": 42, "alpha": 0.01, "window_size": 200, "stat_size": 40}, {"seed": 7, "alpha": 0.05, "window_size": 900, "stat_size": 20}, {"seed": 123456789012, "alpha": 0.001, "window_size": 60, "stat_size": 4}]),
    ("ddm", DDM, answers, [{}, {"warm_start": 5, "warning_threshold": 1.0, "drift_threshold": 2.0}]),
    ("eddm", EDDM, answers, [{}, {"alpha": 0.8, "beta": 0.7, "warm_start": 10}]),
]  # fmt: skip
lines = [{"stream": name, "values": values} for name, values in streams.items()]
for name, make, names, options in cases:
    for option in options:
        for stream in names:
            detector, drifts, warnings = make(**option), [], []
            for event, value in enumerate(streams[stream]):
                detector.update(value)
                if detector.drift_detected:
                    drifts.append(event)
                elif getattr(detector, "warning_detected", False):
                    warnings.append(event)
            lines.append({"detector": name, "stream": stream, "options": option, "drifts": drifts, "warnings": warnings})

out = Path(__file__).resolve().parents[2] / "Tests/StreamsTests/Golden/drift.jsonl"
out.parent.mkdir(parents=True, exist_ok=True)
with out.open("w") as file:
    for line in [{"reference": f"river {importlib.metadata.version('river')}"}, *lines]:
        file.write(json.dumps(line, separators=(",", ":")) + "\n")
print(out.name, out.stat().st_size, "bytes;", sum(len(line.get("drifts", [])) for line in lines), "drifts")

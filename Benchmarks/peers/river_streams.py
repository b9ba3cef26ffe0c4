"""River on the streams of `streams`: half-space trees on a table, trees on Elec2, and the drift detectors that only River has.

    river_streams.py anomalies FILE SEED | electricity FILE | drift

Prints a JSON object per line.
"""

import csv
import json
import sys
import time

import numpy
from river import anomaly, compose, drift, forest, preprocessing, tree
from sklearn.metrics import average_precision_score

BEFORE, AFTER, REFERENCE, CALM, CHANGED = 5000, 2000, 2000, 6, 100


def table(path):
    with open(path) as file:
        rows = list(csv.reader(file))
    names = rows[0][:-1]
    return [(dict(zip(names, map(float, row))), int(float(row[-1]))) for row in rows[1:]]


def anomalies(path, seed):
    data = table(path)
    model = compose.Pipeline(preprocessing.MinMaxScaler(), anomaly.HalfSpaceTrees(n_trees=25, height=8, window_size=250, seed=seed))
    scores, start = [], time.perf_counter()
    for row, _ in data:
        scores.append(model.score_one(row))
        model.learn_one(row)
    seconds = time.perf_counter() - start
    precision = average_precision_score([label for _, label in data[5000:]], scores[5000:])
    print(json.dumps({"learner": "half-space trees", "seed": seed, "average_precision": precision, "events_per_second": len(data) / seconds}))


def electricity(path):
    data = table(path)
    for name, model in [("Hoeffding tree", tree.HoeffdingTreeClassifier()), ("adaptive random forest, 10 trees", forest.ARFClassifier(n_models=10, seed=0))]:
        right, start = 0, time.perf_counter()
        for row, label in data:
            right += model.predict_one(row) == label
            model.learn_one(row, label)
        seconds = time.perf_counter() - start
        print(json.dumps({"learner": name, "accuracy": right / len(data), "events_per_second": len(data) / seconds}), flush=True)


def alarms(detector, values):
    found = []
    for event, value in enumerate(values):
        detector.update(bool(value))
        if detector.drift_detected:
            found.append(event)
    return found


def detectors():
    rng = numpy.random.default_rng(1)
    levels = [10.0**-exponent for exponent in numpy.arange(12, 0.4, -0.5)]
    kinds = [
        ("HDDM_A", levels, lambda level: drift.binary.HDDMA(drift_confidence=level, warning_confidence=min(1, 2 * level), two_sided_test=True)),
        ("HDDM_W", levels, lambda level: drift.binary.HDDMW(drift_confidence=level, warning_confidence=min(1, 2 * level), two_sided_test=True)),
        ("FHDDM", levels, lambda level: drift.binary.FHDDM(confidence_level=level)),
    ]
    for stream, first, second in [("errors 10 → 20 %", 0.1, 0.2), ("errors 20 → 50 %", 0.2, 0.5), ("errors 30 → 15 %", 0.3, 0.15)]:
        calm = [rng.random(42_000) < first for _ in range(CALM)]
        changed = [numpy.concatenate([rng.random(BEFORE) < first, rng.random(AFTER) < second]) for _ in range(CHANGED)]
        for name, settings, make in kinds:
            low, high, best = 0, len(settings), None
            while low < high:
                middle = (low + high) // 2
                false = sum(event >= REFERENCE for values in calm for event in alarms(make(settings[middle]), values))
                if 10_000 * false <= CALM * 40_000:
                    best, low = middle, middle + 1
                else:
                    high = middle
            if best is None:
                continue
            delays, early = [], 0
            for values in changed:
                found = alarms(make(settings[best]), values)
                early += sum(REFERENCE <= event < BEFORE for event in found)
                late = [event - BEFORE for event in found if event >= BEFORE]
                delays.append(late[0] if late else AFTER)
            print(json.dumps({
                "stream": stream, "detector": name, "setting": settings[best], "false_alarms_per_10000": 10_000 * early / (CHANGED * (BEFORE - REFERENCE)),
                "found": sum(delay < AFTER for delay in delays), "changes": CHANGED, "mean_delay": float(numpy.mean(delays)),
            }, ensure_ascii=False), flush=True)  # fmt: skip


if sys.argv[1] == "anomalies":
    anomalies(sys.argv[2], int(sys.argv[3]))
elif sys.argv[1] == "electricity":
    electricity(sys.argv[2])
else:
    detectors()

"""Writes Tests/LearningTests/Golden/boosting.jsonl: what scikit-learn's histogram gradient boosting and LightGBM score on three tables.

Needs the data folder: `../shared/data` beside the repository, or MILLRACE_DATA. Rows are dealt to folds by a hash of their number, so
that every program can deal them alike: fold = (row * 2654435761 mod 2^32) * 5 >> 32.
"""

import gzip
import importlib.metadata
import json
import os
import time
from pathlib import Path

import lightgbm
import numpy
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, roc_auc_score

root = Path(__file__).resolve().parents[2]
data = Path(os.environ.get("MILLRACE_DATA", root.parent / "shared/data"))
lines = []


def folds(count):
    return (numpy.arange(count, dtype=numpy.uint64) * 2654435761 % 2**32 * 5) >> 32


def table(path):
    with gzip.open(data / path, "rt", encoding="utf-8-sig") as file:
        header, *rows = [line.rstrip("\n").split(",") for line in file]
    return {name: column for name, column in zip(header, zip(*rows))}


def ai4i():
    columns = table("ai4i2020/ai4i2020.csv.gz")
    kind = numpy.array(["LMH".index(kind) for kind in columns["Type"]], float)
    names = ["Air temperature [K]", "Process temperature [K]", "Rotational speed [rpm]", "Torque [Nm]", "Tool wear [min]"]
    air, process, speed, torque, wear = (numpy.array(columns[name], float) for name in names)
    x = numpy.stack([kind, air, process, speed, torque, wear, torque * speed * numpy.pi / 30, process - air, wear * torque], 1)
    return x, numpy.array(columns["Machine failure"], int)


def credit():
    columns = table("credit-default/train_24000.csv.gz")
    y = numpy.array(columns.pop("class"), int)
    columns.pop("ID")
    return numpy.stack([numpy.array(column, float) for column in columns.values()], 1), y


def turbofan():
    """Of each window of 30 cycles: last value, mean, spread and slope of 14 sensors; the life that remains, at most 125 cycles."""
    rows = numpy.loadtxt(gzip.open(data / "cmapss/train_FD001.txt.gz"))
    sensors = [4 + number for number in (2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21)]
    line = numpy.arange(30) - 14.5
    x, y, units = [], [], []
    for unit in range(1, 101):
        mine = rows[rows[:, 0] == unit][:, sensors]
        for end in range(30, len(mine) + 1):
            window = mine[end - 30 : end]
            slope = line @ window / (line @ line)
            x.append(numpy.concatenate([window[-1], window.mean(0), window.std(0), slope]))
            y.append(min(125, len(mine) - end))
            units.append(unit)
    return numpy.array(x), numpy.array(y, float), numpy.array(units)


def note(name, library, scores, seconds):
    version = importlib.metadata.version(library)
    lines.append({"table": name, "reference": f"{library} {version}", **{key: float(numpy.mean(value)) for key, value in scores.items()}})
    print(f"{name:9} {library:13} {lines[-1]} {seconds:.2f} s")


def classify(name, x, y):
    x = x.astype(numpy.float32)
    fold = folds(len(y))
    for library in ["scikit-learn", "lightgbm"]:
        scores, seconds = {"roc_auc": [], "log_loss": []}, 0
        for held in range(5):
            if library == "lightgbm":
                model = lightgbm.LGBMClassifier(min_child_samples=20, verbose=-1, n_jobs=2)
            else:
                model = HistGradientBoostingClassifier(early_stopping=False)
            start = time.perf_counter()
            model.fit(x[fold != held], y[fold != held])
            seconds += time.perf_counter() - start
            p = model.predict_proba(x[fold == held])[:, 1]
            scores["roc_auc"].append(roc_auc_score(y[fold == held], p))
            scores["log_loss"].append(log_loss(y[fold == held], p))
        note(name, library, scores, seconds)


classify("ai4i", *ai4i())
classify("credit", *credit())
x, y, units = turbofan()
x = x.astype(numpy.float32)
for library in ["scikit-learn", "lightgbm"]:
    scores, seconds = {"rmse": []}, 0
    for held in range(5):
        mine = units % 5 == held
        if library == "lightgbm":
            model = lightgbm.LGBMRegressor(min_child_samples=20, verbose=-1, n_jobs=2)
        else:
            model = HistGradientBoostingRegressor(early_stopping=False)
        start = time.perf_counter()
        model.fit(x[~mine], y[~mine])
        seconds += time.perf_counter() - start
        scores["rmse"].append(numpy.sqrt(numpy.mean((model.predict(x[mine]) - y[mine]) ** 2)))
    note("turbofan", library, scores, seconds)

out = root / "Tests/LearningTests/Golden/boosting.jsonl"
out.write_text("".join(json.dumps(line) + "\n" for line in lines))

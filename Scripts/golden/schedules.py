"""The learning rate at every time of a run, by torch's schedulers, for a base rate of 1."""

import json
from pathlib import Path

import torch
from torch.optim import lr_scheduler as S

TOTAL = 30
lines = []


def rates(make, count, feed=None):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer)
    answers = []
    for time in range(count):
        answers.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([feed[time]] if feed else []))
    return answers


def case(schedule, make, count=TOTAL):
    lines.append({"schedule": schedule, "total": TOTAL, "rates": rates(make, count)})


case({"kind": "constant"}, lambda o: S.ConstantLR(o, factor=1.0))
case({"kind": "step", "every": 7, "factor": 0.5}, lambda o: S.StepLR(o, 7, 0.5))
case({"kind": "multiStep", "at": [5, 6, 20], "factor": 0.3}, lambda o: S.MultiStepLR(o, [5, 6, 20], 0.3))
case({"kind": "exponential", "factor": 0.9}, lambda o: S.ExponentialLR(o, 0.9))
case({"kind": "cosine"}, lambda o: S.CosineAnnealingLR(o, TOTAL))
case({"kind": "cosine", "minimum": 0.1}, lambda o: S.CosineAnnealingLR(o, TOTAL, eta_min=0.1))
case({"kind": "cosineRestarts", "period": 8}, lambda o: S.CosineAnnealingWarmRestarts(o, 8))
case(
    {"kind": "cosineRestarts", "period": 4, "growth": 2, "minimum": 0.05},
    lambda o: S.CosineAnnealingWarmRestarts(o, 4, T_mult=2, eta_min=0.05),
)
case({"kind": "oneCycle"}, lambda o: S.OneCycleLR(o, max_lr=1.0, total_steps=TOTAL))
case(
    {"kind": "oneCycle", "rise": 0.4, "start": 0.1, "end": 0.01, "linear": True},
    lambda o: S.OneCycleLR(o, 1.0, total_steps=TOTAL, pct_start=0.4, div_factor=10, final_div_factor=100, anneal_strategy="linear"),
)
case({"kind": "polynomial"}, lambda o: S.PolynomialLR(o, TOTAL))
case({"kind": "polynomial", "power": 2}, lambda o: S.PolynomialLR(o, TOTAL, power=2))
for kind, then in [
    ({"kind": "cosine"}, lambda o: S.CosineAnnealingLR(o, TOTAL - 6)),
    ({"kind": "step", "every": 7, "factor": 0.5}, lambda o: S.StepLR(o, 7, 0.5)),
    ({"kind": "polynomial", "power": 2}, lambda o: S.PolynomialLR(o, TOTAL - 6, power=2)),
]:
    warm = lambda o: S.LinearLR(o, start_factor=0.25, end_factor=1.0, total_iters=6)
    case(kind | {"warmUp": 6, "warmUpStart": 0.25}, lambda o: S.SequentialLR(o, [warm(o), then(o)], milestones=[6]))

losses = [1, 0.8, 0.9, 0.8, 0.81, 0.82, 0.7, 0.7, 0.70001, 0.69999, 0.7, 0.71, 0.71, 0.71, 0.71, 0.6, 0.61, 0.62, 0.63, 0.64, 0.64, 0.5]
for settings, mode in [
    ({"factor": 0.5, "patience": 1}, "min"),
    ({"factor": 0.5, "patience": 1, "cooldown": 2, "threshold": 0.01}, "min"),
    ({"factor": 0.3, "patience": 0, "minimum": 0.2}, "min"),
    ({"factor": 0.5, "patience": 2}, "max"),
]:
    feed = [value if mode == "min" else 2 - value for value in losses]
    make = lambda o: S.ReduceLROnPlateau(
        o, mode=mode, factor=settings["factor"], patience=settings["patience"], threshold=settings.get("threshold", 1e-4),
        cooldown=settings.get("cooldown", 0), min_lr=settings.get("minimum", 0),
    )  # fmt: skip
    lines.append({"plateau": settings, "largerIsBetter": mode == "max", "values": feed, "rates": rates(make, len(feed), feed)})

file = Path(__file__).resolve().parents[2] / "Tests/LearningTests/Golden/schedules.jsonl"
file.parent.mkdir(parents=True, exist_ok=True)
file.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
print(f"schedules: {len(lines)} cases")

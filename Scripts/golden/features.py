"""What features learn and compute, by scikit-learn and pandas: scalers, imputation, components, mutual information, rolling statistics."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.metrics import mutual_info_score
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

random = np.random.default_rng(20260713)
cases = []


def plain(value):
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.tolist()]
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def case(name, **numbers):
    cases.append({"name": name} | {key: plain(value) for key, value in numbers.items()})


x = random.normal(size=(60, 4)) * [1, 100, 1e-3, 5] + [0, 1e6, 3, -20]
holes = x.copy()
holes[random.random(x.shape) < 0.15] = np.nan
for name, scaler in [("standard", StandardScaler()), ("min-max", MinMaxScaler()), ("robust", RobustScaler())]:
    case(f"scale.{name}", input=holes, output=scaler.fit_transform(holes))
case("scale.log1p", input=x, output=np.sign(x) * np.log1p(np.abs(x)))
for name in ["mean", "median"]:
    case(f"impute.{name}", input=holes, output=SimpleImputer(strategy=name).fit_transform(holes))
case("clip.quantiles", input=x, output=np.clip(x, np.quantile(x, 0.1, axis=0), np.quantile(x, 0.9, axis=0)))

mixed = random.normal(size=(80, 5)) @ random.normal(size=(5, 5)) + [1, 2, 3, 4, 5]
for name, model in [("three", PCA(3)), ("all", PCA()), ("share", PCA(0.9)), ("whiten", PCA(2, whiten=True))]:
    case(f"pca.{name}", input=mixed, output=model.fit_transform(mixed), explained=model.explained_variance_ratio_)

label = random.integers(0, 3, 400)
columns = np.stack([label + random.normal(size=400), random.normal(size=400), label * label * 1.0, random.normal(size=400) * (label + 1)], 1)


def binned(column):
    return np.searchsorted(np.quantile(column, np.arange(1, 16) / 16), column, side="left")


case(
    "information.classes", input=columns, target=[str(value) for value in label],
    output=[float(mutual_info_score(binned(column), label)) for column in columns.T],
)
number = columns[:, 0] * 2 + random.normal(size=400)
case(
    "information.number", input=columns, target=number,
    output=[float(mutual_info_score(binned(column), binned(number))) for column in columns.T],
)

series = pd.Series(random.normal(size=50).cumsum() + 10)
series[[3, 4, 17, 30]] = np.nan
stamps = np.cumsum(random.integers(1, 90, 50)) * 1_000_000
timed = pd.Series(series.values, index=pd.to_datetime(stamps, unit="us"))


def slope(window):
    there = ~np.isnan(window)
    if there.sum() < 2:
        return np.nan
    return np.polyfit(np.arange(len(window))[there], window[there], 1)[0]


def slope_in_time(window):
    there = ~np.isnan(window.values)
    if there.sum() < 2:
        return np.nan
    seconds = (window.index - window.index[-1]).total_seconds().values
    return np.polyfit(seconds[there], window.values[there], 1)[0]


NAMES = {"mean": "mean", "deviation": "std", "minimum": "min", "maximum": "max", "sum": "sum"}
for ours, theirs in NAMES.items():
    case(f"rolling.{ours}", input=series.values, length=7, minimum=2, output=getattr(series.rolling(7, min_periods=2), theirs)().values)
    case(
        f"rolling.{ours}.time", input=series.values, times=stamps, seconds=240,
        output=getattr(timed.rolling("240s", min_periods=1), theirs)().values,
    )
case(
    "rolling.slope", input=series.values, length=7, minimum=1,
    output=np.array([slope(series.values[max(0, i - 6) : i + 1]) for i in range(50)]),
)
case(
    "rolling.slope.time", input=series.values, times=stamps, seconds=240,
    output=np.array([slope_in_time(timed[(stamps > stamp - 240_000_000) & (stamps <= stamp)]) for stamp in stamps]),
)
case("average", input=series.values, weight=0.3, output=series.ewm(alpha=0.3, adjust=False, ignore_na=True).mean().values)
case("lag", input=series.values, count=3, output=series.shift(3).values)
case("difference", input=series.values, count=2, output=series.diff(2).values)

moments = pd.to_datetime(
    np.concatenate([random.integers(-4_000_000_000, 8_000_000_000, 60), [951_782_400, 951_868_799, -1, 0, 1_709_164_800]]), unit="s")
dates = pd.Series(moments)
parts = {
    "minute": dates.dt.minute, "hour": dates.dt.hour, "minute-of-day": dates.dt.hour * 60 + dates.dt.minute, "weekday": dates.dt.day_of_week,
    "weekend": (dates.dt.day_of_week >= 5).astype(int), "day": dates.dt.day, "day-of-year": dates.dt.day_of_year, "month": dates.dt.month,
    "year": dates.dt.year,
}
for name, values in parts.items():
    case(f"calendar.{name}", times=(moments.astype("int64") if moments.unit == "us" else moments.as_unit("us").astype("int64")).values, output=values.values)

folder = Path(__file__).resolve().parents[2] / "Tests/FeaturesTests/Golden"
folder.mkdir(parents=True, exist_ok=True)
(folder / "features.jsonl").write_text("".join(json.dumps(item) + "\n" for item in cases))
print(f"features: {len(cases)} cases")

"""Writes Tests/LearningTests/Golden/shallow.jsonl: what scikit-learn's linear models, neighbours and text features answer on small samples.

One line is one case: {"model", "samples", "targets", "queries", "answers", …options}; samples can be held exactly in f32.
"""

import json
from pathlib import Path

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

rng = numpy.random.default_rng(11)
lines = []


def case(model, samples, targets, queries, answers, **options):
    plain = [part.tolist() if isinstance(part, numpy.ndarray) else part for part in (samples, targets, queries, answers)]
    lines.append(dict(zip(["model", "samples", "targets", "queries", "answers"], [model, *plain]), **options))


def normal(*shape):
    return rng.normal(size=shape).astype(numpy.float32).astype(float)


x, queries = normal(40, 5), normal(6, 5)
y = (x @ normal(5, 3) + normal(3) + 0.1 * normal(40, 3)).astype(numpy.float32).astype(float)
for penalty in [0.0, 2.5]:
    case("ridge", x, y, queries, Ridge(alpha=penalty).fit(x, y).predict(queries), penalty=penalty)
far = x + 1000
case("ridge", far.astype(numpy.float32), y, queries + 1000, Ridge(alpha=1).fit(far.astype(numpy.float32).astype(float), y).predict(
    (queries + 1000).astype(numpy.float32).astype(float)), penalty=1.0)  # fmt: skip
for classes, strength in [(2, 1.0), (3, 1.0), (3, 20.0)]:
    labels = numpy.argmax(x[:, :classes] + 0.7 * normal(40, classes), 1)
    model = LogisticRegression(C=strength, tol=1e-10, max_iter=10_000).fit(x, labels)
    case("logistic", x, labels, queries, model.predict_proba(queries), strength=strength)
    for weights in ["uniform", "distance"]:
        neighbours = KNeighborsClassifier(4, weights=weights).fit(x, labels)
        case("neighbours", x, labels, numpy.concatenate([queries, x[:1]]), neighbours.predict_proba(numpy.concatenate([queries, x[:1]])),
             weights=weights, count=4)  # fmt: skip
case("neighbour_means", x, y, queries, KNeighborsRegressor(3).fit(x, y).predict(queries), count=3)
case("scaler", x * 3 + 7, [[0.0]], queries, StandardScaler().fit((x * 3 + 7).astype(numpy.float32)).transform(queries))

texts = [
    "The cat sat on the mat, the cat!", "A naïve café in Zürich_2 costs 12 francs.", "don't re-use e-mail addresses", "  Two  spaces\tand\n\na tab ",
    "北京 欢迎 你 2024年", "the dog sat", "", "x y z", "ÄPFEL äpfel Straße",
]  # fmt: skip
new = ["The mat and the dog sat in Zürich_2", "unknown words only here", "北京 and äpfel, francs francs francs"]
for analyzer, lengths, more in [
    ("word", (1, 1), {}), ("word", (1, 2), {"sublinear_tf": True}), ("word", (1, 2), {"min_df": 2}), ("word", (1, 1), {"max_features": 4}),
    ("char", (1, 3), {}), ("char_wb", (2, 4), {}), ("word", (1, 1), {"lowercase": False}),
]:  # fmt: skip
    model = TfidfVectorizer(analyzer=analyzer, ngram_range=lengths, **more).fit(texts)
    answers = model.transform(new)
    case("text", texts, model.get_feature_names_out().tolist(), new, answers.toarray().round(12).tolist(),
         analyzer=analyzer, lengths=lengths, **more)  # fmt: skip

out = Path(__file__).resolve().parents[2] / "Tests/LearningTests/Golden/shallow.jsonl"
out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
print(f"golden: {len(lines)} cases in {out.name}")

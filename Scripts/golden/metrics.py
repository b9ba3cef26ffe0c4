"""Writes Tests/LearningTests/Golden/metrics.jsonl: small samples and what scikit-learn, torchmetrics, pycocotools, sacrebleu and
seqeval say about them. One line is one case: {"metric", "predictions", "targets", "value", "reference", …options}."""

import contextlib
import importlib.metadata
import io
import json
import random
from pathlib import Path

import numpy
import sacrebleu
import seqeval.metrics
import seqeval.scheme
import sklearn.metrics as sk
import torch
import torchmetrics.classification
import torchmetrics.functional
import torchmetrics.text

rng = numpy.random.default_rng(7)
lines = []


def plain(value):
    return value.tolist() if isinstance(value, numpy.ndarray) else value


def case(metric, predictions, targets, value, reference, **options):
    version = importlib.metadata.version(reference)
    lines.append({"metric": metric, "predictions": plain(predictions), "targets": plain(targets), "value": float(value),
                  "reference": f"{reference} {version}", **options})  # fmt: skip


# Labels: four classes, one of which is never predicted and one that is never true.
targets = rng.choice([0, 1, 2, 3], size=60, p=[0.5, 0.25, 0.15, 0.1])
predictions = numpy.where(rng.random(60) < 0.6, targets, rng.integers(0, 3, 60))
predictions[:2] = 4
for metric, value in {
    "accuracy": sk.accuracy_score(targets, predictions),
    "balanced_accuracy": sk.recall_score(targets, predictions, average="macro", labels=numpy.unique(targets)),
    "mcc": sk.matthews_corrcoef(targets, predictions),
    "kappa": sk.cohen_kappa_score(targets, predictions),
}.items():
    case(metric, predictions, targets, value, "scikit-learn")
for average in ["micro", "macro", "weighted"]:
    options = {"average": average, "zero_division": 0}
    case(f"precision_{average}", predictions, targets, sk.precision_score(targets, predictions, **options), "scikit-learn")
    case(f"recall_{average}", predictions, targets, sk.recall_score(targets, predictions, **options), "scikit-learn")
    case(f"f1_{average}", predictions, targets, sk.f1_score(targets, predictions, **options), "scikit-learn")
two, guess = (targets > 0).astype(int), (predictions > 1).astype(int)
case("precision", guess, two, sk.precision_score(two, guess), "scikit-learn")
case("recall", guess, two, sk.recall_score(two, guess), "scikit-learn")
case("f1", guess, two, sk.f1_score(two, guess), "scikit-learn")
case("f2.0", guess, two, sk.fbeta_score(two, guess, beta=2), "scikit-learn")

# Scores of two classes, with ties and with weights.
scores = numpy.round(numpy.clip(0.3 * two + rng.random(60) * 0.7, 0, 1), 1)
weights = rng.integers(0, 4, 60).astype(float)
for metric, function in {"roc_auc": sk.roc_auc_score, "average_precision": sk.average_precision_score}.items():
    case(metric, scores, two, function(two, scores), "scikit-learn")
    case(metric, scores, two, function(two, scores, sample_weight=weights), "scikit-learn", weights=plain(weights))
smooth = numpy.clip(scores, 0.01, 0.99)
case("log_loss", smooth, two, sk.log_loss(two, smooth), "scikit-learn")
case("brier", smooth, two, sk.brier_score_loss(two, smooth), "scikit-learn")

# Probabilities of four classes.
logits = rng.normal(size=(60, 4)) + 1.5 * numpy.eye(4)[targets]
rows = numpy.exp(logits) / numpy.exp(logits).sum(1, keepdims=True)
case("roc_auc_ovr", rows, targets, sk.roc_auc_score(targets, rows, multi_class="ovr"), "scikit-learn")
case("roc_auc_ovr_weighted", rows, targets, sk.roc_auc_score(targets, rows, multi_class="ovr", average="weighted"), "scikit-learn")
case("log_loss", rows, targets, sk.log_loss(targets, rows), "scikit-learn")
case("brier", rows, targets, ((rows - numpy.eye(4)[targets]) ** 2).sum(1).mean(), "numpy")
case("top_2_accuracy", rows, targets, sk.top_k_accuracy_score(targets, rows, k=2), "scikit-learn")
ece = torchmetrics.classification.MulticlassCalibrationError(num_classes=4, n_bins=10, norm="l1")
case("ece", rows, targets, ece(torch.tensor(rows), torch.tensor(targets)), "torchmetrics", bins=10)

# Numbers.
truth = numpy.concatenate([rng.normal(1000, 5, 38), [0.0, 3.0]])
guess = truth + rng.normal(0, 4, 40)
guess[-2] = 0
for metric, function in {
    "mse": sk.mean_squared_error, "rmse": sk.root_mean_squared_error, "mae": sk.mean_absolute_error,
    "mape": sk.mean_absolute_percentage_error, "r2": sk.r2_score,
}.items():  # fmt: skip
    case(metric, guess, truth, function(truth, guess), "scikit-learn")
    case(metric, guess, truth, function(truth, guess, sample_weight=weights[:40]), "scikit-learn", weights=plain(weights[:40]))
smape = torchmetrics.functional.symmetric_mean_absolute_percentage_error
case("smape", guess[:38], truth[:38], smape(torch.tensor(guess[:38]), torch.tensor(truth[:38])), "torchmetrics")
late = guess - truth
case("nasa_score", guess, truth, numpy.where(late < 0, numpy.exp(-late / 13), numpy.exp(late / 10)).sum() - 40, "numpy")

# Maps of labels: two images of 8 x 8, three classes.
maps, found = rng.integers(0, 3, (2, 64)), rng.integers(0, 3, (2, 64))
found = numpy.where(rng.random((2, 64)) < 0.7, maps, found)
case("mean_iou", found, maps, sk.jaccard_score(maps.ravel(), found.ravel(), average="macro"), "scikit-learn")
case("dice", found, maps, sk.f1_score(maps.ravel(), found.ravel(), average="macro"), "scikit-learn")


# Boxes, measured by COCO's own evaluation.
def boxes():
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truths, detections = [], []
    for image in range(12):
        mine, guesses = [], []
        for _ in range(rng.integers(1, 6)):
            left, top, width, height = rng.integers(0, 80), rng.integers(0, 80), rng.integers(8, 40), rng.integers(8, 40)
            label, crowd = int(rng.integers(0, 3)), bool(rng.random() < 0.1)
            mine.append([int(left), int(top), int(left + width), int(top + height), label, int(crowd)])
            for _ in range(rng.integers(0, 3)):
                shift = rng.integers(-4, 5, 4)
                box = [int(left + shift[0]), int(top + shift[1]), int(left + width + shift[2]), int(top + height + shift[3])]
                guesses.append([*box, label if rng.random() < 0.9 else int(rng.integers(0, 3)), round(float(rng.random()), 2)])
        truths.append(mine)
        detections.append(guesses)
    coco = COCO()
    annotations = []
    for image, mine in enumerate(truths):
        for left, top, right, bottom, label, crowd in mine:
            annotations.append({"id": len(annotations) + 1, "image_id": image, "category_id": label, "iscrowd": crowd,
                                "bbox": [left, top, right - left, bottom - top], "area": (right - left) * (bottom - top)})  # fmt: skip
    coco.dataset = {"info": {}, "images": [{"id": image} for image in range(12)], "annotations": annotations,
                    "categories": [{"id": label} for label in range(3)]}  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        results = coco.loadRes([
            {"image_id": image, "category_id": label, "score": score, "bbox": [left, top, right - left, bottom - top]}
            for image, guesses in enumerate(detections) for left, top, right, bottom, label, score in guesses])  # fmt: skip
        evaluation = COCOeval(coco, results, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    case("map", detections, truths, evaluation.stats[0], "pycocotools")
    case("map_50", detections, truths, evaluation.stats[1], "pycocotools")
    case("map_75", detections, truths, evaluation.stats[2], "pycocotools")


boxes()

# Texts.
texts = [
    "The cat sat on the mat, didn't it?", "Prices rose by 3.5 % (from 1,200 to 1,242) in 2020-21.", "It 's &quot;fine&quot; -- really.",
    "A re-used e-mail address: a.b@c.org!", "ok", "Entirely different words here",
]  # fmt: skip
references = [
    ["The cat is sitting on the mat, isn't it?", "There sat a cat on the mat."],
    ["Prices rose 3.5 % (from 1,200 to 1,242) in 2020-21.", "In 2020-21 prices went up by 3.5 %."],
    ["It's \"fine\" - really.", "It is \"fine\", really."], ["A reused email address: a.b@c.org!", "An address that was used again: a.b@c.org"],
    ["okay", "ok then"], ["nothing in common", "no match at all"],
]  # fmt: skip
streams = list(map(list, zip(*references)))
chinese = ["我们今天去了北京的长城,风景很美。", "他买了3.5公斤apple苹果！"], [["我们今天去北京长城,风景非常美。"], ["他买了3.5公斤的苹果！"]]
for tokenizer in ["13a", "intl", "char", "none"]:
    case("bleu", texts, references, sacrebleu.corpus_bleu(texts, streams, tokenize=tokenizer, force=True).score, "sacrebleu", tokenizer=tokenizer)
case("bleu", texts[:3], references[:3], sacrebleu.corpus_bleu(texts[:3], [s[:3] for s in streams], lowercase=True).score, "sacrebleu",
     tokenizer="13a", lowercased=True)  # fmt: skip
case("bleu", texts[4:], references[4:], sacrebleu.corpus_bleu(texts[4:], [s[4:] for s in streams]).score, "sacrebleu", tokenizer="13a")
case("bleu", texts[3:4], [["A used email address"]], sacrebleu.corpus_bleu(texts[3:4], [["A used email address"]]).score, "sacrebleu", tokenizer="13a")
case("bleu", chinese[0], chinese[1], sacrebleu.corpus_bleu(chinese[0], list(map(list, zip(*chinese[1]))), tokenize="zh").score, "sacrebleu",
     tokenizer="zh")  # fmt: skip
for words in [0, 2]:
    case("chrf", texts, references, sacrebleu.corpus_chrf(texts, streams, word_order=words).score, "sacrebleu", word_order=words)
    case("chrf", chinese[0], chinese[1], sacrebleu.corpus_chrf(chinese[0], list(map(list, zip(*chinese[1]))), word_order=words).score,
         "sacrebleu", word_order=words)  # fmt: skip
first = [options[0] for options in references]
case("wer", texts, first, torchmetrics.text.WordErrorRate()(texts, first), "torchmetrics")
case("cer", texts, first, torchmetrics.text.CharErrorRate()(texts, first), "torchmetrics")
case("edit_distance", texts, first, torchmetrics.text.EditDistance()(texts, first), "torchmetrics")

# Tags: random ones, which break every rule of the schemes.
random.seed(3)
for scheme, marks in {"iob2": "BIIO", "iobes": "BIIESO"}.items():
    def sequence():
        return [mark if mark == "O" else f"{mark}-{random.choice(['PER', 'LOC'])}" for mark in random.choices(marks, k=random.randrange(1, 12))]

    tags = [sequence() for _ in range(40)]
    guesses = [[tag if random.random() < 0.8 else other for tag, other in zip(one, random.choices(sum(tags, []), k=len(one)))] for one in tags]
    strict = {"mode": "strict", "scheme": {"iob2": seqeval.scheme.IOB2, "iobes": seqeval.scheme.IOBES}[scheme]}
    case("entity_f1", guesses, tags, seqeval.metrics.f1_score(tags, guesses), "seqeval", scheme="lenient")
    case("entity_f1", guesses, tags, seqeval.metrics.f1_score(tags, guesses, **strict), "seqeval", scheme=scheme)
    case("entity_f1_macro", guesses, tags, seqeval.metrics.f1_score(tags, guesses, average="macro"), "seqeval", scheme="lenient")

out = Path(__file__).resolve().parents[2] / "Tests/LearningTests/Golden/metrics.jsonl"
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
print(f"golden: {len(lines)} cases in {out.name}")

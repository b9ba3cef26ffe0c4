"""Losses: prediction and target, then weights where the attributes say so.

Attributes: reduction (mean, sum, none), and the loss's own settings.
"""

import itertools

import torch
from golden import case, rand, tensor, write
from torch.nn import functional

REDUCTIONS = ["mean", "sum", "none"]


def plain(name, function, *inputs, **attributes):
    for reduction in REDUCTIONS:
        settings = {"reduction": reduction} | attributes
        case(f"{name}.{reduction}", lambda *given, r=reduction: function(*given, r), *inputs, gradients=True, attributes=settings)


def weighted(losses, weights, reduction):
    """Weights [batch] of losses [batch, ...]; the mean is divided by their sum."""
    spread = weights.reshape(weights.shape + (1,) * (losses.dim() - weights.dim())).expand_as(losses)
    product = losses * spread
    return product if reduction == "none" else product.sum() if reduction == "sum" else product.sum() / spread.sum()


SHAPE = [3, 4]
numbers, targets = rand(SHAPE, -2, 2, seed="numbers"), rand(SHAPE, -2, 2, seed="targets")
weights = tensor([0.5, 2, 0])
plain("meanSquaredError", lambda x, y, r: functional.mse_loss(x, y, reduction=r), numbers, targets)
plain("meanAbsoluteError", lambda x, y, r: functional.l1_loss(x, y, reduction=r), numbers, targets)
plain("huber", lambda x, y, r: functional.huber_loss(x, y, reduction=r, delta=0.7), numbers, targets, delta=0.7)
plain(
    "meanSquaredError.weighted",
    lambda x, y, w, r: weighted(functional.mse_loss(x, y, reduction="none"), w, r),
    numbers, targets, weights, weighted=True,
)  # fmt: skip

QUANTILES = [0.1, 0.5, 0.95]


def pinball(x, y, reduction):
    levels = torch.tensor(QUANTILES, dtype=x.dtype)
    error = y.unsqueeze(-1) - x
    losses = torch.where(error > 0, levels * error, (levels - 1) * error)
    return losses if reduction == "none" else losses.sum() if reduction == "sum" else losses.mean()


plain("quantileLoss", pinball, rand([4, 3], -2, 2), rand([4], -2, 2), quantiles=QUANTILES)

logits, labels = rand([4, 5], -3, 3, seed="logits"), tensor([4, 0, 2, 2], "i64")
class_weights = tensor([0.5, 1, 2, 0.25, 1.5])
chances = tensor([[0.2, 0.3, 0.1, 0.4, 0], [1, 0, 0, 0, 0], [0, 0, 0.5, 0.5, 0], [0.2, 0.2, 0.2, 0.2, 0.2]])


def entropy(x, y, r, **options):
    axis = x.dim() - 1
    moved = y.movedim(-1, 1) if y.is_floating_point() else y
    return functional.cross_entropy(x.movedim(axis, 1), moved, reduction=r, **options)


plain("crossEntropy.plain", entropy, logits, labels)
plain("crossEntropy.i32", lambda x, y, r: entropy(x, y.long(), r), logits, tensor([4, 0, 2, 2], "i32"))
plain("crossEntropy.smooth", lambda x, y, r: entropy(x, y, r, label_smoothing=0.1), logits, labels, smoothing=0.1)
plain("crossEntropy.time", entropy, rand([2, 3, 4], -3, 3), tensor([[0, 3, 1], [2, 2, 0]], "i64"))
plain(
    "crossEntropy.classWeights",
    lambda x, y, w, r: entropy(x, y, r, weight=w.detach()),
    logits, labels, class_weights, classWeights=True,
)  # fmt: skip
ignored = tensor([4, -100, 2, -100], "i64")
plain("crossEntropy.ignored", lambda x, y, r: entropy(x, y, r, ignore_index=-100), logits, ignored, ignored=-100)
plain("crossEntropy.ignoredClass", lambda x, y, r: entropy(x, y, r, ignore_index=2), logits, labels, ignored=2)
plain(
    "crossEntropy.everything",
    lambda x, y, w, r: entropy(x, y, r, weight=w.detach(), label_smoothing=0.2, ignore_index=-100),
    logits, ignored, class_weights, classWeights=True, smoothing=0.2, ignored=-100,
)  # fmt: skip
plain("crossEntropy.soft", lambda x, y, r: entropy(x, y.detach(), r), logits, chances)
plain("crossEntropy.softSmooth", lambda x, y, r: entropy(x, y.detach(), r, label_smoothing=0.1), logits, chances, smoothing=0.1)
plain(
    "crossEntropy.softClassWeights",
    lambda x, y, w, r: entropy(x, y.detach(), r, weight=w.detach()),
    logits, chances, class_weights, classWeights=True,
)  # fmt: skip
plain(
    "crossEntropy.weighted",
    lambda x, y, w, r: weighted(entropy(x, y, "none"), w.detach(), r),
    logits, labels, tensor([0.5, 2, 0, 1]), weighted=True,
)  # fmt: skip

truths = tensor([[1, 0, 1, 0], [0, 0, 1, 1], [0.25, 1, 0, 0.5]])
far = tensor([[30, -30, 80, -80], [1, -2, 0, 0.5], [0.1, 2, -1, 3]])
plain("binaryCrossEntropy.plain", lambda x, y, r: functional.binary_cross_entropy_with_logits(x, y.detach(), reduction=r), far, truths)
plain(
    "binaryCrossEntropy.positive",
    lambda x, y, r: functional.binary_cross_entropy_with_logits(x, y.detach(), reduction=r, pos_weight=torch.tensor(3.0).double()),
    far, truths, positiveWeight=3,
)  # fmt: skip


def reduce(losses, reduction):
    return losses if reduction == "none" else losses.sum() if reduction == "sum" else losses.mean()


def binary_focal(x, y, r):
    """The formula of Lin et al. (2017) as torchvision writes it."""
    y = y.detach()
    p = torch.sigmoid(x)
    right = p * y + (1 - p) * (1 - y)
    losses = functional.binary_cross_entropy_with_logits(x, y, reduction="none") * (1 - right) ** 2
    return reduce((0.25 * y + 0.75 * (1 - y)) * losses, r)


plain("binaryFocal", binary_focal, rand(SHAPE, -3, 3), tensor([[1, 0, 1, 0], [0, 0, 1, 1], [0, 1, 0, 0]]))


def focal(x, y, w, r):
    p = functional.softmax(x, -1).gather(-1, y.unsqueeze(-1)).squeeze(-1)
    return reduce(-w.detach()[y] * (1 - p) ** 1.5 * p.log(), r)


plain("focal", focal, logits, labels, class_weights, gamma=1.5)

left, right, other = rand([4, 3], seed="left"), rand([4, 3], seed="right"), rand([4, 3], seed="other")
same = tensor([1, 0, 0, 1])


def contrastive(x, y, s, r):
    d = functional.pairwise_distance(x, y, eps=0)
    return reduce(s.detach() * d**2 + (1 - s.detach()) * torch.clamp(1.5 - d, min=0) ** 2, r)


plain("contrastive", contrastive, left, right, same, margin=1.5)
plain(
    "triplet",
    lambda a, p, n, r: functional.triplet_margin_loss(a, p, n, margin=0.8, eps=0, reduction=r),
    left, right, other, margin=0.8,
)  # fmt: skip
plain("cosineLoss", lambda x, y, r: reduce(1 - functional.cosine_similarity(x, y), r), left, right)
plain(
    "cosineContrastive",
    lambda x, y, s, r: functional.cosine_embedding_loss(x, y, 2 * s.detach() - 1, margin=0.2, reduction=r),
    left, right, same, margin=0.2,
)  # fmt: skip


def cross_view(x, y, r):
    views = functional.normalize(torch.cat([x, y]), dim=1)
    scores = views @ views.T / 0.3
    scores.fill_diagonal_(-torch.inf)
    return functional.cross_entropy(scores, torch.arange(8).roll(4), reduction=r)


plain("crossViewEntropy", cross_view, left, right, temperature=0.3)


def divergence(x, y, r):
    return reduce(functional.kl_div(functional.log_softmax(x, -1), y.detach(), reduction="none").sum(-1), r)


plain("klDivergence", divergence, logits, chances)

# CTC: lengths and label counts, repeats, an empty sequence of labels, labels that do not fit.
ctc_labels = tensor([[1, 1, 2], [3, 0, 0], [2, 3, 1], [0, 0, 0]], "i64")
for name, blank, shown in [("blank0", 0, ctc_labels), ("blank4", 4, tensor([[1, 1, 2], [3, 4, 4], [2, 0, 1], [4, 4, 4]], "i64"))]:

    def ctc(x, y, lengths, counts, r, blank=blank):
        logarithms = functional.log_softmax(x, -1).transpose(0, 1)
        return functional.ctc_loss(logarithms, y, lengths, counts, blank=blank, reduction=r)

    for reduction in REDUCTIONS:
        case(
            f"ctc.{name}.{reduction}", lambda *given, r=reduction, f=ctc: f(*given, r), rand([4, 6, 5], -2, 2), shown,
            tensor([6, 4, 3, 5], "i64"), tensor([3, 1, 3, 0], "i64"), gradients=True, attributes={"reduction": reduction, "blank": blank},
        )  # fmt: skip


def all_tags(x, transitions, start, end, tags=3):
    """Scores of every sequence of tags, by adding them up one by one."""
    scores = {}
    for path in itertools.product(range(tags), repeat=x.shape[0]):
        score = start[path[0]] + end[path[-1]] + sum(x[place, tag] for place, tag in enumerate(path))
        scores[path] = score + sum(transitions[a, b] for a, b in zip(path, path[1:]))
    return scores


def crf(x, y, lengths, transitions, start, end):
    losses, best = [], torch.full(y.shape, -1)
    for sample, length in enumerate(lengths.tolist()):
        scores = all_tags(x[sample, :length], transitions, start, end)
        losses.append(torch.logsumexp(torch.stack(list(scores.values())), 0) - scores[tuple(y[sample, :length].tolist())])
        best[sample, :length] = torch.tensor(max(scores, key=lambda path: scores[path].item()))
    return torch.stack(losses), best


case(
    "crf", crf, rand([4, 5, 3], -2, 2), rand([4, 5], 0, 2, "i64"), tensor([5, 3, 1, 4], "i64"), rand([3, 3]), rand([3]), rand([3]),
    gradients=True,
)  # fmt: skip
case("crf.one-step", crf, rand([2, 1, 3], -2, 2), rand([2, 1], 0, 2, "i64"), tensor([1, 1], "i64"), rand([3, 3]), rand([3]), rand([3]))

write(__file__, "LearningTests")

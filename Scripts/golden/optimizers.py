"""Optimizers step by step: torch's own, and LAMB and Lion as their papers state them, all in f64.

The first line holds what the cases share: the first weights, and the gradient and the rate's factor of every step.
Each further line holds the settings of a case and its weights after every step.
"""

import json
from pathlib import Path

import numpy
import torch

torch.set_default_dtype(torch.float64)  # for the numbers that optimizers keep for themselves
STEPS, SHAPE = 20, [2, 3]
generator = numpy.random.Generator(numpy.random.PCG64(3))
start = numpy.round(generator.uniform(-1, 1, SHAPE), 3)
gradients = numpy.round(generator.uniform(-1, 1, [STEPS] + SHAPE), 3)
factors = [round(1 - 0.03 * step, 2) for step in range(STEPS)]


class Lamb(torch.optim.Optimizer):
    """You et al. 2020, algorithm 2, with the identity for phi."""

    def __init__(self, parameters, lr, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01):
        super().__init__(parameters, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (beta1, beta2), eps = group["betas"], group["eps"]
            for w in group["params"]:
                state = self.state[w]
                t = state["t"] = state.get("t", 0) + 1
                m = state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * w.grad
                v = state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * w.grad**2
                r = (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + eps) + group["weight_decay"] * w
                length, size = w.norm(), r.norm()
                w -= group["lr"] * (length / size if length > 0 and size > 0 else 1) * r


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2."""

    def __init__(self, parameters, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(parameters, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for w in group["params"]:
                state = self.state[w]
                m = state.get("m", torch.zeros_like(w))
                w -= group["lr"] * (torch.sign(beta1 * m + (1 - beta1) * w.grad) + group["weight_decay"] * w)
                state["m"] = beta2 * m + (1 - beta2) * w.grad


def run(make):
    w = torch.nn.Parameter(torch.tensor(start))
    optimizer = make([w])
    rate = optimizer.param_groups[0]["lr"]
    answers = []
    for gradient, factor in zip(gradients, factors):
        optimizer.param_groups[0]["lr"] = rate * factor
        w.grad = torch.tensor(gradient)
        optimizer.step()
        answers.append(w.detach().reshape(-1).tolist())
    return rate, answers


lines = [{"start": start.reshape(-1).tolist(), "shape": SHAPE, "factors": factors, "gradients": gradients.reshape(STEPS, -1).tolist()}]


def case(kind, settings, make):
    rate, weights = run(make)
    lines.append({"optimizer": kind, "rate": rate, "settings": settings, "weights": weights})


O = torch.optim
case("sgd", {}, lambda p: O.SGD(p, lr=0.1))
case("sgd", {"decay": 0.1}, lambda p: O.SGD(p, lr=0.1, weight_decay=0.1))
case("momentum", {"momentum": 0.8, "decay": 0.1}, lambda p: O.SGD(p, lr=0.05, momentum=0.8, weight_decay=0.1))
case("momentum", {"dampening": 0.3}, lambda p: O.SGD(p, lr=0.05, momentum=0.9, dampening=0.3))
case("nesterov", {"decay": 0.1}, lambda p: O.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1, nesterov=True))
case("rmsprop", {}, lambda p: O.RMSprop(p, lr=0.01))
case("rmsprop", {"momentum": 0.9, "decay": 0.1}, lambda p: O.RMSprop(p, lr=0.01, momentum=0.9, weight_decay=0.1))
case("rmsprop", {"centered": 1, "alpha": 0.9}, lambda p: O.RMSprop(p, lr=0.01, centered=True, alpha=0.9))
case("rmsprop", {"centered": 1, "momentum": 0.5}, lambda p: O.RMSprop(p, lr=0.01, centered=True, momentum=0.5))
case("adagrad", {}, lambda p: O.Adagrad(p, lr=0.1))
case(
    "adagrad", {"rateDecay": 0.1, "decay": 0.1, "initial": 0.2},
    lambda p: O.Adagrad(p, lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.2),
)  # fmt: skip
case("adam", {}, lambda p: O.Adam(p, lr=0.02))
case("adam", {"beta1": 0.8, "beta2": 0.95, "decay": 0.1}, lambda p: O.Adam(p, lr=0.02, betas=(0.8, 0.95), weight_decay=0.1))
case("adamw", {"decay": 0.2}, lambda p: O.AdamW(p, lr=0.02, weight_decay=0.2))
case("nadam", {}, lambda p: O.NAdam(p, lr=0.02))
case("nadam", {"decay": 0.1, "momentumDecay": 0.1}, lambda p: O.NAdam(p, lr=0.02, weight_decay=0.1, momentum_decay=0.1))
case("nadam", {"decay": 0.1, "decoupled": 1}, lambda p: O.NAdam(p, lr=0.02, weight_decay=0.1, decoupled_weight_decay=True))
case("lamb", {}, lambda p: Lamb(p, lr=0.02))
case("lamb", {"decay": 0.1, "beta1": 0.8}, lambda p: Lamb(p, lr=0.02, betas=(0.8, 0.999), weight_decay=0.1))
case("lion", {}, lambda p: Lion(p, lr=0.01))
case("lion", {"decay": 0.1, "beta2": 0.95}, lambda p: Lion(p, lr=0.01, betas=(0.9, 0.95), weight_decay=0.1))

file = Path(__file__).resolve().parents[2] / "Tests/LearningTests/Golden/optimizers.jsonl"
file.parent.mkdir(parents=True, exist_ok=True)
file.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
print(f"optimizers: {len(lines) - 1} cases")

"""PyTorch training: A, C, D.*.train, E.train. Words: channels_last, compile, bf16, fused (Adam), 1t."""

import torch
import torch.nn.functional as F

from serve import arguments, batch_size, serve, threads
from torch_models import Encoder, ImageClassifier, SequenceRegressor, resnet18

work, parts, words = arguments()
torch.set_num_threads(threads(words))
torch.manual_seed(0)

loss = F.cross_entropy
fused = {"fused": True} if "fused" in words else {}
if parts[0] == "A":
    batch, examples = batch_size(parts), 4096
    net, inputs, targets = ImageClassifier(), torch.rand(examples, 3, 32, 32), torch.randint(0, 10, (examples,))
elif parts[0] == "C":
    batch, examples = 64, 64
    net, inputs, targets, loss = SequenceRegressor(), torch.rand(64, 50, 14), torch.rand(64, 1), F.mse_loss
elif parts[0] == "D":
    batch, examples = 8, 8
    net, inputs, targets = Encoder(), torch.randint(0, 8192, (8, 128)), torch.randint(0, 2, (8,))
elif parts[0] == "E":
    batch, examples = 16, 16
    net, inputs, targets = resnet18(), torch.randn(16, 3, 224, 224), torch.randint(0, 1000, (16,))
else:
    raise SystemExit(f"no training work {work}")
if "channels_last" in words:
    net = net.to(memory_format=torch.channels_last)
    inputs = inputs.contiguous(memory_format=torch.channels_last)
if parts[0] == "E":
    optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9, **fused)
else:
    optimizer = torch.optim.Adam(net.parameters(), 1e-4 if parts[0] == "D" else 1e-3, **fused)


def evaluate(x, y):
    with torch.autocast("cpu", torch.bfloat16, enabled="bf16" in words):
        predicted = net(x)
    return loss(predicted.float(), y)


if "compile" in words:
    evaluate = torch.compile(evaluate)
position = 0


def step():
    global position
    x, y = inputs[position:position + batch], targets[position:position + batch]
    position = (position + batch) % examples
    optimizer.zero_grad(set_to_none=True)
    evaluate(x, y).backward()
    optimizer.step()


serve(step, warm=2 if parts[0] == "E" else 20)

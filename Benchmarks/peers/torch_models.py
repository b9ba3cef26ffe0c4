"""The networks of all works in PyTorch; ONNX Runtime gets its models from here too."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class ImageClassifier(nn.Module):
    """Works A and B1: the CIFAR-10 CNN; the dropout only acts in training."""

    def __init__(self):
        super().__init__()
        self.convolution1 = nn.Conv2d(3, 32, 3)
        self.convolution2 = nn.Conv2d(32, 64, 3)
        self.convolution3 = nn.Conv2d(64, 64, 3)
        self.hidden = nn.Linear(1024, 64)
        self.output = nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.convolution1(x)), 2)
        x = F.max_pool2d(F.relu(self.convolution2(x)), 2)
        x = torch.flatten(F.relu(self.convolution3(x)), 1)
        return self.output(F.dropout(F.relu(self.hidden(x)), 0.5, self.training))


class SequenceRegressor(nn.Module):
    """Works B2 and C: LSTM(64) over 50 steps of 14 features, one number from the last state."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(14, 64, batch_first=True)
        self.output = nn.Linear(64, 1)

    def forward(self, x):
        states, _ = self.lstm(x)
        return self.output(states[:, -1])


class Autoencoder(nn.Sequential):
    """Work B3: 64-32-8-32-64 with ReLU between."""

    def __init__(self):
        super().__init__(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 8), nn.ReLU(),
                         nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 64))


class EncoderBlock(nn.Module):
    """Post-norm Transformer block, width 256, 4 heads, feed-forward 1024 with GELU."""

    def __init__(self):
        super().__init__()
        self.projections = nn.Linear(256, 768)
        self.mixed = nn.Linear(256, 256)
        self.norm1 = nn.LayerNorm(256)
        self.norm2 = nn.LayerNorm(256)
        self.widen = nn.Linear(256, 1024)
        self.narrow = nn.Linear(1024, 256)

    def forward(self, x):
        batch, time, width = x.shape
        query, key, value = self.projections(x).view(batch, time, 3, 4, 64).permute(2, 0, 3, 1, 4).unbind(0)
        attended = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).reshape(batch, time, width)
        x = self.norm1(x + self.mixed(attended))
        return self.norm2(x + self.narrow(F.gelu(self.widen(x))))


class Encoder(nn.Module):
    """Work D: 4 blocks over 128 tokens, vocabulary 8192, learned positions, 2 classes from token 0."""

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(8192, 256)
        self.positions = nn.Parameter(torch.randn(1, 128, 256) * 0.02)
        self.blocks = nn.ModuleList([EncoderBlock() for _ in range(4)])
        self.head = nn.Linear(256, 2)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(x[:, 0])


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.convolution1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.convolution2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.norm2(self.convolution2(torch.relu(self.norm1(self.convolution1(x)))))
        return torch.relu(y + self.shortcut(x))


def resnet18():
    """Work E: ResNet-18 for 224 x 224 pictures and 1,000 classes."""
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for outputs, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [BasicBlock(inputs, outputs, stride), BasicBlock(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


def inference(parts):
    """Returns the network in evaluation mode and one input, for the parts of an inference work's name."""
    torch.manual_seed(0)
    if parts[0] == "B1":
        net, x = ImageClassifier(), torch.rand(1, 3, 32, 32)
    elif parts[0] == "B2":
        net, x = SequenceRegressor(), torch.rand(1, 50, 14)
    elif parts[0] == "B3":
        net, x = Autoencoder(), torch.rand(1, 64)
    elif parts[0] == "D":
        net, x = Encoder(), torch.randint(0, 8192, (8, 128))
    elif parts[0] == "E":
        net, x = resnet18(), torch.randn(int(parts[-1][1:]), 3, 224, 224)
    else:
        raise SystemExit(f"no inference work {'.'.join(parts)}")
    return net.eval(), x

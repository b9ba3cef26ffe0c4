"""Layers with torch's numbers, images and series channels last.

Inputs: `data` tensors of the call (attribute, 1 by default), then the layer's parameters in the order in which our layer declares
them, then its states. Outputs: what the call returns, then the states that it writes.
"""

import math

import torch
from golden import case, rand, tensor, write
from torch import nn
from torch.func import functional_call
from torch.nn import functional


def layer(name, module, data, names, call=None, pack=None, **attributes):
    """`names`: the module's parameters in our order. `pack`: makes the module's parameters of ours, where they differ."""
    module = module.double()
    known = dict(module.named_parameters())
    shapes = names if pack else [list(known[parameter].shape) for parameter in names]
    pack = pack or (lambda given: dict(zip(names, given)))
    call = call or (lambda run, x: run(x))
    count = len(data)

    def function(*given):
        parameters = pack(given[count : count + len(shapes)])
        return call(lambda *inputs, **options: functional_call(module, parameters, inputs, options), *given[:count])

    settings = attributes | ({"data": count} if count != 1 else {})
    case(name, function, *data, *[rand(shape, -0.8, 0.8) for shape in shapes], gradients=True, attributes=settings)


def last(run, x):
    """Channels last around a module that wants them second."""
    return run(x.movedim(-1, 1)).movedim(1, -1)


WB = ["weight", "bias"]
layer("linear.plain", nn.Linear(3, 4), [rand([2, 3])], WB, inputs=3, outputs=4, bias=True)
layer("linear.bare", nn.Linear(3, 4, bias=False), [rand([2, 3, 3])], WB[:1], inputs=3, outputs=4, bias=False)

for name, options, bias, shape in [
    ("plain", {}, True, [2, 6, 4]),
    ("bare", {}, False, [2, 6, 4]),
    ("stride", {"stride": 2, "padding": 1}, True, [2, 7, 4]),
    ("same", {"padding": "same"}, True, [1, 5, 4]),
    ("dilation", {"dilation": 2}, True, [1, 7, 4]),
    ("groups", {"groups": 2}, True, [2, 5, 4]),
]:
    module = nn.Conv1d(4, 6, 3, bias=bias, **options)
    layer(f"conv1d.{name}", module, [rand(shape)], WB if bias else WB[:1], last, **options, inputs=4, outputs=6, kernel=3, bias=bias)
for name, options, outputs, shape in [
    ("plain", {}, 3, [2, 4, 5, 4]),
    ("stride", {"stride": 2, "padding": 1}, 3, [1, 5, 6, 4]),
    ("same", {"padding": "same"}, 3, [1, 4, 3, 4]),
    ("dilation", {"dilation": 2}, 2, [1, 5, 6, 4]),
    ("groups", {"groups": 2}, 6, [1, 4, 4, 4]),
    ("depthwise", {"groups": 4}, 8, [1, 4, 4, 4]),
]:
    module = nn.Conv2d(4, outputs, 3, **options)
    layer(f"conv2d.{name}", module, [rand(shape)], WB, last, **options, inputs=4, outputs=outputs, kernel=3, bias=True)
for name, options in [
    ("plain", {}),
    ("stride", {"stride": 2, "padding": 1, "output_padding": 1}),
    ("dilation", {"dilation": 2}),
    ("groups", {"groups": 2, "stride": 2}),
]:
    shared = options | {"inputs": 4, "outputs": 2, "kernel": 3}
    layer(f"convTranspose1d.{name}", nn.ConvTranspose1d(4, 2, 3, **options), [rand([2, 4, 4])], WB, last, **shared)
    layer(f"convTranspose2d.{name}", nn.ConvTranspose2d(4, 2, 3, **options), [rand([1, 3, 2, 4])], WB, last, **shared)

for name, function, options in [
    ("maxPool.plain", functional.max_pool2d, {"window": 2}),
    ("maxPool.stride", functional.max_pool2d, {"window": 3, "stride": 2, "padding": 1}),
    ("averagePool.plain", functional.avg_pool2d, {"window": 2}),
    ("averagePool.stride", functional.avg_pool2d, {"window": 3, "stride": 2, "padding": 1}),
    ("adaptiveAveragePool", functional.adaptive_avg_pool2d, {"window": 2}),
    ("adaptiveMaxPool", functional.adaptive_max_pool2d, {"window": 2}),
    ("globalAveragePool", lambda x: x.mean([2, 3]), {}),
    ("globalMaxPool", lambda x: x.amax([2, 3]), {}),
    ("maxPool.series", functional.max_pool1d, {"window": 2}),
    ("averagePool.series", functional.avg_pool1d, {"window": 2}),
]:

    def pooled(x, f=function, given=tuple(options.values()), flat=name.startswith("global")):
        y = f(x.movedim(-1, 1), *given)
        return y if flat else y.movedim(1, -1)

    shape = [2, 5, 3] if name.endswith("series") else [2, 5, 6, 3]
    case(name, pooled, rand(shape), gradients=True, attributes=options)

for name, shape in [("rows", [6, 3]), ("images", [2, 2, 3, 3])]:
    statistics = [rand([3]), rand([3], 0.3, 2)]

    def training(x, scale, shift, mean, variance):
        means, variances = mean.detach().clone(), variance.detach().clone()
        y = functional.batch_norm(x.movedim(-1, 1), means, variances, scale, shift, True, 0.3, 1e-3).movedim(1, -1)
        return y, means, variances

    def inference(x, scale, shift, mean, variance):
        return functional.batch_norm(x.movedim(-1, 1), mean.detach(), variance.detach(), scale, shift, False, 0.3, 1e-3).movedim(1, -1)

    case(f"batchNorm.{name}.training", training, rand(shape), rand([3]), rand([3]), *statistics, attributes={"training": True})
    case(f"batchNorm.{name}.gradient", lambda *given: training(*given)[0], rand(shape), rand([3]), rand([3]), *statistics,
         gradients=True, attributes={"training": True, "gradient": True})  # fmt: skip
    case(f"batchNorm.{name}.inference", inference, rand(shape), rand([3]), rand([3]), *statistics, gradients=True)

layer("layerNorm.row", nn.LayerNorm(5), [rand([2, 3, 5])], WB, extents=[5])
layer("layerNorm.two", nn.LayerNorm([3, 4]), [rand([2, 3, 4])], WB, extents=[3, 4])
layer("rmsNorm", nn.RMSNorm(5, eps=1e-6), [rand([2, 3, 5])], WB[:1], extents=[5])
layer("groupNorm", nn.GroupNorm(2, 6), [rand([2, 3, 2, 6])], WB, last, groups=2, channels=6)
layer("instanceNorm", nn.InstanceNorm2d(3, affine=True), [rand([2, 3, 4, 3])], WB, last, channels=3)

indices = tensor([[0, 3, 1], [2, 2, 3]], "i64")
layer("embedding.plain", nn.Embedding(4, 3), [indices], WB[:1])
layer("embedding.padding", nn.Embedding(4, 3, padding_idx=2), [indices], WB[:1], padding=2)
layer("prelu.one", nn.PReLU(), [rand([2, 4], -2, 2)], WB[:1], channels=1)
layer("prelu.each", nn.PReLU(4), [rand([2, 4], -2, 2)], WB[:1], channels=4)

for name, function in {
    "relu": torch.relu, "leakyReLU": functional.leaky_relu, "elu": functional.elu, "gelu": functional.gelu,
    "geluTanh": lambda x: functional.gelu(x, approximate="tanh"), "silu": functional.silu, "sigmoid": torch.sigmoid,
    "tanh": torch.tanh, "softplus": functional.softplus, "hardSwish": functional.hardswish, "hardSigmoid": functional.hardsigmoid,
    "mish": functional.mish, "softmax": lambda x: functional.softmax(x, -1), "logSoftmax": lambda x: functional.log_softmax(x, -1),
    "identity": lambda x: x * 1,
}.items():  # fmt: skip
    case(f"activation.{name}", function, rand([3, 7], -4, 4), gradients=True)

KINDS = {
    "rnn": lambda *size, **options: nn.RNN(*size, **options),
    "rnn.relu": lambda *size, **options: nn.RNN(*size, nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}
for kind, make in KINDS.items():
    for name, layers, both in [("one", 1, False), ("deep", 2, False), ("both", 2, True)]:
        module = make(2, 3, num_layers=layers, bidirectional=both, batch_first=True)
        ends = [f"_l{number}{end}" for number in range(layers) for end in (["", "_reverse"] if both else [""])]
        names = [part + end for end in ends for part in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]]

        def sequence(run, x, both=both):
            y, state = run(x)
            hidden = state[0] if isinstance(state, tuple) else state
            return y, torch.cat(list(hidden[-2:] if both else hidden[-1:]), 1)

        layer(f"recurrent.{kind}.{name}", module, [rand([2, 4, 2])], names, sequence, layers=layers, both=both)

WIDTH, HEADS = 6, 2


def joint(prefix=""):
    """Query, key, value and output, each with weight and bias, as torch keeps them."""

    def pack(given):
        query, query_bias, key, key_bias, value, value_bias, output, output_bias = given
        return {
            prefix + "in_proj_weight": torch.cat([query, key, value]), prefix + "in_proj_bias": torch.cat([query_bias, key_bias, value_bias]),
            prefix + "out_proj.weight": output, prefix + "out_proj.bias": output_bias,
        }  # fmt: skip

    return pack


ATTENTION = [[WIDTH, WIDTH], [WIDTH]] * 4


def attend(**options):
    return lambda run, x, *context: run(x, *(context or (x,)), *(context or (x,)), need_weights=True, average_attn_weights=False, **options)


def attention(name, data, call, **attributes):
    layer(f"attention.{name}", nn.MultiheadAttention(WIDTH, HEADS, batch_first=True), data, ATTENTION, call, joint(), **attributes)


present = torch.tensor([[True, True, True, False], [True, False, False, False]])
upper = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
added = torch.linspace(-1, 1, 16).reshape(4, 4).round(decimals=3)
attention("self", [rand([2, 4, WIDTH])], attend())
attention("causal", [rand([2, 4, WIDTH])], attend(attn_mask=upper), causal=True)
attention("keyMask", [rand([2, 4, WIDTH])], attend(key_padding_mask=~present), keyMask=present.int().flatten().tolist())
attention("added", [rand([2, 4, WIDTH])], attend(attn_mask=added.double()), added=added.flatten().tolist())
attention("cross", [rand([2, 3, WIDTH]), rand([2, 5, WIDTH])], attend())


def separate(given):
    query, query_bias, key, key_bias, value, value_bias, output, output_bias = given
    return {
        "q_proj_weight": query, "k_proj_weight": key, "v_proj_weight": value,
        "in_proj_bias": torch.cat([query_bias, key_bias, value_bias]), "out_proj.weight": output, "out_proj.bias": output_bias,
    }  # fmt: skip


layer(
    "attention.context", nn.MultiheadAttention(WIDTH, HEADS, kdim=3, vdim=3, batch_first=True),
    [rand([2, 3, WIDTH]), rand([2, 5, 3])], [[6, 6], [6], [6, 3], [6], [6, 3], [6], [6, 6], [6]], attend(), separate, context=3,
)  # fmt: skip

HIDDEN = 4
NORM, FORWARD = [[WIDTH], [WIDTH]], [[HIDDEN, WIDTH], [HIDDEN], [WIDTH, HIDDEN], [WIDTH]]


def encoder_pack(prefix):
    def pack(given):
        result = joint(prefix + "self_attn.")(given[:8])
        names = ["norm1.weight", "norm1.bias", "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias", "norm2.weight", "norm2.bias"]
        return result | {prefix + name: value for name, value in zip(names, given[8:])}

    return pack


BLOCK = ATTENTION + NORM + FORWARD + NORM
for name, pre, activation in [("pre", True, "gelu"), ("post", False, "relu")]:
    options = {"dropout": 0, "activation": activation, "batch_first": True, "norm_first": pre}
    settings = {"pre": pre, "activation": activation}
    block = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, **options)
    layer(f"encoderBlock.{name}", block, [rand([2, 4, WIDTH])], BLOCK, None, encoder_pack(""), **settings)

    def decoder_pack(given):
        result = joint("self_attn.")(given[:8]) | {"norm1.weight": given[8], "norm1.bias": given[9]} | joint("multihead_attn.")(given[10:18])
        names = ["norm2.weight", "norm2.bias", "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias", "norm3.weight", "norm3.bias"]
        return result | dict(zip(names, given[18:]))

    mask = torch.triu(torch.full((3, 3), -torch.inf, dtype=torch.float64), 1)
    layer(
        f"decoderBlock.{name}", nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, **options),
        [rand([2, 3, WIDTH]), rand([2, 4, WIDTH])], ATTENTION + NORM + ATTENTION + NORM + FORWARD + NORM,
        lambda run, x, memory, mask=mask: run(x, memory, tgt_mask=mask), decoder_pack, **settings,
    )  # fmt: skip


def stack_pack(given):
    count = len(BLOCK)
    result = encoder_pack("layers.0.")(given[:count]) | encoder_pack("layers.1.")(given[count : 2 * count])
    return result | {"norm.weight": given[-2], "norm.bias": given[-1]}


stack = nn.TransformerEncoder(
    nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0, "gelu", batch_first=True, norm_first=True), 2, nn.LayerNorm(WIDTH), False
)
layer("encoder", stack, [rand([2, 3, WIDTH])], BLOCK * 2 + NORM, None, stack_pack)


def sinusoidal(x):
    table = torch.zeros(x.shape[1:], dtype=x.dtype)
    for place in range(x.shape[1]):
        for pair in range(0, x.shape[2], 2):
            angle = place / 10000 ** (pair / x.shape[2])
            table[place, pair] = math.sin(angle)
            if pair + 1 < x.shape[2]:
                table[place, pair + 1] = math.cos(angle)
    return x + table


case("sinusoidal", sinusoidal, rand([2, 6, 5]), gradients=True)


def rotary(x, base=100.0):
    """Pairs of neighbours as complex numbers, turned by multiplication."""
    pairs = torch.view_as_complex(x.reshape(*x.shape[:3], -1, 2).contiguous())
    rates = base ** (-torch.arange(pairs.shape[-1], dtype=torch.float64) * 2 / x.shape[-1])
    turns = torch.outer(torch.arange(x.shape[1], dtype=torch.float64), rates)
    turned = pairs * torch.polar(torch.ones_like(turns), turns).unsqueeze(1)
    return torch.view_as_real(turned).reshape(x.shape)


def halves(x):
    order = torch.arange(x.shape[-1]).reshape(2, -1).T.flatten()
    return rotary(x[..., order])[..., order.argsort()]


case("rotary.neighbours", rotary, rand([2, 5, 2, 6]), gradients=True)
case("rotary.halves", halves, rand([2, 5, 2, 6]), gradients=True)
layer("learned", nn.Embedding(6, 3), [rand([2, 4, 3])], WB[:1], lambda run, x: x + run(torch.arange(4)))

write(__file__, "LearningTests")

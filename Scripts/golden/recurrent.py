"""Recurrent layers on [batch, time, features], with torch's weights.

Inputs: x, then for each direction weightInput [gates * hidden, features], weightHidden [gates * hidden, hidden], biasInput and
biasHidden [gates * hidden], then h0 and, for the LSTM, c0, each [directions, batch, hidden].
Outputs: y [batch, time, directions * hidden], then the last h and, for the LSTM, c.
Gates: input, forget, cell, output (LSTM); reset, update, new (GRU, whose reset gate multiplies weightHidden h + biasHidden).
With lengths, what follows a sequence's end is zero in y, and the last h and c are those at its end (backward: at its start).
"""

import torch
from golden import case, rand, write
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

KINDS = {
    "rnn.tanh": (1, lambda *size, **options: torch.nn.RNN(*size, nonlinearity="tanh", **options)),
    "rnn.relu": (1, lambda *size, **options: torch.nn.RNN(*size, nonlinearity="relu", **options)),
    "lstm": (4, torch.nn.LSTM),
    "gru": (3, torch.nn.GRU),
}
PARAMETERS = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]


def add(kind, name, batch, time, features, hidden, direction="forward", lengths=None, dtype="f32", gradients=True):
    gates, make = KINDS[kind]
    directions = 2 if direction == "both" else 1
    names = PARAMETERS + [parameter + "_reverse" for parameter in PARAMETERS] * (directions - 1)
    layer = make(features, hidden, batch_first=True, bidirectional=directions == 2).double()

    def function(x, *rest):
        parameters, state = dict(zip(names, rest)), rest[len(names) :]
        sequence = x.flip(1) if direction == "backward" else x
        if lengths:
            sequence = pack_padded_sequence(sequence, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        start = state if kind == "lstm" else state[0]
        y, end = torch.func.functional_call(layer, parameters, (sequence, start))
        if lengths:
            y, _ = pad_packed_sequence(y, batch_first=True, total_length=time)
        if direction == "backward":
            y = y.flip(1)
        return [y, *end] if kind == "lstm" else [y, end]

    sizes = [[gates * hidden, features], [gates * hidden, hidden], [gates * hidden], [gates * hidden]] * directions
    states = [[directions, batch, hidden]] * (2 if kind == "lstm" else 1)
    attributes = {"direction": direction} | ({"lengths": lengths} if lengths else {})
    x = rand([batch, time, features], -1.5, 1.5, dtype)
    given = [rand(size, -0.8, 0.8, dtype) for size in sizes] + [rand(state, -1, 1, dtype) for state in states]
    case(f"{kind}.{name}.{dtype}", function, x, *given, gradients=gradients, attributes=attributes)


for kind in KINDS:
    add(kind, "forward", 2, 5, 3, 4)
    add(kind, "backward", 2, 4, 3, 2, direction="backward")
    add(kind, "both", 2, 4, 3, 2, direction="both")
    add(kind, "lengths", 3, 5, 2, 3, lengths=[5, 2, 4])
    add(kind, "both.lengths", 3, 4, 2, 2, direction="both", lengths=[1, 4, 3])
    add(kind, "one-step", 2, 1, 3, 4)
    add(kind, "one-unit", 1, 3, 1, 1)
    add(kind, "wide", 1, 3, 9, 17, gradients=False)
    add(kind, "long", 1, 29, 2, 3, gradients=False)
    for dtype in ["f64", "bf16", "f16"]:
        add(kind, "forward", 2, 3, 3, 4, dtype=dtype, gradients=False)

if __name__ == "__main__":
    write(__file__)

"""ONNX Runtime inference of the networks in torch_models.py: B1, B2, B3, D.*.infer, E.*infer.*. Words: 1t, 2t."""

import os

import numpy
import onnxruntime

from serve import arguments, exported, models_folder, serve, threads

work, parts, words = arguments()
name = "-".join(part for part in parts if part not in ("f32", "bf16"))
path = os.path.join(models_folder(), f"{name}.onnx")


def export(temporary):
    import torch

    from torch_models import inference

    net, x = inference(parts)
    with torch.inference_mode():
        torch.onnx.export(net, (x,), temporary, dynamo=False, opset_version=17)


exported(path, ("torch_models.py", "onnxruntime_infer.py"), export)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads(words)
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
(argument,) = session.get_inputs()
random = numpy.random.default_rng(0)
if argument.type == "tensor(int64)":
    x = random.integers(0, 8192, argument.shape)
else:
    x = random.random(argument.shape, dtype=numpy.float32)
serve(lambda: session.run(None, {argument.name: x}), warm=3 if parts[0] in "DE" else 50)

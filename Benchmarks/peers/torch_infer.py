"""PyTorch inference: B1, B2, B3, D.*.infer, E.*infer.*. Words: channels_last, jit, compile, frozen, bf16, whole_bf16, 1t."""

import torch

from serve import arguments, serve, threads
from torch_models import inference

work, parts, words = arguments()
torch.set_num_threads(threads(words))
net, x = inference(parts)
if "channels_last" in words:
    net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
if "whole_bf16" in words:
    # Weights and activations in bf16 without autocast's casts on the way.
    net = net.bfloat16()
    x = x.bfloat16() if x.is_floating_point() else x
if "frozen" in words:
    import torch._inductor.config

    torch._inductor.config.freezing = True

# The freezing pass of the compiler refuses inference tensors.
quiet = torch.no_grad() if "frozen" in words else torch.inference_mode()
with quiet, torch.autocast("cpu", torch.bfloat16, enabled="bf16" in words, cache_enabled="jit" not in words):
    if "jit" in words:
        net = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, x)))
    if "compile" in words or "frozen" in words:
        net = torch.compile(net)
    serve(lambda: net(x), warm=3 if parts[0] in "DE" else 50)

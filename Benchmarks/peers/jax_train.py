"""JAX training: A, C. Word: jit."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy
from jax import lax

from serve import arguments, batch_size, serve

work, parts, words = arguments()
random = numpy.random.default_rng(0)


def normal(*shape, scale):
    return jnp.asarray(random.normal(size=shape, scale=scale).astype("float32"))


def convolve(x, kernel, bias):
    dimensions = ("NHWC", "HWIO", "NHWC")
    return jax.nn.relu(lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=dimensions) + bias)


def pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def image_loss(p, x, y, key):
    x = pool(convolve(x, p["kernel1"], p["bias1"]))
    x = pool(convolve(x, p["kernel2"], p["bias2"]))
    x = convolve(x, p["kernel3"], p["bias3"]).reshape(x.shape[0], -1)
    x = jax.nn.relu(x @ p["hidden"] + p["bias4"])
    x = jnp.where(jax.random.bernoulli(key, 0.5, x.shape), x * 2, 0)
    logits = jax.nn.log_softmax(x @ p["output"] + p["bias5"])
    return -jnp.mean(jnp.take_along_axis(logits, y[:, None], 1))


def sequence_loss(p, x, y, key):
    def cell(state, gates):
        hidden, carry = state
        entry, forget, update, exit = jnp.split(gates + hidden @ p["recurrent"], 4, -1)
        carry = jax.nn.sigmoid(forget) * carry + jax.nn.sigmoid(entry) * jnp.tanh(update)
        hidden = jax.nn.sigmoid(exit) * jnp.tanh(carry)
        return (hidden, carry), None

    zero = jnp.zeros((x.shape[0], 64))
    (hidden, _), _ = lax.scan(cell, (zero, zero), jnp.swapaxes(x @ p["input"] + p["bias"], 0, 1))
    return jnp.mean((hidden @ p["output"] + p["offset"] - y) ** 2)


if parts[0] == "A":
    batch, loss = batch_size(parts), image_loss
    count = 4096 // batch
    parameters = dict(
        kernel1=normal(3, 3, 3, 32, scale=0.27), bias1=jnp.zeros(32),
        kernel2=normal(3, 3, 32, 64, scale=0.08), bias2=jnp.zeros(64),
        kernel3=normal(3, 3, 64, 64, scale=0.06), bias3=jnp.zeros(64),
        hidden=normal(1024, 64, scale=0.04), bias4=jnp.zeros(64), output=normal(64, 10, scale=0.18), bias5=jnp.zeros(10))
    inputs = [jnp.asarray(random.random((batch, 32, 32, 3), dtype="float32")) for _ in range(count)]
    targets = [jnp.asarray(random.integers(0, 10, (batch,))) for _ in range(count)]
elif parts[0] == "C":
    count, loss = 1, sequence_loss
    parameters = dict(
        input=normal(14, 256, scale=0.1), recurrent=normal(64, 256, scale=0.1), bias=jnp.zeros(256),
        output=normal(64, 1, scale=0.1), offset=jnp.zeros(1))
    inputs = [jnp.asarray(random.random((64, 50, 14), dtype="float32"))]
    targets = [jnp.asarray(random.random((64, 1), dtype="float32"))]
else:
    raise SystemExit(f"no training work {work}")
keys = list(jax.random.split(jax.random.PRNGKey(1), 128))


@partial(jax.jit, donate_argnums=(0, 1, 2))
def update(parameters, mean, square, number, x, y, key):
    gradients = jax.grad(loss)(parameters, x, y, key)
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradients)
    square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradients)
    mean_scale, square_scale = 1 - 0.9 ** number, 1 - 0.999 ** number
    parameters = jax.tree.map(
        lambda p, m, v: p - 1e-3 * (m / mean_scale) / (jnp.sqrt(v / square_scale) + 1e-8), parameters, mean, square)
    return parameters, mean, square


state = (parameters, jax.tree.map(jnp.zeros_like, parameters), jax.tree.map(jnp.zeros_like, parameters))
number = 0
steps_per_call = 4  # Dispatch is asynchronous: a training loop would not wait after every step either.


def steps():
    global state, number
    for _ in range(steps_per_call):
        number += 1
        x, y, key = inputs[number % count], targets[number % count], keys[number % len(keys)]
        state = update(*state, float(number), x, y, key)
    jax.block_until_ready(state)


serve(steps, warm=5, steps_per_call=steps_per_call)

"""Keras 3 on TensorFlow, training: A, C. Words: graph, xla, bf16 (mixed precision)."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy
import tensorflow

tensorflow.config.threading.set_intra_op_parallelism_threads(2)
tensorflow.config.threading.set_inter_op_parallelism_threads(2)
import keras

from keras_models import image_classifier, sequence_regressor
from serve import arguments, batch_size, serve

work, parts, words = arguments()
if "bf16" in words:
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
random = numpy.random.default_rng(0)
if parts[0] == "A":
    batch, net = batch_size(parts), image_classifier()
    inputs = random.random((4096, 32, 32, 3), dtype=numpy.float32)
    targets = random.integers(0, 10, (4096,), dtype=numpy.int32)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
elif parts[0] == "C":
    batch, net = 64, sequence_regressor()
    inputs = random.random((64, 50, 14), dtype=numpy.float32)
    targets = random.random((64, 1), dtype=numpy.float32)
    loss = "mse"
else:
    raise SystemExit(f"no training work {work}")
net.compile(keras.optimizers.Adam(1e-3), loss, jit_compile="xla" in words)
# The compiled step that `fit` runs, without fit's fixed cost for every epoch, which short slices would overstate.
net.make_train_function()
batches = iter(tensorflow.data.Dataset.from_tensor_slices((inputs, targets)).batch(batch, drop_remainder=True)
               .repeat().prefetch(4))
serve(lambda: float(net.train_function(batches)["loss"]), warm=10)

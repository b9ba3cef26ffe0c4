"""TensorFlow Lite inference (XNNPACK, as the interpreter chooses): B1, B2, B3. Words: 1t, 2t."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy
import tensorflow

from serve import arguments, exported, models_folder, serve, threads

work, parts, words = arguments()


def export(temporary):
    from keras_models import autoencoder, image_classifier, sequence_regressor

    net = {"B1": image_classifier, "B2": sequence_regressor, "B3": autoencoder}[parts[0]](batch=1)
    with open(temporary, "wb") as file:
        file.write(tensorflow.lite.TFLiteConverter.from_keras_model(net).convert())


path = exported(os.path.join(models_folder(), f"{parts[0]}.tflite"), ("keras_models.py", "tflite_infer.py"), export)
interpreter = tensorflow.lite.Interpreter(path, num_threads=threads(words))
interpreter.allocate_tensors()
(argument,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
x = numpy.random.default_rng(0).random(argument["shape"], dtype=numpy.float32)


def step():
    interpreter.set_tensor(argument["index"], x)
    interpreter.invoke()
    return interpreter.get_tensor(result["index"])


serve(step, warm=50)

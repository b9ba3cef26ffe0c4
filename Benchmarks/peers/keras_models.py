"""The networks of A, B1, B2, B3 and C in Keras, for Keras itself and for TensorFlow Lite."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
from keras import layers


def image_classifier(batch=None):
    """Works A and B1; the dropout only acts in training."""
    return keras.Sequential([
        keras.Input((32, 32, 3), batch_size=batch),
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"), layers.Flatten(),
        layers.Dense(64, activation="relu"), layers.Dropout(0.5), layers.Dense(10)])


def sequence_regressor(batch=None):
    """Works B2 and C."""
    return keras.Sequential([keras.Input((50, 14), batch_size=batch), layers.LSTM(64), layers.Dense(1)])


def autoencoder(batch=None):
    """Work B3."""
    return keras.Sequential([
        keras.Input((64,), batch_size=batch), layers.Dense(32, activation="relu"),
        layers.Dense(8, activation="relu"), layers.Dense(32, activation="relu"), layers.Dense(64)])

"""Spectra, mel bands, cepstra and resampled sound as librosa and torchaudio have them: Tests/DatasetsTests/Golden/sound.jsonl.

A line is a case: `name`, `signal` (its numbers are exact in f32), `shape` and `values` of what comes out; for a file its bytes in base64.
"""

import base64
import io
import json
import sys
import types
import warnings
from pathlib import Path

import librosa
import numpy
import soundfile
import torch

# The functions used here are Python. torchaudio's native part asks for CUDA's libraries even where nothing runs there: it is left out.
extension = types.ModuleType("torchaudio._extension")
extension._IS_TORCHAUDIO_EXT_AVAILABLE = False
extension.fail_if_no_align = lambda function: function
extension._check_cuda_version = lambda: None
sys.modules["torchaudio._extension"] = extension
import torchaudio  # noqa: E402

warnings.filterwarnings("ignore")
lines = []
RATE = 8000
generator = numpy.random.Generator(numpy.random.PCG64(11))
time = numpy.arange(1500) / RATE
# A chirp that dies away into noise, in steps of 2^-12.
chirp = 0.6 * numpy.sin(2 * numpy.pi * (300 * time + 4000 * time**2)) * numpy.exp(-6 * time) + generator.normal(0, 0.01, time.shape)
signal = numpy.round(chirp * 4096) / 4096


def case(name, values, given=None):
    values = numpy.asarray(values, dtype=numpy.float64)
    line = {"name": name, "shape": list(values.shape), "values": [float(f"{v:.7g}") for v in values.flatten()]}
    if given is not None:
        line["signal"] = given.tolist()
    lines.append(line)


case("signal", signal)
wave = torch.tensor(signal)

for size in (256, 200):
    for name, mode in (("reflect", "reflect"), ("zeros", "constant")):
        spectrum = librosa.stft(signal, n_fft=size, hop_length=250, win_length=size - 40, pad_mode=mode).T
        case(f"stft.{size}.{name}", numpy.stack([spectrum.real, spectrum.imag], -1))
case("stft.none", numpy.abs(librosa.stft(signal, n_fft=256, hop_length=300, center=False)).T ** 2)

case("librosa.mel", librosa.filters.mel(sr=RATE, n_fft=256, n_mels=20, dtype=numpy.float64))
case(
    "torchaudio.mel",
    torchaudio.functional.melscale_fbanks(129, 0.0, RATE / 2, 20, RATE, norm=None, mel_scale="htk").T.double(),
)

mel = librosa.feature.melspectrogram(y=signal, sr=RATE, n_fft=256, hop_length=160, n_mels=20)
case("librosa.logmel", librosa.power_to_db(mel).T)
case("librosa.mfcc", librosa.feature.mfcc(y=signal, sr=RATE, n_mfcc=13, n_fft=256, hop_length=160, n_mels=20).T)

arguments = {"n_fft": 200, "hop_length": 160, "n_mels": 20}
double = torchaudio.transforms.MelSpectrogram(RATE, **arguments).double()
case("torchaudio.logmel", torchaudio.transforms.AmplitudeToDB("power", 80)(double(wave)).T)
case("torchaudio.mfcc", torchaudio.transforms.MFCC(RATE, 13, melkwargs=arguments).double()(wave).T)

short = signal[:400]
for old, new in ((8000, 11025), (44100, 16000), (16000, 8000), (8000, 16000)):
    case(f"resample.{old}.{new}", torchaudio.functional.resample(torch.tensor(short), old, new))

stereo = numpy.stack([signal[:300], signal[300:600]], -1)
for format, subtype in (("FLAC", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "FLOAT")):
    file = io.BytesIO()
    soundfile.write(file, stereo, 22050, format=format, subtype=subtype)
    back, rate = soundfile.read(io.BytesIO(file.getvalue()))
    case(f"file.{format}.{subtype}", back)
    lines[-1]["file"] = base64.b64encode(file.getvalue()).decode()

target = Path(__file__).resolve().parents[2] / "Tests/DatasetsTests/Golden/sound.jsonl"
target.parent.mkdir(exist_ok=True)
target.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
print(f"sound: {len(lines)} cases, {target.stat().st_size} bytes")

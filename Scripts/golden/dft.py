"""Discrete Fourier transforms along the last axis. A complex tensor is two real ones: its real and its imaginary part.

The forward transform is unscaled, the inverse is divided by the size.
"""

import torch
from golden import case, rand, write


def parts(z):
    return z.real, z.imag


for size in [1, 2, 7, 8, 12, 15, 16]:
    x = rand([3, size], seed=f"dft {size}")
    other = rand([3, size], seed=f"dft imaginary {size}")
    case(f"realDFT.{size}.f32", lambda t: parts(torch.fft.rfft(t)), x, gradients=True)
    case(f"dft.{size}.f32", lambda re, im: parts(torch.fft.fft(torch.complex(re, im))), x, other, gradients=True)
    case(f"inverseDFT.{size}.f32", lambda re, im: parts(torch.fft.ifft(torch.complex(re, im))), x, other, gradients=True)
    half = [3, size // 2 + 1]
    inverse = lambda re, im: torch.fft.irfft(torch.complex(re, im), n=size)
    case(f"inverseRealDFT.{size}.f32", inverse, rand(half), rand(half), gradients=True, attributes={"size": size})
case("realDFT.f64", lambda t: parts(torch.fft.rfft(t)), rand([2, 8], dtype="f64"))
case("realDFT.64.f32", lambda t: parts(torch.fft.rfft(t)), rand([1, 64]))
case("dft.31.f32", lambda re, im: parts(torch.fft.fft(torch.complex(re, im))), rand([31]), rand([31]))

if __name__ == "__main__":
    write(__file__)

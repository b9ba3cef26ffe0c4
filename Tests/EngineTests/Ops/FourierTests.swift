import TestKit
import Testing

@testable import Engine

let fourierRows = [
    Row("dft") { x in
        let y = fft(x[0], x[1]); return [y.real, y.imaginary]
    },
    Row("inverseDFT") { x in
        let y = ifft(x[0], x[1]); return [y.real, y.imaginary]
    },
    Row("realDFT") { x in
        let y = rfft(x[0]); return [y.real, y.imaginary]
    },
    Row("inverseRealDFT") { x, a in [irfft(x[0], x[1], size: a.int("size"))] },
]

@Suite struct FourierTests {
    @Test(arguments: fourierRows) func `Fourier transforms agree with reference numbers`(row: Row) throws {
        try check(row, in: "dft", among: fourierRows)
    }
    @Test func `every reference case of Fourier transforms has a row`() throws { try checkFamily("dft", fourierRows, cases: 31) }

    @Test(arguments: [1, 2, 3, 6, 37, 74, 101, 120, 131, 222]) func `transforms of all lengths are the sum they stand for`(length: Int) {
        let x = samples([length]), xi = samples([length], seed: 2)
        let y = fft(x, xi), back = ifft(y.real, y.imaginary)
        #expect(difference(back.real.doubles(), x.doubles(), tolerance: 1e-12) == nil)
        let (a, b) = (x.doubles(), xi.doubles())
        for k in Set([0, 1, length / 2, length - 1]).filter({ $0 < length }) {
            var sum = (0.0, 0.0)
            for n in 0..<length {
                let angle = Tensor([-2 * Double.pi * Double(n * k % length) / Double(length)] as [Double])
                let (c, s) = (angle.cos().scalar, angle.sin().scalar)
                sum = (sum.0 + a[n] * c - b[n] * s, sum.1 + a[n] * s + b[n] * c)
            }
            #expect(abs(y.real.doubles()[k] - sum.0) < 1e-11 && abs(y.imaginary.doubles()[k] - sum.1) < 1e-11)
        }
    }

    @Test(arguments: [1, 5, 8]) func `gradients of transforms agree with finite differences`(length: Int) throws {
        let half = length / 2 + 1
        try checkGradients("rfft", at: [samples([2, length])]) { x in
            let y = rfft(x[0].square()); return [y.real, y.imaginary]
        }
        try checkGradients("irfft", at: [samples([2, half]), samples([2, half], seed: 3)]) { x in
            [irfft(x[0].square(), x[1], size: length).square()]
        }
    }

    @Test func `transforms refuse parts and sizes that do not fit`() {
        #expect(
            message { _ = try Tensor.apply(Fourier(form: .forward), [.zeros([4]), .zeros([5])]) }
                == "fourier: real and imaginary part differ (f32[4], f32[5])")
        #expect(
            message { _ = try Tensor.apply(Fourier(form: .fromHalf(size: 8)), [.zeros([4]), .zeros([4])]) }
                == "fourier: a transform of length 8 has 5 frequencies, not 4 (f32[4], f32[4])")
    }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The discrete Fourier transform of one length, in double precision: by halving (Cooley and Tukey) for powers of two, else as a
/// convolution of such a length (Bluestein, 1970).
struct FourierTransform: Sendable {
    let count: Int
    private let cosines: [Double]
    private let sines: [Double]
    private let reversed: [Int]
    /// For lengths that are no power of two.
    private let chirp: Chirp?

    private final class Chirp: Sendable {
        let inner: FourierTransform
        let cosines: [Double]
        let sines: [Double]
        let real: [Double]
        let imaginary: [Double]

        init(_ count: Int) {
            var length = 1
            while length < 2 * count - 1 { length *= 2 }
            inner = FourierTransform(length)
            // The square is taken modulo 2n first: large angles would lose digits.
            let angles = (0..<count).map { Double.pi * Double($0 * $0 % (2 * count)) / Double(count) }
            cosines = angles.map { cos($0) }
            sines = angles.map { sin($0) }
            var real = [Double](repeating: 0, count: length), imaginary = real
            for place in 0..<count {
                real[place] = cosines[place]
                imaginary[place] = sines[place]
                if place > 0 {
                    real[length - place] = cosines[place]
                    imaginary[length - place] = sines[place]
                }
            }
            inner.run(&real, &imaginary)
            self.real = real
            self.imaginary = imaginary
        }
    }

    init(_ count: Int) {
        if count < 1 { trap(DatasetError("fft", "of \(count) values")) }
        self.count = count
        if count & (count - 1) != 0 {
            chirp = Chirp(count)
            cosines = []
            sines = []
            reversed = []
            return
        }
        chirp = nil
        cosines = (0..<count / 2).map { cos(2 * Double.pi * Double($0) / Double(count)) }
        sines = (0..<count / 2).map { -sin(2 * Double.pi * Double($0) / Double(count)) }
        var reversed = [Int](repeating: 0, count: count), bits = 0
        while 1 << bits < count { bits += 1 }
        for place in 0..<count where bits > 0 { reversed[place] = reversed[place >> 1] >> 1 | (place & 1) << (bits - 1) }
        self.reversed = reversed
    }

    /// Σ x[n] exp(-2πi kn / count) in place.
    func run(_ real: inout [Double], _ imaginary: inout [Double]) {
        if let chirp {
            runChirp(chirp, &real, &imaginary)
            return
        }
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                for place in 0..<count where place < reversed[place] {
                    real.swapAt(place, reversed[place])
                    imaginary.swapAt(place, reversed[place])
                }
                var half = 1
                while half < count {
                    let step = count / (2 * half)
                    for start in stride(from: 0, to: count, by: 2 * half) {
                        for offset in 0..<half {
                            let c = cosines[offset * step], s = sines[offset * step]
                            let low = start + offset, high = low + half
                            let r = real[high] * c - imaginary[high] * s, i = real[high] * s + imaginary[high] * c
                            real[high] = real[low] - r
                            imaginary[high] = imaginary[low] - i
                            real[low] += r
                            imaginary[low] += i
                        }
                    }
                    half *= 2
                }
            }
        }
    }

    private func runChirp(_ chirp: Chirp, _ real: inout [Double], _ imaginary: inout [Double]) {
        let length = chirp.inner.count
        var a = [Double](repeating: 0, count: length), b = a
        for place in 0..<count {
            let c = chirp.cosines[place], s = chirp.sines[place]
            a[place] = real[place] * c + imaginary[place] * s
            b[place] = imaginary[place] * c - real[place] * s
        }
        chirp.inner.run(&a, &b)
        for place in 0..<length {
            let r = a[place] * chirp.real[place] - b[place] * chirp.imaginary[place]
            // The inverse transform is the transform of the conjugate.
            b[place] = -(a[place] * chirp.imaginary[place] + b[place] * chirp.real[place])
            a[place] = r
        }
        chirp.inner.run(&a, &b)
        let scale = 1 / Double(length)
        for place in 0..<count {
            let r = a[place] * scale, i = -b[place] * scale, c = chirp.cosines[place], s = chirp.sines[place]
            real[place] = r * c + i * s
            imaginary[place] = i * c - r * s
        }
    }
}

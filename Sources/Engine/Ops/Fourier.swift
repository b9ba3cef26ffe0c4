#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The discrete Fourier transform over the last axis, X_k = Σ x_n e^(-2πi nk/N). A complex tensor is two real ones.
public func fft(_ real: Tensor, _ imaginary: Tensor) -> (real: Tensor, imaginary: Tensor) {
    let parts = Tensor.makeAll(Fourier(form: .forward), [real, imaginary])
    return (parts[0], parts[1])
}

/// The inverse transform over the last axis, x_n = 1/N Σ X_k e^(2πi nk/N).
public func ifft(_ real: Tensor, _ imaginary: Tensor) -> (real: Tensor, imaginary: Tensor) {
    let parts = Tensor.makeAll(Fourier(form: .backward), [real, imaginary]), scale = 1 / Double(max(1, real.rank == 0 ? 1 : real.shape[-1]))
    return (parts[0] * scale, parts[1] * scale)
}

/// The transform of real numbers over the last axis: the frequencies 0…N/2, of which the others are the conjugates.
/// [..., N] → twice [..., ⌊N/2⌋ + 1]
public func rfft(_ x: Tensor) -> (real: Tensor, imaginary: Tensor) {
    let parts = Tensor.makeAll(Fourier(form: .toHalf), [x])
    return (parts[0], parts[1])
}

/// The real numbers of which these are the frequencies 0…N/2; imaginary parts of 0 and N/2 are ignored.
///
/// - Parameter real: [..., size / 2 + 1].
/// - Parameter imaginary: as `real`.
/// - Parameter size: N; two lengths have the same number of frequencies.
public func irfft(_ real: Tensor, _ imaginary: Tensor, size: Int) -> Tensor {
    // Every frequency but the first, and the middle one of an even length, stands for its conjugate as well.
    let weights = (0..<max(0, size) / 2 + 1).map { k -> Double in (k == 0 || 2 * k == size ? 1 : 2) / Double(max(1, size)) }
    let weight = Tensor(weights, [weights.count], as: real.dtype)
    return Tensor.make(Fourier(form: .fromHalf(size: size)), real * weight, imaginary * weight)
}

/// A linear transform whose adjoint is another one of its forms, so gradients of any order are transforms again.
struct Fourier: Op {
    enum Form: Hashable, Codable, Sendable {
        /// Σ x_n e^(∓2πi nk/N): real and imaginary part to both.
        case forward, backward
        /// The first half of `forward` of real numbers.
        case toHalf
        /// The real part of `backward` of numbers whose second half is 0.
        case fromHalf(size: Int)
    }
    let form: Form
    var name: String { "fourier" }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(form == .toHalf ? 1...1 : 2...2, operands)
        try requireFloat(operands)
        guard operands.allSatisfy({ $0 == operands[0] }) else { throw refuse("real and imaginary part differ", operands) }
        let shape = operands[0].shape
        guard shape.rank > 0, shape[-1] > 0 else { throw refuse("needs a last axis that is not empty", operands) }
        func last(_ extent: Int) -> TensorType { operands[0].with(shape.replacing(shape.rank - 1, with: extent)) }
        switch form {
        case .forward, .backward: return operands
        case .toHalf: return [last(shape[-1] / 2 + 1), last(shape[-1] / 2 + 1)]
        case .fromHalf(let size):
            guard size > 0, size / 2 + 1 == shape[-1] else {
                throw refuse("a transform of length \(size) has \(max(0, size) / 2 + 1) frequencies, not \(shape[-1])", operands)
            }
            return [last(size)]
        }
    }

    func gradient(_ call: Call) -> [Tensor?] {
        func flow(_ index: Int) -> Tensor { call.flow[index] ?? .fill(0, call.results[index].shape, call.results[index].dtype) }
        switch form {
        case .forward: return Tensor.makeAll(Fourier(form: .backward), [flow(0), flow(1)])
        case .backward: return Tensor.makeAll(Fourier(form: .forward), [flow(0), flow(1)])
        case .toHalf: return Tensor.makeAll(Fourier(form: .fromHalf(size: call.operands[0].shape[-1])), [flow(0), flow(1)])
        case .fromHalf: return Tensor.makeAll(Fourier(form: .toHalf), [flow(0)])
        }
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 1 ? [Split(operands.map { _ in .slice }, results.map { _ in .slice })] : []
    }

    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int { 50 * results[0].shape.count }

    /// All types compute in f64: the accuracy of a long transform is that of its roots of unity.
    func bind(_ binder: Binder) throws -> Kernel {
        let inputs = binder.operands.indices.map { binder.read($0, Double.self) }
        let outputs = binder.results.indices.map { binder.write($0, Double.self) }
        let length: Int = if case .fromHalf(let size) = form { size } else { inputs[0].shape[-1] }
        let (given, made) = (inputs[0].shape[-1], outputs[0].shape[-1])
        let transform = FourierTransform(length)
        let isBackward: Bool =
            switch form {
            case .forward, .toHalf: false;
            default: true
            }
        let rows = inputs[0].count / given
        return binder.portable(inputs, outputs) {
            // The transform with the other sign is that of the parts exchanged.
            let (real, imaginary) = isBackward ? (transform.imaginary, transform.real) : (transform.real, transform.imaginary)
            for row in 0..<rows {
                for index in 0..<length {
                    real[index] = index < given ? inputs[0][row * given + index] : 0
                    imaginary[index] = index < given && inputs.count > 1 ? inputs[1][row * given + index] : 0
                }
                transform.run()
                for index in 0..<made {
                    outputs[0][row * made + index] = real[index]
                    if outputs.count > 1 { outputs[1][row * made + index] = imaginary[index] }
                }
            }
        }
    }
}

/// The forward transform of one length, in place in its own memory.
///
/// Stockham's autosort over the prime factors; a length with a large prime factor becomes a convolution (Bluestein 1970), so
/// all lengths take time in proportion to N log N.
final class FourierTransform {
    let length: Int
    /// The numbers before and after `run`.
    let real: UnsafeMutablePointer<Double>
    let imaginary: UnsafeMutablePointer<Double>
    private let factors: [Int]
    private let roots: [(real: Double, imaginary: Double)]
    private let other: UnsafeMutablePointer<Double>
    private let memory: Buffer
    private let convolution: Convolution?

    private struct Convolution {
        let inner: FourierTransform
        /// e^(-πi n²/N)
        let chirp: [(real: Double, imaginary: Double)]
        /// The transform of the chirp's conjugate, divided by the inner length.
        let kernel: [(real: Double, imaginary: Double)]
    }

    init(_ length: Int) {
        self.length = length
        memory = Buffer(bytes: 4 * length * 8)
        real = memory.pointer.assumingMemoryBound(to: Double.self)
        imaginary = real + length
        other = imaginary + length
        var factors: [Int] = [], rest = length, candidate = 2
        while rest > 1 {
            if rest % 4 == 0 {
                factors.append(4)
                rest /= 4
            } else if rest % candidate == 0 {
                factors.append(candidate)
                rest /= candidate
            } else {
                candidate = candidate * candidate > rest ? rest : candidate + 1
            }
        }
        self.factors = factors
        // The angle of n²/N turns from n² modulo 2N, which stays exact.
        func root(_ numerator: Int, _ denominator: Int) -> (real: Double, imaginary: Double) {
            let angle = -2 * Double.pi * Double(numerator) / Double(denominator)
            return (cos(angle), sin(angle))
        }
        guard let largest = factors.max(), largest > 32 else {
            roots = (0..<length).map { root($0, length) }
            convolution = nil
            return
        }
        roots = []
        var size = 1
        while size < 2 * length - 1 { size *= 2 }
        let inner = FourierTransform(size)
        let chirp = (0..<length).map { root($0 * $0 % (2 * length), 2 * length) }
        for index in 0..<size {
            let place = index < length ? index : size - index < length ? size - index : -1
            inner.real[index] = place < 0 ? 0 : chirp[place].real
            inner.imaginary[index] = place < 0 ? 0 : -chirp[place].imaginary
        }
        inner.run()
        let kernel = (0..<size).map { (real: inner.real[$0] / Double(size), imaginary: inner.imaginary[$0] / Double(size)) }
        convolution = Convolution(inner: inner, chirp: chirp, kernel: kernel)
    }

    func run() {
        if let convolution { return convolve(convolution) }
        var (x, xi, y, yi) = (real, imaginary, other, other + length)
        var stride = 1, count = length
        for radix in factors {
            let part = count / radix
            for p in 0..<part {
                for k in 0..<radix {
                    let turn = roots[p * k * stride]
                    let to = stride * (radix * p + k)
                    for q in 0..<stride { (y[to + q], yi[to + q]) = (0, 0) }
                    for r in 0..<radix {
                        let base = roots[r * k % radix * (length / radix)]
                        let w = (
                            real: base.real * turn.real - base.imaginary * turn.imaginary,
                            imaginary: base.real * turn.imaginary + base.imaginary * turn.real
                        )
                        let from = stride * (p + r * part)
                        for q in 0..<stride {
                            y[to + q] += x[from + q] * w.real - xi[from + q] * w.imaginary
                            yi[to + q] += x[from + q] * w.imaginary + xi[from + q] * w.real
                        }
                    }
                }
            }
            swap(&x, &y)
            swap(&xi, &yi)
            stride *= radix
            count = part
        }
        if x != real {
            real.update(from: x, count: length)
            imaginary.update(from: xi, count: length)
        }
    }

    private func convolve(_ convolution: Convolution) {
        let (inner, chirp, kernel) = (convolution.inner, convolution.chirp, convolution.kernel)
        for index in 0..<inner.length {
            let isInside = index < length
            let w = isInside ? chirp[index] : (real: 0, imaginary: 0)
            inner.real[index] = isInside ? real[index] * w.real - imaginary[index] * w.imaginary : 0
            inner.imaginary[index] = isInside ? real[index] * w.imaginary + imaginary[index] * w.real : 0
        }
        inner.run()
        // The inverse transform, as the forward one of the parts exchanged.
        for index in 0..<inner.length {
            let (a, b, w) = (inner.real[index], inner.imaginary[index], kernel[index])
            (inner.imaginary[index], inner.real[index]) = (a * w.real - b * w.imaginary, a * w.imaginary + b * w.real)
        }
        inner.run()
        for index in 0..<length {
            let (a, b, w) = (inner.imaginary[index], inner.real[index], chirp[index])
            (real[index], imaginary[index]) = (a * w.real - b * w.imaginary, a * w.imaginary + b * w.real)
        }
    }
}

let fourierCatalog: [any Op] = [.forward, .backward, .toHalf, .fromHalf(size: 4)].map { Fourier(form: $0) }

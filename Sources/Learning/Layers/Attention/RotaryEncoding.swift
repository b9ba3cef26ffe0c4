public import Engine

/// Turns pairs of a head's elements by angles that grow with the place, so that scores depend on distances alone.
///
/// Pair i of a head of width d at place p is turned by p · base^(-2i ∕ d). Su et al., "RoFormer" (2021).
public struct RotaryEncoding: Module, Hashable, Sendable {
    /// Which elements of a head make a pair.
    public enum Pairs: String, Hashable, Sendable, Codable {
        /// 2i and 2i + 1, as in the paper.
        case neighbours
        /// i and i + d ∕ 2, as open language models store their weights.
        case halves
    }
    public let base: Double
    public let pairs: Pairs

    public init(base: Double = 10_000, pairs: Pairs = .halves) {
        self.base = base
        self.pairs = pairs
    }

    /// - Parameter x: [batch, time, heads, width] with an even width.
    /// - Parameter first: the place of the first step.
    public func callAsFunction(_ x: Tensor, first: Int = 0) -> Tensor {
        guard x.rank == 4, x.shape[3] % 2 == 0 else {
            trap(EngineError("rotary", "takes [batch, time, heads, even width]", operands: [x.type]))
        }
        let (time, width) = (x.shape[1], x.shape[3])
        let angles = (first..<first + time).flatMap { place in
            (0..<width).map { element in
                let pair = pairs == .halves ? element % (width / 2) : element / 2
                return Double(place) * power(base, -2 * Double(pair) / Double(width))
            }
        }
        func table(_ function: (Double) -> Double) -> Tensor { Tensor(angles.map(function), [time, 1, width], as: x.dtype) }
        return x * table(cosine) + quarter(x) * table(sine)
    }

    /// Each pair (a, b) as (-b, a): a quarter turn.
    private func quarter(_ x: Tensor) -> Tensor {
        let half = x.shape[3] / 2
        switch pairs {
        case .halves:
            let parts = x.split(into: 2, 3)
            return concatenate([-parts[1], parts[0]], 3)
        case .neighbours:
            let shape = x.shape
            let parts = x.reshaped([shape[0], shape[1], shape[2], half, 2]).split(into: 2, 4)  // [batch, time, heads, half, 1] twice
            return concatenate([-parts[1], parts[0]], 4).reshaped(shape)
        }
    }
}

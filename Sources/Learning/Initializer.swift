public import Engine

/// The rule by which a parameter's first values are drawn.
///
/// The fans of a weight [out, in, …] are `in` and `out` times the extents after them, as of a kernel [out, in, height, width].
public struct Initializer: Sendable {
    /// How the rule is called in descriptions.
    public let name: String
    let draw: @Sendable (Shape, RandomKey) -> Tensor

    public init(_ name: String, _ draw: @escaping @Sendable (Shape, RandomKey) -> Tensor) {
        self.name = name
        self.draw = draw
    }

    public func values(_ shape: Shape, key: RandomKey) -> Tensor { draw(shape, key) }

    public static let zeros = constant(0)
    public static let ones = constant(1)

    public static func constant(_ value: Double) -> Initializer { Initializer("constant(\(value))") { shape, _ in .fill(value, shape) } }

    /// Ones on the diagonal of the first two axes, which are equally long, zeros elsewhere.
    public static let identity = Initializer("identity") { shape, _ in
        demand(shape.rank == 2 && shape[0] == shape[1], LearningError("identity", "\(shape) is no square matrix"))
        return Tensor((0..<shape.count).map { $0 % (shape[0] + 1) == 0 ? 1 : 0 as Float }, shape)
    }

    public static func normal(deviation: Double = 0.02, mean: Double = 0) -> Initializer {
        Initializer("normal(\(deviation))") { shape, key in .normal(shape, key: key, mean: mean, deviation: deviation) }
    }

    /// Uniform in ±`bound`.
    public static func uniform(_ bound: Double) -> Initializer {
        Initializer("uniform(\(bound))") { shape, key in .uniform(shape, key: key, low: -bound, high: bound) }
    }

    /// Normal with variance 2 ∕ fan-in, for layers before a ReLU (He et al. 2015).
    public static let heNormal = Initializer("heNormal") { shape, key in
        .normal(shape, key: key, deviation: (2 / Double(fans(shape).in)).squareRoot())
    }
    /// Uniform with variance 2 ∕ fan-in (He et al. 2015).
    public static let heUniform = Initializer("heUniform") { shape, key in
        let bound = (6 / Double(fans(shape).in)).squareRoot()
        return .uniform(shape, key: key, low: -bound, high: bound)
    }
    /// Normal with variance 2 ∕ (fan-in + fan-out) (Glorot and Bengio 2010).
    public static let glorotNormal = Initializer("glorotNormal") { shape, key in
        let (into, out) = fans(shape)
        return .normal(shape, key: key, deviation: (2 / Double(into + out)).squareRoot())
    }
    /// Uniform with variance 2 ∕ (fan-in + fan-out) (Glorot and Bengio 2010).
    public static let glorotUniform = Initializer("glorotUniform") { shape, key in
        let (into, out) = fans(shape)
        let bound = (6 / Double(into + out)).squareRoot()
        return .uniform(shape, key: key, low: -bound, high: bound)
    }
    /// Uniform in ±1 ∕ √fan-in, the first weights of PyTorch's linear and convolution layers.
    public static let fanInUniform = Initializer("fanInUniform") { shape, key in
        let bound = 1 / Double(fans(shape).in).squareRoot()
        return .uniform(shape, key: key, low: -bound, high: bound)
    }

    /// Normal with variance 1 ∕ fan-in, for layers before a SELU or none (LeCun et al. 1998).
    public static let lecunNormal = Initializer("lecunNormal") { shape, key in
        .normal(shape, key: key, deviation: 1 / Double(fans(shape).in).squareRoot())
    }
    /// Normal with this deviation, without what lies more than two deviations from 0.
    public static func truncatedNormal(deviation: Double = 0.02) -> Initializer {
        Initializer("truncatedNormal(\(deviation))") { shape, key in .truncatedNormal(shape, key: key, deviation: deviation) }
    }

    /// A matrix with orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al. 2014).
    ///
    /// Of a shape [rows, ...] the other axes count as one.
    ///
    /// - Parameter blocks: parts of the rows, such as the gates of a recurrent layer, that are orthonormal each by itself.
    public static func orthogonal(gain: Double = 1, blocks: Int = 1) -> Initializer {
        Initializer("orthogonal(\(gain))") { shape, key in
            let rows = (shape.extents.first ?? 1) / max(1, blocks), columns = shape.extents.dropFirst().reduce(1, *)
            let values = (0..<blocks).flatMap { orthonormal(rows, columns, key: key.folded(in: $0)).map { $0 * gain } }
            guard values.count == shape.count else { trap(LearningError("orthogonal", "\(shape) does not divide into \(blocks) blocks")) }
            return Tensor(values, shape, as: .f32)
        }
    }

    /// Normal numbers made orthonormal by the modified Gram-Schmidt process, twice for the sake of rounding.
    private static func orthonormal(_ rows: Int, _ columns: Int, key: RandomKey) -> [Double] {
        let count = min(rows, columns), length = max(rows, columns)
        guard count > 0 else { return [] }
        let drawn = Tensor.normal([count, length], key: key).doubles()
        var vectors = (0..<count).map { Array(drawn[$0 * length..<($0 + 1) * length]) }
        for place in 0..<count {
            for _ in 0..<2 {
                for other in 0..<place {
                    let share = zip(vectors[place], vectors[other]).reduce(0) { $0 + $1.0 * $1.1 }
                    for index in 0..<length { vectors[place][index] -= share * vectors[other][index] }
                }
            }
            let norm = vectors[place].reduce(0) { $0 + $1 * $1 }.squareRoot()
            for index in 0..<length { vectors[place][index] /= norm }
        }
        if rows <= columns { return vectors.flatMap(\.self) }
        return (0..<rows).flatMap { row in vectors.map { $0[row] } }
    }

    /// The values that reach and leave one unit.
    static func fans(_ shape: Shape) -> (in: Int, out: Int) {
        guard shape.rank > 1 else { return (max(1, shape.count), max(1, shape.count)) }
        let field = shape.extents.dropFirst(2).reduce(1, *)
        return (max(1, shape[1] * field), max(1, shape[0] * field))
    }
}

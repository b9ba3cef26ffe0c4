public import Engine

/// A learned vector for each index: [...] of integers → [..., width].
///
/// An index outside of the table gives NaN.
public struct Embedding: PureLayer {
    /// [count, width]
    public let weight: Parameter
    /// The index of a row that stays as it is: zeros, unless it is written otherwise.
    public let padding: Int?

    /// - Parameter count: how many vectors there are.
    /// - Parameter width: how long each of them is.
    public init(_ count: Int, _ width: Int, padding: Int? = nil, initializer: Initializer = .normal(deviation: 1)) {
        if let padding, !(0..<count).contains(padding) {
            trap(EngineError("embedding", "the padding index \(padding) is not one of \(count)"))
        }
        self.padding = padding
        guard let padding else {
            weight = Parameter([count, width], initializer)
            return
        }
        weight = Parameter(
            [count, width],
            Initializer(initializer.name) { shape, key in
                let row = Tensor.iota(count).isEqual(to: Double(padding)).expanded(-1)
                return select(row, .zeros([], .f32), initializer.values(shape, key: key))
            })
    }

    public func callAsFunction(_ indices: Tensor) -> Tensor {
        weight.scope {
            demand(indices)
            return embedding(weight.value, indices, padding: padding)
        }
    }

    public func check(_ input: TensorType) throws {
        try weight.scope {
            guard input.dtype.isInteger else { throw EngineError("embedding", "takes integers", operands: [input]) }
        }
    }
}

public import Engine

/// Adds to each step a learned vector of its place: [..., time, width] → the same, for at most `count` steps.
public struct LearnedEncoding: PureLayer {
    /// [count, width]
    public let weight: Parameter

    public init(_ count: Int, _ width: Int, initializer: Initializer = .normal(deviation: 0.02)) {
        weight = Parameter([count, width], initializer)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        weight.scope {
            demand(x)
            return x + weight.value.sliced(0..<x.shape[-2], 0)
        }
    }

    public func check(_ input: TensorType) throws {
        try weight.scope {
            guard input.shape.rank >= 2, input.shape[-1] == weight.shape[1], input.shape[-2] <= weight.shape[0] else {
                throw EngineError("learnedEncoding", "takes [..., at most \(weight.shape[0]), \(weight.shape[1])]", operands: [input])
            }
            try requireNumbers("learnedEncoding", input)
        }
    }
}

public import Engine

/// The fully connected layer: y = x Wᵀ + b.
///
///     let hidden = Linear(784, 100)
///     let y = hidden(x).relu()  // [batch, 784] → [batch, 100]
///
/// Weight [outputs, inputs], bias [outputs]; it works on the last axis: [..., inputs] → [..., outputs].
public struct Linear: PureLayer {
    public let weight: Parameter
    public let bias: Parameter?

    /// - Parameter initialization: He's rule, since a ReLU follows most layers.
    public init(_ inputs: Int, _ outputs: Int, bias: Bool = true, initialization: Initialization = .he) {
        let rules = initialization.rules(fanIn: inputs)
        weight = Parameter([outputs, inputs], rules.weight)
        self.bias = bias ? Parameter([outputs], rules.bias) : nil
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        weight.scope {
            demand(x)
            return linear(x, weight.value, bias?.value)
        }
    }

    public func check(_ input: TensorType) throws {
        try weight.scope {
            guard input.shape.rank > 0, input.shape[-1] == weight.shape[1] else {
                throw EngineError("linear", "takes [..., \(weight.shape[1])]", operands: [input])
            }
            try requireNumbers("linear", input)
        }
    }
}

/// Layers compute in the type of their parameters.
func requireNumbers(_ operation: String, _ input: TensorType) throws {
    guard input.dtype == .f32 else { throw EngineError(operation, "computes in f32: cast the input", operands: [input]) }
}

public import Engine

/// The two layers of a Transformer block that see each step by itself: down(activation(up(x))).
public struct FeedForward: Layer {
    public let up: Linear
    public let down: Linear
    public let activation: Activation
    public let dropout: Dropout

    /// - Parameter hidden: width between the two layers.
    /// - Parameter dropout: the rate at which elements between the two layers are dropped in training.
    public init(
        _ width: Int, hidden: Int, activation: Activation = .gelu, dropout: Double = 0, bias: Bool = true,
        initialization: Initialization = .glorot
    ) {
        up = Linear(width, hidden, bias: bias, initialization: initialization)
        down = Linear(hidden, width, bias: bias, initialization: initialization)
        self.activation = activation
        self.dropout = Dropout(dropout)
    }

    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor { down(dropout(activation(up(x)), &pass)) }

    public func check(_ input: TensorType) throws { try up.check(input) }
}

public import Engine

/// In training each element is kept with probability 1 - rate and divided by it, else 0; in inference nothing happens.
///
/// Srivastava et al., "Dropout" (2014).
public struct Dropout: Layer {
    public let rate: Double

    /// - Parameter rate: in [0, 1).
    public init(_ rate: Double = 0.5) {
        self.rate = validated(rate, "dropout")
    }

    public func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor {
        pass.isTraining && rate > 0 ? x.dropout(rate, key: pass.key()) : x
    }
}

/// The rate, if elements can be dropped at it.
func validated(_ rate: Double, _ operation: String) -> Double {
    guard (0..<1).contains(rate) else { trap(EngineError(operation, "the rate must be in 0..<1, got \(rate)")) }
    return rate
}

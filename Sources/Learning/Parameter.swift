public import Engine

/// Values that training changes: one buffer and one graph leaf, made once with the layer that holds them.
public final class Parameter: ModuleLeaf {
    /// The buffer and its leaf.
    public let variable: Variable
    public let initializer: Initializer
    /// A frozen parameter keeps its values in training: no gradient is made for it.
    public var isFrozen = false

    public init(_ shape: Shape, _ initializer: Initializer = .zeros) {
        variable = Variable("parameter", shape)
        self.initializer = initializer
    }

    public var shape: Shape { variable.type.shape }
    /// The present values, as a leaf of the graph.
    public var value: Tensor { variable.value }

    /// Draws new values; equal keys give equal values.
    public func initialize(key: RandomKey) { variable.assign(initializer.values(shape, key: key)) }
}

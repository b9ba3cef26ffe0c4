public import Engine

/// Values that training changes: one buffer and one graph leaf, made once with the layer that holds them.
public final class Parameter: ModuleLeaf {
    /// The buffer and its leaf.
    public let variable: Variable
    public let initializer: Initializer
    /// A frozen parameter keeps its values in training: no gradient is made for it.
    public var isFrozen = false
    /// Its name in the model that was initialised last, for messages; empty before.
    public internal(set) var name = ""

    public init(_ shape: Shape, _ initializer: Initializer = .zeros) {
        variable = Variable("parameter", shape)
        self.initializer = initializer
    }

    public var shape: Shape { variable.type.shape }
    /// The present values, as a leaf of the graph.
    public var value: Tensor { variable.value }

    /// Draws new values; equal keys give equal values.
    public func initialize(key: RandomKey) { variable.assign(initializer.values(shape, key: key)) }

    /// Runs `body` in the scope of the layer that holds this parameter, so that what the engine refuses there names the layer.
    public func scope<R>(_ body: () throws -> R) rethrows -> R {
        guard let dot = name.lastIndex(of: ".") else { return try body() }
        return try Scope.$path.withValue(String(name[..<dot]), operation: body)
    }
}

/// Runs `body` in the scope of the layer that holds a parameter, if there is one.
func inScope<R>(of parameter: Parameter?, _ body: () throws -> R) rethrows -> R {
    guard let parameter else { return try body() }
    return try parameter.scope(body)
}

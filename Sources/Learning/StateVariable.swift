public import Engine

/// Values that a model keeps but does not train: running statistics, caches, counts. They are saved with the parameters.
///
/// A step changes them through `Pass.write(_:_:)`; the change is committed after everything has been read.
public final class StateVariable: ModuleLeaf {
    public let variable: Variable
    /// What every element is after `reset()`.
    public let initial: Double

    public init(_ shape: Shape, initially initial: Double = 0) {
        variable = Variable("state", shape)
        self.initial = initial
        reset()
    }

    public var shape: Shape { variable.type.shape }
    /// The present values, as a leaf of the graph.
    public var value: Tensor { variable.value }

    /// Sets every element to the initial value.
    public func reset() { variable.assign(.fill(initial, shape)) }
}

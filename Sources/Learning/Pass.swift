public import Engine

/// One pass through a model: whether it trains, its random numbers, and the state that it will write.
///
/// A layer that draws random numbers or keeps state takes the pass as `inout`; the others need it not at all.
public struct Pass {
    /// Whether dropout drops and batch statistics are used.
    public let isTraining: Bool
    /// What the layers ask to be written when the step is over.
    public private(set) var writes: [(state: StateVariable, value: Tensor)] = []
    private let root: RandomKey?
    private var drawn = 0

    /// A pass that only computes: nothing is dropped, nothing is written.
    public static var inference: Pass { Pass(isTraining: false) }

    /// - Parameter key: of this step; a training pass without it has no random layers.
    public init(isTraining: Bool, key: RandomKey? = nil) {
        self.isTraining = isTraining
        root = key
    }

    /// A key that no other call of this pass gets: folded from the step's key, the module's path and the number of the call.
    public mutating func key() -> RandomKey {
        guard let root else { trap(EngineError("pass", "random numbers are asked of a pass without a key")) }
        drawn += 1
        return root.folded(in: Scope.path).folded(in: drawn)
    }

    /// Asks that a state have this value from the next step on.
    public mutating func write(_ state: StateVariable, _ value: Tensor) {
        if let place = writes.firstIndex(where: { $0.state === state }) { writes.remove(at: place) }
        writes.append((state, value))
    }
}

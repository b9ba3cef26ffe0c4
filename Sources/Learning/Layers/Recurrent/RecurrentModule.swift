public import Engine

/// Recurrent layers one above the other: `RNN`, `LSTM`, `GRU`.
///
///     let lstm = LSTM(14, 64, layers: 2, dropout: 0.2)
///     let output = lstm(x, &pass)                  // [batch, time, 14]
///     let answer = head(output.summary)            // [batch, 64]
///
/// Parameters are called `layers.0.forward.inputWeight`, …
public protocol RecurrentModule: Module {
    var kind: RecurrentKind { get }
    var layers: [RecurrentLayer] { get }
    /// The rate at which elements are dropped between layers in training.
    var dropout: Double { get }
}

extension RecurrentModule {
    /// Units of each layer in each direction.
    public var hidden: Int { layers[0].forward.hiddenWeight.shape[1] }
    /// Extent of the input's last axis.
    public var inputs: Int { layers[0].forward.inputWeight.shape[1] }
    /// 2 if each layer also reads the sequence from its end.
    public var directions: Int { layers[0].directions.count }

    /// - Parameters:
    ///   - x: [batch, time, inputs]
    ///   - initial: the states before the first step, in the order of layers, then directions; zeros if left out.
    ///   - lengths: valid steps of each sequence, integers [batch]: what follows is 0 in the result, and the last state is the
    ///     one at the end of the sequence.
    public func callAsFunction(
        _ x: Tensor, _ pass: inout Pass, initial: [RecurrentState]? = nil, lengths: Tensor? = nil
    ) -> RecurrentOutput {
        let isDropping = pass.isTraining && dropout > 0
        return run(x, initial, lengths) { isDropping ? $0.dropout(dropout, key: pass.key()) : $0 }
    }

    /// The call without a pass, of modules that drop nothing.
    public func callAsFunction(_ x: Tensor, initial: [RecurrentState]? = nil, lengths: Tensor? = nil) -> RecurrentOutput {
        if dropout > 0 && layers.count > 1 { trap(EngineError(name, "it drops elements in training: call it with the pass")) }
        return run(x, initial, lengths) { $0 }
    }

    /// Refuses what the module cannot take.
    ///
    /// - Throws: an `EngineError` that names the module, the reason and the operands.
    public func check(_ input: TensorType) throws {
        try layers[0].forward.inputWeight.scope {
            guard input.shape.rank == 3, input.shape[2] == inputs else {
                throw EngineError(name, "takes [batch, time, \(inputs)]", operands: [input])
            }
            try requireNumbers(name, input)
        }
    }

    private var name: String { kind == .lstm || kind == .gru ? kind.rawValue : "rnn" }

    private func run(_ x: Tensor, _ initial: [RecurrentState]?, _ lengths: Tensor?, between: (Tensor) -> Tensor) -> RecurrentOutput {
        do { try check(x.type) } catch { trap(error) }
        if let initial, initial.count != layers.count * directions {
            trap(EngineError(name, "takes \(layers.count * directions) initial states, got \(initial.count)"))
        }
        return layers[0].forward.inputWeight.scope {
            let (y, last) = recurrent(
                kind, x, layers: layers.map { $0.directions.map(\.weights) }, initial: initial, lengths: lengths, between: between)
            return RecurrentOutput(steps: y, last: last, directions: directions)
        }
    }

    /// This module as a layer that makes the states of the top layer at all steps: [batch, time, directions · hidden].
    public var steps: RecurrentReading { RecurrentReading(self, isSummary: false) }
    /// This module as a layer that makes the top layer's last states: [batch, directions · hidden].
    public var summary: RecurrentReading { RecurrentReading(self, isSummary: true) }

    static func makeLayers(
        _ kind: RecurrentKind, _ inputs: Int, _ hidden: Int, _ count: Int, _ isBidirectional: Bool, _ bias: Bool,
        _ initialization: Initialization
    ) -> [RecurrentLayer] {
        guard inputs > 0, hidden > 0, count > 0 else {
            trap(EngineError("\(kind)", "needs inputs, units and layers, got \(inputs), \(hidden) and \(count)"))
        }
        return (0..<count).map { number in
            let width = number == 0 ? inputs : hidden * (isBidirectional ? 2 : 1)
            func direction() -> RecurrentDirection { RecurrentDirection(kind, width, hidden, bias: bias, initialization) }
            return RecurrentLayer(forward: direction(), backward: isBidirectional ? direction() : nil)
        }
    }
}

public import Engine

/// What the processes of one training run do together: each learns from its share of every batch, and all take the same steps.
///
/// Every method is called by all processes, in the same order.
public protocol GradientReduction {
    /// The number of this process among all, from 0. Process 0 writes, and its random numbers are those of a run in one process.
    var rank: Int { get }

    /// The mean over the samples of all processes, as part of the graph.
    ///
    /// - Parameter tensors: means over this process's samples, f32, those that are computed first at the end.
    /// - Parameter samples: how many samples they are means of.
    func reduced(_ tensors: [Tensor], samples: Int) -> [Tensor]

    /// Asks all processes to end after the same step.
    func requestStop()

    /// What the program that has just run, with `reduced` tensors in it, found out.
    ///
    /// - Throws: if another process was not reached. What the program has written is worthless then.
    func finished() throws -> ReducedStep

    /// The bytes that process 0 gives.
    func broadcast(_ bytes: [UInt8]) throws -> [UInt8]
}

/// What the processes of a run know of each other after a step.
public struct ReducedStep: Hashable, Sendable {
    /// Samples of all processes together.
    public let samples: Int
    /// Whether one of them asks to end after this step.
    public let stops: Bool

    public init(samples: Int, stops: Bool) {
        self.samples = samples
        self.stops = stops
    }
}

extension GradientReduction {
    /// Gives every process the numbers of process 0.
    func broadcast(_ numbers: [Double]) throws -> [Double] {
        let bytes = try broadcast(numbers.withUnsafeBytes(Array.init))
        return bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
        }
    }

    /// Gives every process the values that the variables have in process 0.
    ///
    /// - Throws: if the variables of this process have other sizes.
    func broadcast(_ variables: [(name: String, variable: Variable)]) throws {
        for (name, variable) in variables {
            let type = variable.type
            // Only process 0 has something to give.
            let own = rank > 0 ? [] : variable.type.dtype == .i64 ? bytes(variable, Int64.self) : bytes(variable, Float.self)
            let values = try broadcast(own)
            guard values.count == type.bytes else {
                throw LearningError("broadcast", "process 0 has \(values.count) bytes, here it is \(type)", at: name)
            }
            if rank > 0 { variable.assign(values.withUnsafeBytes { Tensor(type, copying: $0) }) }
        }
    }

    private func bytes<Element: TensorElement>(_ variable: Variable, _ element: Element.Type) -> [UInt8] {
        variable.value.values(element).withUnsafeBytes(Array.init)
    }
}

/// What a bundle takes and gives.
public struct Signature: Hashable, Sendable, Codable {
    public var inputs: [Port]
    public var outputs: [Port]

    public init(inputs: [Port], outputs: [Port]) {
        self.inputs = inputs
        self.outputs = outputs
    }

    /// The names of the extents that are chosen for every run.
    public var axes: [String] {
        var names: [String] = []
        for case .named(let name) in inputs.flatMap(\.shape) where !names.contains(name) { names.append(name) }
        return names
    }
}

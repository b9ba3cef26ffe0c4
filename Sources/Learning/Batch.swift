public import Engine

/// Some samples that a step takes at once: tensors by name, whose first axis counts the samples.
@dynamicMemberLookup
public struct Batch: Sendable {
    /// The names in the order given; a step's program takes the tensors in this order.
    public let names: [String]
    public let tensors: [Tensor]

    public init(_ columns: KeyValuePairs<String, Tensor>) { self.init(names: columns.map(\.key), tensors: columns.map(\.value)) }

    public init(names: [String], tensors: [Tensor]) {
        if names.count != tensors.count || Set(names).count != names.count || names.isEmpty {
            trap(LearningError("batch", "needs a different name for each tensor, got \(names) for \(tensors.count)"))
        }
        if let odd = tensors.firstIndex(where: { $0.rank == 0 || $0.shape[0] != tensors[0].shape[0] }) {
            trap(
                LearningError("batch", "the first axis counts the samples: \(tensors[0].type) and \(tensors[odd].type)", at: names[odd])
            )
        }
        self.names = names
        self.tensors = tensors
    }

    /// How many samples it holds.
    public var count: Int { tensors[0].shape[0] }

    public subscript(name: String) -> Tensor {
        guard let place = names.firstIndex(of: name) else {
            trap(LearningError("batch", "has no such column, only \(names)", at: name))
        }
        return tensors[place]
    }

    public subscript(dynamicMember name: String) -> Tensor { self[name] }
}

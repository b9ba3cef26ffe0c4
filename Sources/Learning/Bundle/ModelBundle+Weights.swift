public import Engine
import Formats

extension ModelBundle {
    /// Writes parameters and states by their names as a safetensors file, which is replaced in one instant.
    public func exportWeights(to path: String) throws {
        let items = weights.filter { $0.role != .constant }.map { Safetensors.Item($0.name, $0.values) }
        try Safetensors.write(items, metadata: ["format": "pt", "bundle": name], to: path)
    }

    /// The same bundle with the parameters and states of a safetensors file; floating-point numbers of another width are converted.
    ///
    /// The new bundle names this one as its parent and has no metrics: nobody has measured it.
    /// - Throws: an error that lists together all names that the file lacks, those that the bundle lacks, and those of another type.
    public func importingWeights(from path: String) throws -> ModelBundle {
        let file = try Safetensors(reading: path), wanted = weights.filter { $0.role != .constant }
        let known = Set(wanted.map(\.name))
        var missing: [String] = [], misshaped: [String] = []
        for weight in wanted {
            guard let entry = file[weight.name] else {
                missing.append(weight.name)
                continue
            }
            let type = weight.values.type
            let isFitting = DType(entry.type).map { $0 == type.dtype || $0.isFloat && type.dtype.isFloat } ?? false
            if entry.shape != type.shape.extents || !isFitting {
                misshaped.append("\(weight.name) (\(entry.type)\(entry.shape) in the file, \(type) in the bundle)")
            }
        }
        let unknown = file.tensors.map(\.name).filter { !known.contains($0) }.sorted()
        let complaints = [("missing in the file", missing), ("unknown to the bundle", unknown), ("of another type", misshaped)]
            .filter { !$0.1.isEmpty }
        guard complaints.isEmpty else {
            let text = complaints.map { "\($1.count) \($0): \($1.joined(separator: ", "))" }.joined(separator: "; ")
            throw LearningError("import weights", text, at: path)
        }
        let changed = try weights.map { weight in
            guard let entry = file[weight.name], weight.role != .constant else { return weight }
            let values = try file.tensor(entry), dtype = weight.values.type.dtype
            return Weight(name: weight.name, role: weight.role, values: values.dtype == dtype ? values : values.cast(to: dtype))
        }
        let record = TrainingRecord(versions: training.versions, parent: identity.isEmpty ? training.parent : identity)
        return ModelBundle(
            name: name, signature: signature, graph: graph, weights: changed, loss: loss, optimizer: optimizer, features: features,
            training: record, card: "# \(name)\n\nWeights imported into the graph of another bundle; nothing has been measured.\n")
    }

    /// The same bundle with other values of some parameters and states, as learning goes on from it.
    ///
    /// - Parameter values: by the weights' names; those left out stay as they are.
    /// - Parameter training: how the new weights came about.
    /// - Throws: where the bundle has no weight of a name, or one of another type, or one that is a constant of the graph.
    public func replacing(_ values: [String: Tensor], training: TrainingRecord, card: String) throws -> ModelBundle {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let weight = self[name], weight.role != .constant else {
                throw LearningError("bundle", "has no weight '\(name)' that could be replaced", at: self.name)
            }
            guard weight.values.type == value.type else {
                throw LearningError("bundle", "weight '\(name)' is \(weight.values.type), not \(value.type)", at: self.name)
            }
        }
        return ModelBundle(
            name: name, signature: signature, graph: graph,
            weights: weights.map { Weight(name: $0.name, role: $0.role, values: values[$0.name] ?? $0.values) }, loss: loss,
            optimizer: optimizer, features: features, training: training, card: card)
    }
}

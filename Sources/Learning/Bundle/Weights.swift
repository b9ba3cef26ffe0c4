import Engine
import Formats

/// Writes a model's parameters and states by their names, as a safetensors file that is replaced in one instant.
///
/// - Parameter metadata: notes beside the tensors.
public func saveWeights(_ model: some Module, to path: String, metadata: [String: String] = ["format": "pt"]) throws {
    try Safetensors.write(model.weights.map { Safetensors.Item($0.name, $0.variable.value) }, metadata: metadata, to: path)
}

/// Sets a model's parameters and states from a safetensors file, by their names.
///
/// Nothing is changed unless everything fits. Floating-point numbers of another width are converted.
///
/// - Parameter pattern: only names of this form are set, as in transfer learning; the rest of the file counts for nothing then.
/// - Throws: an error that lists together all names that the file lacks, those that the model lacks, and those of another shape.
public func loadWeights(into model: some Module, from path: String, matching pattern: String = "*") throws {
    let file = try Safetensors(reading: path), chosen = NamePattern(pattern)
    let weights = model.weights.filter { chosen.matches($0.name) }
    guard !weights.isEmpty else { throw LearningError("load weights", "the model has no name like '\(pattern)'", at: path) }
    let names = Set(weights.map(\.name))
    var missing: [String] = [], misshaped: [String] = []
    for (name, variable) in weights {
        guard let entry = file[name] else {
            missing.append(name)
            continue
        }
        let type = variable.type
        let isFitting = DType(entry.type).map { $0 == type.dtype || $0.isFloat && type.dtype.isFloat } ?? false
        if entry.shape != type.shape.extents || !isFitting {
            misshaped.append("\(name) (\(entry.type)\(entry.shape) in the file, \(type) in the model)")
        }
    }
    let extra = file.tensors.map(\.name).filter { chosen.matches($0) && !names.contains($0) }
    let complaints = [
        ("missing in the file", missing), ("unknown to the model", extra.sorted()), ("of another type", misshaped),
    ].filter { !$0.1.isEmpty }
    guard complaints.isEmpty else {
        let text = complaints.map { "\($1.count) \($0): \($1.joined(separator: ", "))" }.joined(separator: "; ")
        throw LearningError("load weights", text, at: path)
    }
    let values = try weights.map { try file.tensor(file[$0.name]!) }
    for ((_, variable), value) in zip(weights, values) {
        variable.assign(value.dtype == variable.type.dtype ? value : value.cast(to: variable.type.dtype))
    }
}

extension Module {
    /// Parameters and states by their names.
    var weights: [(name: String, variable: Variable)] {
        parameters.map { ($0.name, $0.parameter.variable) } + states.map { ($0.name, $0.state.variable) }
    }
}

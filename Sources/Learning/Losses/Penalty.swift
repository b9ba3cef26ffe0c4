public import Engine

/// strength · Σ |w| over the parameters whose name matches a pattern; to be added to a loss. It makes weights vanish.
///
/// - Parameter pattern: `*` stands for any text. `*weight` are the weights of all layers, without biases and normalisations.
/// - Throws: if no parameter that is trained has such a name.
public func l1(_ strength: Double, of model: some Module, matching pattern: String = "*weight") throws -> Tensor {
    try penalty(of: model, pattern) { $0.abs().sum() * strength }
}

/// strength · Σ w² over the parameters whose name matches a pattern; to be added to a loss. It keeps weights small.
///
/// - Parameter pattern: `*` stands for any text. `*weight` are the weights of all layers, without biases and normalisations.
/// - Throws: if no parameter that is trained has such a name.
public func l2(_ strength: Double, of model: some Module, matching pattern: String = "*weight") throws -> Tensor {
    try penalty(of: model, pattern) { $0.square().sum() * strength }
}

/// l1 · Σ |w| + l2 · Σ w² over the parameters whose name matches a pattern; to be added to a loss.
///
/// - Parameter pattern: `*` stands for any text. `*weight` are the weights of all layers, without biases and normalisations.
/// - Throws: if no parameter that is trained has such a name.
///
/// Zou and Hastie, "Regularization and Variable Selection via the Elastic Net" (2005).
public func elastic(l1: Double, l2: Double, of model: some Module, matching pattern: String = "*weight") throws -> Tensor {
    try penalty(of: model, pattern) { $0.abs().sum() * l1 + $0.square().sum() * l2 }
}

private func penalty(of model: some Module, _ pattern: String, _ term: (Tensor) -> Tensor) throws -> Tensor {
    let rule = NamePattern(pattern)
    let chosen = model.parameters.filter { rule.matches($0.name) && !$0.parameter.isFrozen }
    guard let first = chosen.first else { throw LearningError("penalty", "no trained parameter has a name like this", at: pattern) }
    return chosen.dropFirst().reduce(term(first.parameter.value)) { $0 + term($1.parameter.value) }
}

internal import Engine

extension TrainState {
    /// Every variable as it is now, to be read before the next step.
    func present() -> [(name: String, value: Tensor)] { variables.map { ($0.name, $0.variable.value) } }

    /// A copy of every variable.
    func captured() -> [(name: String, value: Tensor)] { variables.map { ($0.name, Self.copy($0.variable)) } }

    /// A copy of what a model needs to answer: parameters and states, by the names of the model's walk.
    func capturedModel() -> [(name: String, value: Tensor)] {
        variables.compactMap { name, variable in
            for prefix in ["parameter.", "state."] where name.hasPrefix(prefix) {
                return (String(name.dropFirst(prefix.count)), Self.copy(variable))
            }
            return nil
        }
    }

    /// Puts a run's variables back.
    ///
    /// - Throws: if one is missing, too many, or of another type; nothing was changed then.
    func restore(_ tensors: [(name: String, value: Tensor)], from place: String) throws {
        try Self.assign(tensors, to: variables, from: place)
        restored()
    }

    /// Puts a model's parameters and states back.
    func restoreModel(_ tensors: [(name: String, value: Tensor)], from place: String) throws {
        let targets = variables.compactMap { name, variable -> (name: String, variable: Variable)? in
            for prefix in ["parameter.", "state."] where name.hasPrefix(prefix) { return (String(name.dropFirst(prefix.count)), variable) }
            return nil
        }
        try Self.assign(tensors, to: targets, from: place)
    }

    private static func assign(
        _ tensors: [(name: String, value: Tensor)], to variables: [(name: String, variable: Variable)], from place: String
    ) throws {
        let values = Dictionary(tensors.map { ($0.name, $0.value) }) { first, _ in first }
        let missing = variables.filter { values[$0.name] == nil }.map(\.name)
        let known = Set(variables.map(\.name))
        let foreign = tensors.map(\.name).filter { !known.contains($0) }
        func list(_ names: [String]) -> String {
            names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
        }
        if !missing.isEmpty { throw LearningError("checkpoint", "lacks \(list(missing))", at: place) }
        if !foreign.isEmpty { throw LearningError("checkpoint", "holds \(list(foreign)), which this run does not have", at: place) }
        for (name, variable) in variables where values[name]!.type != variable.type {
            throw LearningError("checkpoint", "\(name) is \(values[name]!.type), this run has \(variable.type)", at: place)
        }
        for (name, variable) in variables { variable.assign(values[name]!) }
    }

    private static func copy(_ variable: Variable) -> Tensor {
        switch variable.type.dtype {
        case .i64: Tensor(variable.value.values(Int64.self), variable.type.shape)
        default: Tensor(variable.value.values(Float.self), variable.type.shape)
        }
    }
}

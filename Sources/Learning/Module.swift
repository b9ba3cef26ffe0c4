import Engine

/// A part of a model: a struct whose stored properties are layers, parameters and settings.
///
/// A model is a tree of values. Its parameters are found by a read-only walk over its stored properties: modules,
/// `Parameter`s, `StateVariable`s, and optionals, tuples, arrays and string-keyed dictionaries of them. Anything else is not
/// looked into. An object that is reached twice, as shared weights are, counts once, under the first name.
public protocol Module {}

/// A module that only groups others: the names of its stored properties do not appear in the names of what they hold, so that
/// the layers of a `Sequential` are called `0`, `1`, … and not `layers.0`.
public protocol TransparentModule: Module {}

extension Module {
    /// The trained values, by names like `blocks.3.attention.query.weight`, in the order of declaration.
    public var parameters: [(name: String, parameter: Parameter)] {
        leaves(of: self).compactMap { name, leaf in (leaf as? Parameter).map { (name, $0) } }
    }

    /// The values that are kept but not trained, such as running statistics.
    public var states: [(name: String, state: StateVariable)] {
        leaves(of: self).compactMap { name, leaf in (leaf as? StateVariable).map { (name, $0) } }
    }

    /// Draws every parameter by its initializer and resets every state. The seed and a parameter's name fix its values.
    @discardableResult public func initialized(seed: UInt64) -> Self {
        let key = RandomKey(seed: seed)
        for (name, parameter) in parameters {
            parameter.name = name
            parameter.initialize(key: key.folded(in: name))
        }
        for (_, state) in states { state.reset() }
        return self
    }

    /// Freezes or frees the parameters whose name matches a pattern, in which `*` stands for any text.
    ///
    /// - Throws: if no name matches, since a pattern that chooses nothing is a mistake.
    public func setFrozen(_ isFrozen: Bool = true, matching pattern: String) throws {
        let chosen = parameters.filter { NamePattern(pattern).matches($0.name) }
        guard !chosen.isEmpty else { throw LearningError("freeze", "no parameter has a name like this", at: pattern) }
        for (_, parameter) in chosen { parameter.isFrozen = isFrozen }
    }
}

/// What the walk over a model collects; all conforming types are classes.
///
/// Not bound to classes as a protocol: where Foundation is loaded, asking an array whether it is an object copies it.
protocol ModuleLeaf { var identity: ObjectIdentifier { get } }

extension ModuleLeaf where Self: AnyObject {
    var identity: ObjectIdentifier { ObjectIdentifier(self) }
}

private func leaves(of model: any Module) -> [(name: String, leaf: any ModuleLeaf)] {
    var found: [(name: String, leaf: any ModuleLeaf)] = []
    var seen: Set<ObjectIdentifier> = []
    func descend(_ value: Any, _ name: String) {
        if let leaf = value as? any ModuleLeaf {
            if seen.insert(leaf.identity).inserted { found.append((name, leaf)) }
            return
        }
        guard mayHoldLeaves(value) else { return }
        if let dictionary = value as? [String: Any] {
            for (key, value) in dictionary.sorted(by: { $0.key < $1.key }) { descend(value, join(name, key)) }
            return
        }
        let mirror = Mirror(reflecting: value)
        let isNameless = mirror.displayStyle == .optional || value is any TransparentModule
        for (place, child) in mirror.children.enumerated() {
            descend(child.value, isNameless ? name : join(name, label(child.label, place)))
        }
    }
    descend(model, "")
    return found
}

/// Whether the walk looks into a value. Of a list only the first element is asked: a mirror over a million floats is slow.
private func mayHoldLeaves(_ value: Any) -> Bool {
    if value is any Module || value is any ModuleLeaf { return true }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional, .tuple: return true
    case .dictionary:
        // Its children are pairs of key and value.
        guard let pair = mirror.children.first.map({ Array(Mirror(reflecting: $0.value).children) }), pair.count == 2 else { return false }
        return pair[0].value is String && mayHoldLeaves(pair[1].value)
    case .collection: return mirror.children.first.map { mayHoldLeaves($0.value) } ?? false
    default: return false
    }
}

/// The name of a stored property, or the place of an element without one (a mirror calls those of a tuple `.0`, `.1`).
private func label(_ label: String?, _ place: Int) -> String {
    guard let label, !label.hasPrefix(".") else { return String(place) }
    return label
}

private func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : path + "." + name }

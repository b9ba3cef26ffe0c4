/// A definition with everything it learned: turns tables into samples, starts streams, and turns predictions back into units.
///
/// It is a value of plain numbers and strings; encoded, it is the bundle's `features`. Decoding checks that every part fits.
public struct FittedFeatures: Sendable {
    /// The definition, with the columns of the table that it was fitted to.
    public let definition: FeatureDefinition
    let machine: Machine
    let target: LearnedTarget?

    init(_ definition: FeatureDefinition, _ learned: [[Learned]], _ target: LearnedTarget?) throws {
        self.definition = definition
        machine = try Machine(Plan(definition), learned)
        self.target = target
        for (group, learned) in zip(machine.plan.groups, learned) where learned.count != group.steps.count {
            throw FeatureError("features", "\(learned.count) of \(group.steps.count) steps have learned", at: group.name)
        }
        if let wanted = definition.target {
            guard let target else { throw FeatureError("features", "nothing was learned for the target") }
            try target.check(wanted)
        }
    }

    /// An input as the model sees it.
    public struct Input: Sendable, Hashable {
        public let name: String
        /// The shape without the axis of samples.
        public let shape: [Int]
        /// i32 where true, f32 else.
        public let isWhole: Bool
        /// The names of the numbers of a row.
        public let columns: [String]
        /// How many different whole numbers there are, for an embedding; nil where the input has fractions.
        public let classes: Int?
    }

    /// The model's inputs in their order.
    public var inputs: [Input] {
        machine.plan.groups.indices.map { group in
            Input(
                name: machine.plan.groups[group].name, shape: shape(group), isWhole: machine.isWhole(group),
                columns: machine.featureNames[group],
                classes: classes(group))
        }
    }

    private func classes(_ group: Int) -> Int? {
        switch machine.plan.groups[group].encoder {
        case .hash(let buckets): buckets + 1
        case .ordinal: 1 + (machine.vocabularies[group].map(\.count).max() ?? 0)
        case .tokens: 2 + (machine.vocabularies[group].first?.count ?? 0)
        default: nil
        }
    }

    func shape(_ group: Int) -> [Int] {
        let row = machine.rowShape(group)
        guard let window = definition.window, machine.plan.groups[group].isWindowed else { return row }
        return [window.length] + row
    }

    /// The columns that an event must have.
    public var requiredColumns: [ColumnDefinition] {
        let entity = definition.entity.compactMap { name in definition.columns.first { $0.name == name } }
        return (machine.plan.raw + machine.plan.strings + entity).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The share of the variance of each principal component that is kept, for inputs that are reduced to components.
    public func explainedVariance(of input: String) -> [Double]? {
        guard let group = machine.plan.groups.firstIndex(where: { $0.name == input }) else { return nil }
        for case .components(_, let rows, let variances, _) in machine.learned[group] {
            let total = variances.reduce(0, +)
            return variances.prefix(rows.count).map { total > 0 ? $0 / total : 0 }
        }
        return nil
    }

    /// The mutual information in nats of each column that `select` chose from, by the columns' names.
    public func information(of input: String) -> [(column: String, nats: Double)]? {
        guard let group = machine.plan.groups.firstIndex(where: { $0.name == input }) else { return nil }
        for case .kept(_, let information) in machine.learned[group] { return Array(zip(machine.plan.groups[group].columns, information)) }
        return nil
    }

    // MARK: Target

    /// The names of the classes in the order of their numbers; nil where the target is a number.
    public var classes: [String]? { target?.classes }

    /// The shape of a sample's target.
    public var targetShape: [Int]? {
        definition.target.map { target in
            (target.horizon.map { [$0.count] } ?? []) + (target.columns.count > 1 ? [target.columns.count] : [])
        }
    }

    /// Predictions of the target in its own unit, the scale undone: x · divisor + offset, or sign(x) (exp|x| − 1) for `log1p`.
    ///
    /// `values` run over the target's columns fastest, as the target itself does. Classes come back as they are.
    public func restored(_ values: [Float]) -> [Double] {
        guard let definition = definition.target, let target, target.classes == nil else { return values.map(Double.init) }
        return values.enumerated().map { place, value in
            let column = place % target.offsets.count
            if definition.scale == .log1p { return restoredLogarithm(Double(value)) }
            return Double(value) * target.divisors[column] + target.offsets[column]
        }
    }

    /// A target value as the model is to give it.
    @inline(__always)
    func scaled(_ value: Double, column: Int) -> Float {
        guard let definition = definition.target, let target else { return .nan }
        let value = definition.capped(value)
        if definition.scale == .log1p { return Float(signedLogarithm(value)) }
        return Float((value - target.offsets[column]) / target.divisors[column])
    }
}

extension FittedFeatures: Codable {
    public init(from decoder: any Decoder) throws {
        let record = try Record(decoder, called: "features", keys: ["definition", "learned", "target"])
        try self.init(record.required("definition"), record.required("learned"), record.optional("target"))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Record.Key.self)
        try container.write("definition", definition)
        try container.write("learned", machine.learned)
        try container.writeIfPresent("target", target)
    }
}

extension FittedFeatures: Hashable {
    public static func == (left: FittedFeatures, right: FittedFeatures) -> Bool {
        left.definition == right.definition && left.machine.learned == right.machine.learned && left.target == right.target
    }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(definition)
        hasher.combine(machine.learned)
        hasher.combine(target)
    }
}

/// How columns become a model's inputs and target: one definition for tables at rest and for single live events.
///
/// ```json
/// {"columns": [{"name": "torque", "unit": "Nm"}, {"name": "speed"}, {"name": "machine", "type": "string"},
///              {"name": "time", "type": "timestamp"}, {"name": "rul"}],
///  "entity": "machine", "order": "time", "gap": "1 h",
///  "derived": [{"name": "power", "expression": "torque * speed", "unit": "W"},
///              {"name": "torque_mean", "rolling": "mean", "of": "torque", "over": "10 min"}],
///  "inputs": [{"name": "sensors", "columns": ["torque", "power", "torque_mean"], "impute": "previous", "scale": "standard"}],
///  "missing": "drop",
///  "window": {"length": 30},
///  "target": {"column": "rul", "cap": 125, "unit": "cycles"}}
/// ```
/// `columns` may be left out: fitting takes them from the table. Events of one entity are taken in the order of `order` (equal ones as
/// they come); where the next one is later by more than `gap`, the entity begins anew. Everything is computed in 64 bits by the
/// same code for tables and events, so that both give the same bits.
public struct FeatureDefinition: Sendable, Hashable {
    /// What becomes of a row in which a number is missing that no step fills.
    public enum Missing: String, Sendable, Hashable, Codable, CaseIterable {
        /// It is an error that names row and column.
        case refuse
        /// The row is no sample, it is counted, and windows begin anew behind it.
        case drop
        /// Not-a-number goes to the model.
        case keep
    }

    public var columns: [ColumnDefinition]
    /// The columns that say whose event it is.
    public var entity: [String]
    /// The column that orders the events of an entity: a timestamp or a number.
    public var order: String?
    /// The longest pause within an entity's run: a time with a timestamp, steps with a number.
    public var gap: FeatureSpan?
    public var derived: [DerivedColumn]
    public var inputs: [InputGroup]
    public var missing: Missing
    public var window: WindowDefinition?
    public var target: TargetDefinition?

    public init(
        columns: [ColumnDefinition] = [], entity: [String] = [], order: String? = nil, gap: FeatureSpan? = nil,
        derived: [DerivedColumn] = [],
        inputs: [InputGroup], missing: Missing = .refuse, window: WindowDefinition? = nil, target: TargetDefinition? = nil
    ) {
        self.columns = columns
        self.entity = entity
        self.order = order
        self.gap = gap
        self.derived = derived
        self.inputs = inputs
        self.missing = missing
        self.window = window
        self.target = target
    }

    /// The definition with the columns of a table where it names none.
    func completed(by fields: [Field]) -> FeatureDefinition {
        var result = self
        if columns.isEmpty { result.columns = fields.map(ColumnDefinition.init) }
        return result
    }

    /// Throws what is wrong with the definition, given the columns of the table that it is for, if it names none itself.
    public func check(with fields: [Field] = []) throws { _ = try Plan(completed(by: fields)) }
}

extension FeatureDefinition: Codable {
    public init(from decoder: any Decoder) throws {
        let record = try Record(
            decoder, called: "features",
            keys: ["columns", "entity", "order", "gap", "derived", "inputs", "missing", "window", "target"])
        columns = try record.optional("columns") ?? []
        entity = record.has("entity") ? try record.names("entity") : []
        order = try record.optional("order")
        gap = try record.optional("gap")
        derived = try record.optional("derived") ?? []
        inputs = try record.required("inputs")
        missing = record.has("missing") ? try record.choice("missing") : .refuse
        window = try record.optional("window")
        target = try record.optional("target")
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Record.Key.self)
        try container.write("columns", columns)
        if !entity.isEmpty { try container.write(names: entity, "entity") }
        try container.writeIfPresent("order", order)
        try container.writeIfPresent("gap", gap)
        if !derived.isEmpty { try container.write("derived", derived) }
        try container.write("inputs", inputs)
        if missing != .refuse { try container.write("missing", missing) }
        try container.writeIfPresent("window", window)
        try container.writeIfPresent("target", target)
    }
}

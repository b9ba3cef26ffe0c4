/// What is to be predicted.
///
/// In JSON `{"column": "rul", "cap": 125, "unit": "cycles"}`, `{"column": "kind", "classes": ["sound", "worn"]}`,
/// `{"column": ["HUFL", "OT"], "horizon": 96, "scale": "standard"}`.
/// A number of one column has the shape [], of several [columns]; a horizon puts an axis in front. A class is the number of its
/// name in `classes`, which are learned and sorted where the list is empty (`"classes": []`); without `classes` the target is a number.
public struct TargetDefinition: Sendable, Hashable {
    public let columns: [String]
    /// Larger values count as this one.
    public var cap: Double?
    /// The unit of the columns, which answers have too.
    public let unit: String?
    /// The classes' names; empty where they are learned; nil where the target is a number.
    public let classes: [String]?
    /// Which events after the sample's last one are the target: 1...96 in JSON is `96`, 5...5 is `[5, 5]`; nil for the sample's own.
    public let horizon: ClosedRange<Int>?
    public let scale: FeatureStep.Scaling?

    public init(
        _ columns: String..., cap: Double? = nil, unit: String? = nil, classes: [String]? = nil, horizon: ClosedRange<Int>? = nil,
        scale: FeatureStep.Scaling? = nil
    ) {
        self.columns = columns
        self.cap = cap
        self.unit = unit
        self.classes = classes
        self.horizon = horizon
        self.scale = scale
    }

    func check() throws {
        func demand(_ condition: Bool, _ reason: String) throws {
            if !condition { throw FeatureError("target", reason, at: columns.joined(separator: ", ")) }
        }
        try demand(!columns.isEmpty, "no column is named")
        try demand(cap?.isFinite ?? true, "the cap is not finite")
        if let classes {
            try demand(columns.count == 1, "classes come from one column")
            try demand(cap == nil && scale == nil, "classes have no cap and no scale")
            try demand(Set(classes).count == classes.count, "a class is named twice")
            try demand(classes.count <= 1 << 20, "more than \(1 << 20) classes")
        }
        if let horizon { try demand(horizon.lowerBound >= 1 && horizon.upperBound <= 1 << 20, "the horizon is between 1 and \(1 << 20)") }
    }
}

extension TargetDefinition: Codable {
    public init(from decoder: any Decoder) throws {
        let record = try Record(decoder, called: "target", keys: ["column", "cap", "unit", "classes", "horizon", "scale"])
        columns = try record.names("column")
        cap = try record.optional("cap")
        unit = try record.optional("unit")
        classes = try record.optional("classes")
        scale = record.has("scale") ? try record.choice("scale") : nil
        if !record.has("horizon") {
            horizon = nil
        } else if let last = try? record.container.decode(Int.self, forKey: Record.Key("horizon")), last >= 1 {
            horizon = 1...last
        } else {
            let bounds: [Int] = try record.required("horizon")
            guard bounds.count == 2, bounds[0] <= bounds[1] else {
                throw FeatureError("definition", "the horizon is a number from 1 on, or the first and the last one", at: "target")
            }
            horizon = bounds[0]...bounds[1]
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Record.Key.self)
        try container.write(names: columns, "column")
        try container.writeIfPresent("cap", cap)
        try container.writeIfPresent("unit", unit)
        try container.writeIfPresent("classes", classes)
        if let horizon { try container.write("horizon", [horizon.lowerBound, horizon.upperBound]) }
        try container.writeIfPresent("scale", scale)
    }
}

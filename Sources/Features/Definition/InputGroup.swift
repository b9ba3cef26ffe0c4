/// Columns that become one array of a model's input, and how.
///
/// In JSON `{"name": "sensors", "columns": ["s*", "power"], "steps": [{"impute": "mean"}, {"scale": "standard"}]}`, or with the steps
/// as keys, taken in the order impute, clip, scale, select, pca: `{"name": "sensors", "columns": "s*", "scale": "standard"}`. A pattern
/// takes the columns that fit in the order of their definition, never target, entity or order; an exact name takes any.
/// Numbers become f32; one-hot becomes f32; ordinal, hash and tokens become i32.
public struct InputGroup: Sendable, Hashable {
    public let name: String
    public let columns: [String]
    public let steps: [FeatureStep]
    /// Whether the array has the window's rows, or only the last one.
    public let isWindowed: Bool

    public init(_ name: String, _ columns: [String], _ steps: [FeatureStep] = [], isWindowed: Bool = true) {
        self.name = name
        self.columns = columns
        self.steps = steps
        self.isWindowed = isWindowed
    }
}

extension InputGroup: Codable {
    public init(from decoder: any Decoder) throws {
        let record = try Record(decoder, called: "inputs", keys: ["name", "columns", "steps", "windowed"] + FeatureStep.names)
        name = try record.required("name")
        columns = try record.names("columns")
        isWindowed = try record.optional("windowed") ?? true
        let said = FeatureStep.names.filter(record.has)
        if record.has("steps") {
            if let key = said.first { throw FeatureError("definition", "'\(key)' belongs into 'steps', which is there too", at: name) }
            steps = try record.required("steps")
        } else {
            steps = try said.map { try FeatureStep($0, in: record) }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Record.Key.self)
        try container.write("name", name)
        try container.write(names: columns, "columns")
        try container.write("steps", steps)
        if !isWindowed { try container.write("windowed", false) }
    }
}

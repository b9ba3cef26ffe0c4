public import Engine

/// An input or an output of a bundle: its name and type, and what its numbers mean.
public struct Port: Hashable, Sendable {
    public var name: String
    public var dtype: DType
    /// Of an output it follows from the graph.
    public var shape: [Extent]
    /// Of the numbers in the world: `°C`, `cycles`.
    public var unit: String?
    /// How the port's numbers become numbers in the world.
    public var scaling: Scaling?
    /// The stretch of a stream that one sample covers.
    public var window: Window?
    /// Of an output of classes: their names in order.
    public var labels: [String]?

    /// world = port · factor + offset.
    public struct Scaling: Hashable, Sendable, Codable {
        public var factor: Double
        public var offset: Double

        public init(factor: Double, offset: Double = 0) {
            self.factor = factor
            self.offset = offset
        }
    }

    /// The last `length` events, a sample after every `step` events, of each value of the key on its own.
    public struct Window: Hashable, Sendable, Codable {
        public var length: Int
        public var step: Int
        public var key: String?

        public init(length: Int, step: Int = 1, key: String? = nil) {
            self.length = length
            self.step = step
            self.key = key
        }
    }

    /// - Parameter shape: `["batch", 32, 32, 3]`; left out for an output, whose shape follows from the graph.
    public init(
        _ name: String, _ shape: [Extent] = [], _ dtype: DType = .f32, unit: String? = nil, scaling: Scaling? = nil, window: Window? = nil,
        labels: [String]? = nil
    ) {
        self.name = name
        self.dtype = dtype
        self.shape = shape
        self.unit = unit
        self.scaling = scaling
        self.window = window
        self.labels = labels
    }

    /// `images f32[batch,32,32,3]`
    var type: String { "\(dtype)[\(shape.map(\.description).joined(separator: ","))]" }
}

extension Port: CustomStringConvertible {
    public var description: String { "\(name) \(type)\(unit.map { " in \($0)" } ?? "")" }
}

extension Port: Codable {
    private enum Key: String, CodingKey { case name, dtype, shape, unit, scaling, window, labels }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(String.self, forKey: .name)
        let type = try container.decode(String.self, forKey: .dtype)
        guard let dtype = DType(name: type) else { throw LearningError("bundle", "port '\(name)' has the unknown dtype '\(type)'") }
        self.dtype = dtype
        shape = try container.decode([Extent].self, forKey: .shape)
        unit = try container.decodeIfPresent(String.self, forKey: .unit)
        scaling = try container.decodeIfPresent(Scaling.self, forKey: .scaling)
        window = try container.decodeIfPresent(Window.self, forKey: .window)
        labels = try container.decodeIfPresent([String].self, forKey: .labels)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(dtype.description, forKey: .dtype)
        try container.encode(shape, forKey: .shape)
        try container.encodeIfPresent(unit, forKey: .unit)
        try container.encodeIfPresent(scaling, forKey: .scaling)
        try container.encodeIfPresent(window, forKey: .window)
        try container.encodeIfPresent(labels, forKey: .labels)
    }
}

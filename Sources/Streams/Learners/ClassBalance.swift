/// How much a row of each class counts, so that rare classes are learned as well as frequent ones.
public struct ClassBalance: StreamState, Sendable {
    /// Where the weights come from.
    public enum Rule: UInt8, Sendable {
        /// Given once.
        case fixed
        /// total / (classes · count of the class), of the rows so far; older ones fade.
        case inverseFrequency
    }

    public let rule: Rule
    /// Rows over which frequencies look back.
    public let memory: Double
    /// No row counts more than this.
    public let greatestWeight: Float
    private var numbers: [Double]  // weights, or counts

    /// The same weights for ever.
    public init(weights: [Float]) {
        precondition(
            weights.count >= 2 && weights.allSatisfy { $0 > 0 && $0.isFinite }, "balance: weights must be positive numbers, two or more")
        rule = .fixed
        memory = 1
        greatestWeight = weights.max()!
        numbers = weights.map(Double.init)
    }

    /// Weights from the frequencies of the classes in the stream.
    public init(classes: Int, memory: Int = 10_000, greatestWeight: Float = 50) {
        precondition(
            (2...1024).contains(classes) && memory > 0 && greatestWeight >= 1, "balance: classes, memory or greatestWeight out of range")
        rule = .inverseFrequency
        self.memory = Double(memory)
        self.greatestWeight = greatestWeight
        numbers = Array(repeating: 0, count: classes)
    }

    public var classes: Int { numbers.count }

    /// Counts a row and says what it weighs.
    ///
    /// - Parameter label: 0 ..< classes; any other weighs 1 and is not counted.
    public mutating func weight(for label: Int) -> Float {
        guard numbers.indices.contains(label) else { return 1 }
        guard rule == .inverseFrequency else { return Float(numbers[label]) }
        numbers[label] += 1
        var total = 0.0, seen = 0.0
        for number in numbers where number > 0 {
            total += number
            seen += 1
        }
        let weight = total / (seen * numbers[label])
        if total > memory {
            for place in numbers.indices { numbers[place] /= 2 }
        }
        return min(greatestWeight, max(1 / greatestWeight, Float(weight)))
    }

    public func write(to writer: inout StateWriter) {
        writer.begin("class-balance")
        writer.write(rule.rawValue)
        writer.write(memory)
        writer.write(greatestWeight)
        writer.write(numbers)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin("class-balance")
        guard let rule = Rule(rawValue: try reader.number(UInt8.self, "rule")) else {
            throw StreamError("state", "is neither 0 nor 1", at: "rule")
        }
        self.rule = rule
        memory = try reader.finite("memory", in: 1...1e15)
        greatestWeight = try reader.number(Float.self, "greatest weight")
        numbers = try reader.numbers(Double.self, "numbers", limit: 1024)
        try reader.require(greatestWeight > 0 && greatestWeight <= 1e6, "greatest weight", "is out of range")
        try reader.require(numbers.count >= 2 && numbers.allSatisfy { $0 >= 0 && $0 <= 1e15 }, "numbers", "are out of range")
        try reader.require(rule == .inverseFrequency || numbers.allSatisfy { $0 > 0 }, "numbers", "are not all positive")
    }
}

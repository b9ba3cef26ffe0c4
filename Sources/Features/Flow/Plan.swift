/// A definition with its names resolved: which columns are read, what is computed into which slot, and where the state lies.
struct Plan: Sendable {
    struct Group: Sendable {
        let name: String
        let steps: [FeatureStep]
        let isWindowed: Bool
        /// The names of its columns.
        let columns: [String]
        /// Their slots; empty where the group encodes strings.
        let slots: [Int]
        /// The place of the state of each step that fills with the previous value.
        let words: [Int?]
        var encoder: FeatureStep? { steps.first.flatMap { $0.isEncoder ? $0 : nil } }
    }

    let definition: FeatureDefinition
    /// Numbers and timestamps that are read: slot `i` holds the value of `raw[i]`.
    private(set) var raw: [ColumnDefinition] = []
    /// Columns that are read as strings.
    private(set) var strings: [ColumnDefinition] = []
    private(set) var operations: [Operation] = []
    private(set) var instructions: [Expression.Instruction] = []
    private(set) var groups: [Group] = []
    private(set) var slotCount = 0
    /// The slot of the order.
    private(set) var order: Int?
    /// The longest pause in the order's own units.
    private(set) var gap: Double?
    private(set) var stateWords = Plan.header

    /// The first words of a state: the last moment, how many rows in a row were complete, the place in the window.
    static let header = 3
    /// Most words of state that an entity may have.
    static let mostWords = 1 << 24

    /// Whether the values of a row depend on earlier rows.
    var isStateful: Bool { stateWords > Plan.header }

    init(_ definition: FeatureDefinition) throws {
        self.definition = definition
        var builder = try PlanBuilder(definition)
        try builder.build()
        raw = builder.raw
        strings = builder.strings
        operations = builder.operations
        instructions = builder.instructions
        groups = builder.groups
        slotCount = builder.slotCount
        order = builder.order
        gap = builder.gap
        stateWords = builder.stateWords
        if stateWords > Plan.mostWords {
            throw FeatureError("features", "the state of an entity takes \(stateWords) words, more than \(Plan.mostWords)")
        }
    }

    /// Runs the derived columns for one event whose raw values lie in the first slots.
    @inline(__always)
    func derive(_ values: UnsafeMutablePointer<Double>, _ state: UnsafeMutablePointer<UInt64>, time: Double) {
        instructions.withUnsafeBufferPointer { program in
            operations.withUnsafeBufferPointer { operations in
                // An empty program has no address, and no operation that would read it.
                let base = program.baseAddress ?? UnsafePointer(bitPattern: MemoryLayout<Expression.Instruction>.alignment)!
                for operation in operations { operation.run(values, state, time: time, base) }
            }
        }
    }

    /// Takes note of an event's moment: an entity begins anew after too long a pause. False where the event is older than the last one.
    @inline(__always)
    func enter(_ state: UnsafeMutablePointer<UInt64>, time: Double) -> Bool {
        guard order != nil else { return true }
        let last = number(in: state[0])
        if time < last { return false }
        if let gap, time - last > gap { state.update(repeating: 0, count: stateWords) }
        state[0] = word(of: time)
        return true
    }

    /// The name of an entity, from the values of its columns.
    func key(_ cells: [Cell]) -> String { cells.map(\.description).joined(separator: "\u{1f}") }

    /// An entity's name for messages.
    static func shown(_ key: String) -> String { String(key.map { $0 == "\u{1f}" ? "/" : $0 }) }
}

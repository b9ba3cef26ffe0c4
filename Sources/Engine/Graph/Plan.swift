/// A compiled graph: values with a place in memory, and steps in phases. Immutable; sessions bind it to memory.
struct Plan: Sendable {
    /// Where the memory of a value comes from.
    enum Source: Sendable {
        case input(Int)
        case constant(Buffer)
        case variable(Variable)
        /// Made by a step. `shared`: in the arena that all shards see; otherwise in the arena of each shard.
        case made(shared: Bool)
    }

    struct Value: Sendable {
        var type: TensorType
        var source: Source
        /// Bytes to reserve: more than the type's for partial sums and packed layouts.
        var bytes: Int
        /// Offset in its arena, once planned.
        var offset = 0
        /// The value whose memory it shares: a view, or work in place.
        var alias: Int?
        /// Its values are the same in every run.
        var isConstant = false
    }

    enum Work: Sendable {
        case node(Node)
        case group(Fusion.Group)
        /// Sum of partial results over the shards.
        case combine
        case pack(PackedLayout)
        /// Copies a result into a variable.
        case commit
    }

    struct Operand: Sendable {
        var value: Int
        var type: TensorType
        var part: Split.Part
        var layout: PackedLayout?
    }

    struct Step: Sendable {
        var work: Work
        var operands: [Operand]
        var results: [Operand]
        /// Whether some step, the caller or a variable receives a result; what nobody reads need not be written.
        var resultIsRead: [Bool] = []
        /// Runs once for every shard.
        var isSplit: Bool
        var isConstant = false
        var path: String
        var label: String
    }

    var values: [Value] = []
    var steps: [Step] = []
    /// Runs of consecutive steps between two barriers. A split phase is one chain for every shard; a whole phase has
    /// steps that do not depend on each other.
    var phases: [Range<Int>] = []
    var shards = 1
    var inputs: [Int] = []
    var outputs: [Int] = []
    var variables: [Variable] = []
    /// Variables that the program writes.
    var updated: [Variable] = []
    var sharedBytes = 0
    var shardBytes = 0
    /// Bytes of values that are made once and kept.
    var constantBytes = 0

    func root(_ value: Int) -> Int {
        var value = value
        while let next = values[value].alias { value = next }
        return value
    }

    func isShared(_ value: Int) -> Bool {
        if case .made(shared: false) = values[root(value)].source { return false }
        return true
    }
}

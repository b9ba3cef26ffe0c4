/// A learner whose rows count by the balance of their classes.
public struct Balanced<Learner: StreamLearner>: StreamLearner {
    public static var name: String { "balanced " + Learner.name }
    public private(set) var learner: Learner
    private var balance: ClassBalance

    public init(_ learner: Learner, _ balance: ClassBalance) {
        precondition(balance.classes == learner.classes, "balance: of \(balance.classes) classes, the learner has \(learner.classes)")
        self.learner = learner
        self.balance = balance
    }

    public var features: Int { learner.features }
    public var classes: Int { learner.classes }
    public func score(_ row: [Float], into scores: inout [Float]) { learner.score(row, into: &scores) }

    public mutating func learn(_ row: [Float], label: Int, weight: Float) {
        learner.learn(row, label: label, weight: weight * balance.weight(for: label))
    }

    public var refused: Int { learner.refused }
    public var memoryLimit: Int { learner.memoryLimit + MemoryLayout<ClassBalance>.size + 8 * classes }
    public var memoryBytes: Int { learner.memoryBytes + MemoryLayout<ClassBalance>.size + 8 * classes }

    public func write(to writer: inout StateWriter) {
        writer.write(learner)
        writer.write(balance)
    }

    public init(from reader: inout StateReader) throws {
        learner = try reader.state(Learner.self)
        balance = try reader.state(ClassBalance.self)
        try reader.require(balance.classes == learner.classes, "balance", "is of \(balance.classes) classes")
    }
}

/// Learns the classes or the scale of a target.
struct TargetFitter {
    private let definition: TargetDefinition
    private let columns: [ColumnDefinition]
    private var counter = CategoryCounter()
    private var learner: Learner?
    private(set) var learned: LearnedTarget?
    private var classes: [String: Int]?

    /// Whether another pass is needed.
    var isLearning: Bool { learned == nil }

    init(_ definition: TargetDefinition, _ columns: [ColumnDefinition]) throws {
        self.definition = definition
        self.columns = try definition.columns.map { name in
            guard let column = columns.first(where: { $0.name == name }) else {
                throw FeatureError("features", "no column '\(name)'", at: "target")
            }
            return column
        }
        if let names = definition.classes {
            if !names.isEmpty { settle(names) }
        } else if let scale = definition.scale, scale != .log1p {
            learner = Learner(.scale(scale), width: self.columns.count, hasClasses: false)
        } else {
            learned = LearnedTarget(
                classes: nil, offsets: definition.columns.map { _ in 0 }, divisors: definition.columns.map { _ in 1 })
        }
    }

    private mutating func settle(_ names: [String]) {
        learned = LearnedTarget(classes: names, offsets: [0], divisors: [1])
        classes = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    }

    /// Takes in the rows of a piece; the target of each row as a number (of a class its number), not-a-number where there is none.
    mutating func absorb(_ chunk: Frame) throws -> [Double] {
        if definition.classes != nil {
            let (codes, names) = try Intake.strings(chunk, columns[0])
            guard let classes else {
                for code in codes where code >= 0 { try counter.add(names[Int(code)]) }
                return codes.map { _ in .nan }
            }
            let numbers = names.map { classes[$0].map(Double.init) ?? .nan }
            return codes.map { $0 < 0 ? .nan : numbers[Int($0)] }
        }
        let numbers = try columns.map { try Intake.numbers(chunk, $0) }
        if learner != nil {
            var row = [Double](repeating: 0, count: columns.count)
            for index in 0..<chunk.rowCount {
                for column in columns.indices { row[column] = definition.capped(numbers[column][index]) }
                learner?.add(row, target: .nan)
            }
        }
        return numbers.first ?? []
    }

    mutating func finish() throws {
        if learned != nil { return }
        if definition.classes != nil {
            let names = counter.frequent(limit: 1 << 20).sorted()
            if names.isEmpty { throw FeatureError("fit", "no row has a class", at: columns[0].name) }
            settle(names)
        } else if case .scale(let offsets, let divisors)? = try learner?.finish(definition.columns) {
            learned = LearnedTarget(classes: nil, offsets: offsets, divisors: divisors)
            learner = nil
        }
    }
}

extension TargetDefinition {
    /// A target value, not above the cap.
    func capped(_ value: Double) -> Double { if let cap, value > cap { cap } else { value } }
}

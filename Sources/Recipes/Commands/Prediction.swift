import Datasets
public import Features
public import Learning

/// Answers to the rows of tables, as columns behind the rows' own.
public struct Prediction {
    private let session: BundleSession
    private let intake: TableIntake
    private let columns: [String]?
    /// Rows that were answered, and reasons with counts for those that could not be.
    public private(set) var answered = 0
    public private(set) var unanswered: [String: Int] = [:]

    /// - Parameter columns: of the table, to stand before the answers; nil for all.
    public init(_ bundle: ModelBundle, keeping columns: [String]? = nil, batch: Int = 256, threads: Int? = nil) throws {
        intake = try TableIntake(bundle)
        session = try BundleSession(bundle, batch: batch, threads: threads)
        self.columns = columns
        guard session.outputSize == 1 || labels?.count == session.outputSize else {
            throw RecipeError("run", "\(session.outputSize) answers to a row have no names", at: bundle.name)
        }
    }

    private var port: Port { session.bundle.signature.outputs[0] }
    private var labels: [String]? { port.labels }

    /// Whether tables may be answered piece by piece.
    public var isRowByRow: Bool { intake.isRowByRow }

    /// What the answers are, in words.
    public var meaning: String {
        if let labels { return "the likeliest of \(labels.count) classes and their probabilities" }
        return "\(port.name)\(port.unit.map { " in \($0)" } ?? "")"
    }

    /// The columns that a table needs.
    public var requiredColumns: [String] { intake.features.requiredColumns.map(\.name) }

    /// The table with its answers: `prediction`, and for classes `probability_NAME` each. A row that gives no sample has null there.
    public mutating func callAsFunction(_ frame: Frame) throws -> Frame {
        var result = try columns.map { names in try Frame(names.map { ($0, try frame.column($0)) }) } ?? frame
        let (values, rows, set) = try intake.samples(frame)
        let answers = try session.answers(to: values, count: rows.count), width = session.outputSize
        answered += rows.count
        var known = 0
        for dropped in set.dropped {
            unanswered[dropped.reason, default: 0] += dropped.rows.count
            known += dropped.rows.count
        }
        let silent = frame.rowCount - rows.count - known
        if silent > 0 { unanswered["their window is not complete", default: 0] += silent }
        func free(_ name: String) -> String {
            var name = name
            while result.contains(name) { name += "_" }
            return name
        }
        if let labels {
            var names = [String?](repeating: nil, count: frame.rowCount)
            var shares = labels.map { _ in [Float?](repeating: nil, count: frame.rowCount) }
            for (sample, row) in rows.enumerated() {
                let own = answers[sample * width..<(sample + 1) * width]
                names[row] = labels[(own.indices.max { own[$0] < own[$1] } ?? own.startIndex) - own.startIndex]
                for (place, value) in own.enumerated() { shares[place][row] = value }
            }
            try result.add(free("prediction"), Column(names))
            for (label, column) in zip(labels, shares) { try result.add(free("probability_\(label)"), Column(column)) }
        } else {
            var numbers = [Float?](repeating: nil, count: frame.rowCount)
            for (sample, row) in rows.enumerated() { numbers[row] = answers[sample] }
            try result.add(free("prediction"), Column(numbers, unit: port.unit))
        }
        return result
    }
}

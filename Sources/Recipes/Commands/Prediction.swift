public import Features
public import Learning

/// A bundle's answers to the items of an input, as columns behind what names the items.
public struct Prediction {
    public let preparation: Preparation
    private let session: BundleSession
    private let columns: [String]?
    /// Items that were answered, and reasons with counts for those that could not be.
    public private(set) var answered = 0
    public private(set) var unanswered: [String: Int] = [:]

    /// - Parameter columns: of the input, to stand before the answers; nil for all.
    public init(_ bundle: ModelBundle, keeping columns: [String]? = nil, batch: Int = BundleSession.batch, threads: Int? = nil) throws {
        preparation = try Preparation(bundle)
        session = try BundleSession(bundle, batch: batch, threads: threads)
        self.columns = columns
        switch preparation {
        case .series(let series):
            guard session.outputSize == series.horizon * series.columns.count else {
                throw RecipeError(
                    "run", "\(session.outputSize) answers to a window are not \(series.horizon) steps of \(series.columns.count) columns",
                    at: bundle.name)
            }
        default:
            guard session.outputSize == 1 || labels?.count == session.outputSize else {
                throw RecipeError("run", "\(session.outputSize) answers to one item have no names", at: bundle.name)
            }
        }
    }

    private var port: Port { session.bundle.signature.outputs[0] }
    private var labels: [String]? { port.labels }

    /// What the answers are, in words.
    public var meaning: String {
        if case .series(let series) = preparation { return "the next \(series.horizon) steps of \(series.columns.joined(separator: ", "))" }
        if let labels { return "the likeliest of \(labels.count) classes and their probabilities" }
        return "\(port.name)\(port.unit.map { " in \($0)" } ?? "")"
    }

    /// The rows of a table with their answers.
    ///
    /// - Throws: if the bundle answers something else.
    public mutating func callAsFunction(_ frame: Frame) throws -> Frame {
        guard case .table(let intake) = preparation else {
            throw RecipeError("run", "the bundle answers \(preparation.word), not rows of a table", at: session.bundle.name)
        }
        return try self(intake.items(frame))
    }

    /// The items with their answers: `prediction`, and for classes `probability_NAME` each; of a series a row for every step that is
    /// forecast, with its number and the columns' values. An item that has no sample has null there.
    public mutating func callAsFunction(_ items: ItemBatch) throws -> Frame {
        let named = try columns.map { try items.frame.selecting($0) } ?? items.frame
        let answers = try session.answers(to: items.values, count: items.rows.count)
        answered += items.rows.count
        for problem in items.problems { unanswered[problem.reason, default: 0] += 1 }
        if items.incomplete > 0 { unanswered["their window is not complete", default: 0] += items.incomplete }
        if case .series(let series) = preparation { return try forecasts(named, items.rows, answers, series) }
        var result = named
        let count = items.frame.rowCount, width = session.outputSize
        if let labels {
            var names = [String?](repeating: nil, count: count)
            var shares = labels.map { _ in [Float?](repeating: nil, count: count) }
            for (sample, row) in items.rows.enumerated() {
                let own = answers[sample * width..<(sample + 1) * width]
                names[row] = labels[(own.indices.max { own[$0] < own[$1] } ?? own.startIndex) - own.startIndex]
                for (place, value) in own.enumerated() { shares[place][row] = value }
            }
            try result.addFree("prediction", Column(names))
            for (label, column) in zip(labels, shares) { try result.addFree("probability_\(label)", Column(column)) }
        } else {
            var numbers = [Float?](repeating: nil, count: count)
            for (sample, row) in items.rows.enumerated() { numbers[row] = answers[sample] }
            try result.addFree("prediction", Column(numbers, unit: port.unit))
        }
        return result
    }

    /// A row for each step after each window, in the columns' own scale.
    private func forecasts(_ windows: Frame, _ rows: [Int], _ answers: [Float], _ series: SeriesPreparation) throws -> Frame {
        let (horizon, width, count) = (series.horizon, series.columns.count, windows.rowCount)
        var result = windows.rows((0..<count * horizon).map { $0 / horizon })
        try result.addFree("step", Column((0..<count * horizon).map { $0 % horizon + 1 }))
        var values = series.columns.map { _ in [Float?](repeating: nil, count: count * horizon) }
        for (sample, row) in rows.enumerated() {
            for step in 0..<horizon {
                for place in 0..<width {
                    values[place][row * horizon + step] = series.restored(answers[(sample * horizon + step) * width + place], place)
                }
            }
        }
        for (name, column) in zip(series.columns, values) { try result.addFree(name, Column(column)) }
        return result
    }
}

extension Frame {
    /// Puts a column behind the others, under another name where its own is taken.
    fileprivate mutating func addFree(_ name: String, _ column: Column) throws {
        var name = name
        while contains(name) { name += "_" }
        try add(name, column)
    }
}

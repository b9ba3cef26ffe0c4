public import Features

/// Holds data to rules, piece by piece: good rows go on, bad ones go into quarantine with the reason, none disappears.
///
/// ```swift
/// var check = try QualityCheck(rules, reference: trained)
/// for chunk in chunks {
///     let (good, quarantine) = try check.sort(chunk)
/// }
/// print(check.report)
/// ```
/// Rules on order and uniqueness go across pieces. Memory grows with distinct values of unique columns and with the entities of
/// monotone ones, each up to a bound; beyond it the check says so.
public struct QualityCheck {
    /// Most values that are remembered for one column.
    public static let most = 1 << 24

    private struct Subject {
        let rule: QualityRule
        let column: String
        var rows = 0
        var nulls = 0
        var examples: [Int] = []
        var seen: Set<Cell> = []
        var last: [Cell: Cell] = [:]
        var meter: DriftMeter?
        var pattern: Regex<AnyRegexOutput>?
        var allowed: Set<String> = []
    }

    private let rules: [QualityRule]
    private let reference: Frame?
    private var subjects: [Subject]?
    private var fields: [Field] = []
    private var good = 0
    private var quarantined = 0

    /// Rules on drift need a reference. Throws where a rule makes no sense.
    public init(_ rules: [QualityRule], reference: Frame? = nil) throws {
        for rule in rules {
            try rule.check()
            if case .drift = rule.demand, reference == nil {
                throw DatasetError("quality", "a drift needs reference data", at: rule.column)
            }
            if case .matches(let pattern) = rule.demand { _ = try QualityCheck.compiled(pattern, rule.column) }
        }
        self.rules = rules
        self.reference = reference
    }

    private static func compiled(_ pattern: String, _ column: String) throws -> Regex<AnyRegexOutput> {
        if pattern.utf8.count > 4096 { throw DatasetError("quality", "the pattern is longer than 4096 bytes", at: column) }
        do { return try Regex(pattern) } catch {
            throw DatasetError("quality", "'\(pattern)' is no regular expression: \(error)", at: column)
        }
    }

    /// The columns that the rules speak of, from the first piece.
    private func subjects(of frame: Frame) throws -> [Subject] {
        try rules.flatMap { rule in
            let names = rule.column.contains { "*?".contains($0) } ? frame.names(matching: rule.column) : [rule.column]
            if names.isEmpty {
                throw DatasetError("quality", "no column fits '\(rule.column)'\(hint(for: rule.column, among: frame.names))")
            }
            return try names.map { name in
                guard frame.contains(name) else {
                    throw DatasetError("quality", "no column '\(name)'\(hint(for: name, among: frame.names))")
                }
                var subject = Subject(rule: rule, column: name)
                let type = try frame.column(name).type
                switch rule.demand {
                case .range where type == .category:
                    throw DatasetError("quality", "a range needs numbers, the column has strings", at: name)
                case .matches(let pattern): subject.pattern = try QualityCheck.compiled(pattern, name)
                case .allowed(let values): subject.allowed = Set(values)
                case .monotone(_, let by?): _ = try frame.column(by)
                case .drift(let kind, _):
                    if let reference { subject.meter = try DriftMeter(kind, reference: reference.column(name), at: name) }
                default: break
                }
                return subject
            }
        }
    }

    /// Sorts the rows of a piece into good ones and those in quarantine, which have two columns more: `_row`, counted over all pieces, and
    /// `_reasons`.
    public mutating func sort(_ chunk: Frame) throws -> (good: Frame, quarantine: Frame) {
        if subjects == nil {
            subjects = try subjects(of: chunk)
            fields = chunk.fields
        }
        for field in fields where chunk.place(of: field.name).map({ chunk.columns[$0].type }) != field.type {
            throw DatasetError("quality", "the column was \(field.type.rawValue) in the first piece, now it is another", at: field.name)
        }
        let first = good + quarantined
        var reasons = [[String]](repeating: [], count: chunk.rowCount)
        for index in (subjects ?? []).indices { try apply(index, chunk, first, &reasons) }
        let bad = reasons.indices.filter { !reasons[$0].isEmpty }
        var quarantine = chunk.rows(bad)
        try quarantine.add("_row", Column(bad.map { first + $0 }))
        try quarantine.add("_reasons", Column(bad.map { reasons[$0].joined(separator: "; ") }))
        good += chunk.rowCount - bad.count
        quarantined += bad.count
        return (bad.isEmpty ? chunk : chunk.rows { reasons[$0].isEmpty }, quarantine)
    }

    private mutating func apply(_ index: Int, _ chunk: Frame, _ first: Int, _ reasons: inout [[String]]) throws {
        guard var subject = subjects?[index] else { return }
        // Given up for the time being, so that its sets are not copied.
        subjects?[index] = Subject(rule: subject.rule, column: subject.column)
        let column = try chunk.column(subject.column)
        if !subject.rule.isOnRows {
            subject.rows += column.count
            subject.nulls += column.nullCount
            let name = subject.column
            try subject.meter?.add(column, at: name)
            subjects?[index] = subject
            return
        }
        let words = subject.rule.words
        func breaks(_ row: Int, _ value: Cell, _ subject: inout Subject) {
            subject.rows += 1
            if subject.examples.count < 5 { subject.examples.append(first + row) }
            reasons[row].append("\(subject.column) is \(value), not \(words)")
        }
        func bounded(_ count: Int) throws {
            if count > QualityCheck.most {
                throw DatasetError("quality", "more than \(QualityCheck.most) values to remember", at: subject.column)
            }
        }
        var by: Column?
        if case .monotone(_, let name?) = subject.rule.demand { by = try chunk.column(name) }
        var numbers = column.numbers
        if case .timestamp(let values) = column.values { numbers = values.indices.map { column.isNull($0) ? .nan : Double(values[$0]) } }
        // A category is judged once, however often it comes.
        var verdicts: [Cell: Bool] = [:]
        for row in 0..<chunk.rowCount {
            if case .range(let low, let high) = subject.rule.demand {
                if let number = numbers?[row], !column.isNull(row), !(number >= low ?? -.infinity && number <= high ?? .infinity) {
                    breaks(row, column[row], &subject)
                }
                continue
            }
            let value = column[row]
            if value.isNull {
                if case .present = subject.rule.demand { breaks(row, value, &subject) }
                continue
            }
            switch subject.rule.demand {
            case .present: if case .number(let number) = value, number.isNaN { breaks(row, value, &subject) }
            case .unique:
                if !subject.seen.insert(value).inserted { breaks(row, value, &subject) }
                try bounded(subject.seen.count)
            case .matches:
                let fits = try verdicts[value] ?? (subject.pattern?.wholeMatch(in: "\(value)") != nil)
                verdicts[value] = fits
                if !fits { breaks(row, value, &subject) }
            case .allowed: if !subject.allowed.contains("\(value)") { breaks(row, value, &subject) }
            case .monotone(let order, _):
                let entity = by?[row] ?? .null
                if let last = subject.last[entity], QualityCheck.precedes(value, last) || order == .strict && value == last {
                    breaks(row, value, &subject)
                } else {
                    subject.last[entity] = value
                    try bounded(subject.last.count)
                }
            case .range, .nulls, .drift: break
            }
        }
        subjects?[index] = subject
    }

    private static func precedes(_ a: Cell, _ b: Cell) -> Bool {
        switch (a, b) {
        case (.timestamp(let a), .timestamp(let b)), (.int(let a), .int(let b)): a < b
        case (.string(let a), .string(let b)): a < b
        default: (a.number ?? .nan) < (b.number ?? .nan)
        }
    }

    /// What was found so far.
    public var report: QualityReport {
        let findings = (subjects ?? []).map { subject in
            var measured: Double?, holds = subject.rows == 0
            switch subject.rule.demand {
            case .nulls(let most):
                measured = subject.rows == 0 ? nil : Double(subject.nulls) / Double(subject.rows)
                holds = measured ?? 0 <= most
            case .drift(_, let limit):
                measured = subject.meter?.value
                holds = measured ?? 0 <= limit
            default: break
            }
            return QualityReport.Finding(
                column: subject.column, rule: subject.rule.words, rows: subject.rows, examples: subject.examples, measured: measured,
                holds: holds)
        }
        return QualityReport(rows: good + quarantined, good: good, quarantined: quarantined, findings: findings)
    }
}

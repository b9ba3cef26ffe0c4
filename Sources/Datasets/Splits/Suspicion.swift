import Features

/// Why a column knows too much about the target.
struct Suspicion {
    /// `equals`, `follows on a line`, ...; nil where nothing is suspicious.
    let reason: String?

    /// Fewer rows than these prove nothing.
    static let fewest = 20

    init(_ column: Column, _ target: Column) { reason = Suspicion.reason(column, target) }

    private static func reason(_ column: Column, _ target: Column) -> String? {
        let rows = (0..<column.count).filter { !column.isNull($0) && !target.isNull($0) }
        if let reason = nulls(column, target) { return reason }
        if rows.count < fewest { return nil }
        let answers = rows.map { target[$0] }
        let distinct = Set(answers).count
        if distinct < 2 { return nil }
        if rows.allSatisfy({ "\(column[$0])" == "\(target[$0])" }) { return "equals" }
        if let x = column.numbers, let y = target.numbers, distinct > 2, isLine(rows.map { x[$0] }, rows.map { y[$0] }) {
            return "follows on a line"
        }
        let areClasses = distinct <= max(2, rows.count / 10)
        if areClasses, let x = column.numbers, separates(rows.map { x[$0] }, answers, distinct) {
            return "separates by \(distinct == 2 ? "one threshold" : "\(distinct - 1) thresholds") the values of"
        }
        // Value by value: only where values come often enough that this is no accident.
        var known: [Cell: Cell] = [:]
        for (row, answer) in zip(rows, answers) {
            let value = column[row]
            if let before = known[value], before != answer { return nil }
            known[value] = answer
        }
        return known.count >= 2 && known.count * 5 <= rows.count ? "determines, value by value," : nil
    }

    /// Whether the column is null in just the rows of some of the target's values.
    private static func nulls(_ column: Column, _ target: Column) -> String? {
        if column.nullCount < fewest || column.count - column.nullCount < fewest { return nil }
        var present = Set<Cell>(), absent = Set<Cell>()
        for row in 0..<column.count where !target.isNull(row) {
            if column.isNull(row) { absent.insert(target[row]) } else { present.insert(target[row]) }
            if present.count + absent.count > 64 { return nil }
        }
        return present.isEmpty || absent.isEmpty || !present.isDisjoint(with: absent) ? nil : "is null or not according to"
    }

    private static func isLine(_ x: [Double], _ y: [Double]) -> Bool {
        let count = Double(x.count), meanX = x.reduce(0, +) / count, meanY = y.reduce(0, +) / count
        var xx = 0.0, yy = 0.0, xy = 0.0
        for (a, b) in zip(x, y) {
            xx += (a - meanX) * (a - meanX)
            yy += (b - meanY) * (b - meanY)
            xy += (a - meanX) * (b - meanY)
        }
        return xx > 0 && yy > 0 && xy * xy > 0.9999 * 0.9999 * xx * yy
    }

    /// Whether, sorted by the numbers, every class is one run, and no number has two classes.
    private static func separates(_ x: [Double], _ classes: [Cell], _ distinct: Int) -> Bool {
        let order = x.indices.filter { !x[$0].isNaN }.sorted { x[$0] < x[$1] }
        if order.count < fewest { return false }
        var changes = 0
        for (one, other) in zip(order, order.dropFirst()) where classes[one] != classes[other] {
            if x[one] == x[other] { return false }
            changes += 1
        }
        return changes == distinct - 1
    }
}

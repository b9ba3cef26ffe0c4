public import Features

/// Looks for ways in which a test could be passed without learning: it warns in words and with counts.
///
/// - rows of a later part whose inputs equal those of a row of an earlier part;
/// - rows of an earlier part that are later in time than the first row of a later part;
/// - groups with rows in more than one part;
/// - columns that equal the target, follow it on a line, separate its classes by thresholds, or determine it value by value, and
///   columns that are null just where the target has a value of its own.
public struct LeakCheck: Sendable {
    /// The column of the target.
    public var target: String?
    /// The column of time, where the test is to be later than the training.
    public var time: String?
    /// The columns whose values are not to be in two parts.
    public var group: [String]
    /// Columns that are no inputs.
    public var ignoring: [String]

    public init(target: String? = nil, time: String? = nil, group: [String] = [], ignoring: [String] = []) {
        self.target = target
        self.time = time
        self.group = group
        self.ignoring = ignoring
    }

    /// What is suspicious about a table split so; empty where nothing is.
    public func callAsFunction(_ frame: Frame, _ partition: Partition) throws -> [LeakWarning] {
        for name in [target, time].compactMap(\.self) + group + ignoring { _ = try frame.column(name) }
        var warnings = try duplicates(frame, partition)
        if let time { warnings += try future(frame.column(time), time, partition) }
        if !group.isEmpty { warnings += try overlap(frame, partition) }
        if let target { warnings += try columns(frame, target) }
        return warnings
    }

    private func parts(_ partition: Partition, _ rowCount: Int) throws -> [Int] {
        var parts = [Int](repeating: -1, count: rowCount)
        for (part, rows) in partition.rows.enumerated() {
            for row in rows {
                if row >= rowCount { throw DatasetError("leak check", "the split has the row \(row), the table has \(rowCount)") }
                parts[row] = part
            }
        }
        return parts
    }

    private func inputs(_ frame: Frame) -> [String] {
        let excluded = Set(ignoring + group + [target, time].compactMap(\.self))
        return frame.names.filter { !excluded.contains($0) }
    }

    private func duplicates(_ frame: Frame, _ partition: Partition) throws -> [LeakWarning] {
        let inputs = inputs(frame), parts = try parts(partition, frame.rowCount)
        if inputs.isEmpty { return [] }
        let groups = try frame.groups(by: inputs)
        // For each pair of parts: how many rows of the later one have an equal in the earlier, and an example.
        var found: [[Int]: (count: Int, rows: [Int])] = [:]
        for group in 0..<groups.count where groups[group].count > 1 {
            var first = [Int](repeating: -1, count: partition.names.count)
            for row in groups[group] where parts[row] >= 0 && first[parts[row]] < 0 { first[parts[row]] = row }
            for row in groups[group] where parts[row] > 0 {
                guard let earlier = (0..<parts[row]).first(where: { first[$0] >= 0 }) else { continue }
                found[[earlier, parts[row]], default: (0, [first[earlier], row])].count += 1
            }
        }
        return found.keys.sorted { $0.lexicographicallyPrecedes($1) }.map { pair in
            let (count, rows) = found[pair] ?? (0, [])
            return LeakWarning(
                .duplicates, count: count, rows: rows,
                "\(counted(count, "row")) of \(partition.names[pair[1]]) equal\(count == 1 ? "s" : "") a row of \(partition.names[pair[0]]) "
                    + "in all inputs, such as row \(rows[1]) and row \(rows[0])")
        }
    }

    private func future(_ column: Column, _ name: String, _ partition: Partition) throws -> [LeakWarning] {
        let moments: [Double]
        switch column.values {
        case .timestamp(let values): moments = values.indices.map { column.isNull($0) ? .nan : Double(values[$0]) }
        default:
            guard let numbers = column.numbers else { throw DatasetError("leak check", "time is a timestamp or a number", at: name) }
            moments = numbers
        }
        var warnings: [LeakWarning] = []
        for later in partition.rows.indices.dropFirst() {
            let earliest = partition.rows[later].filter { !moments[$0].isNaN }.min { moments[$0] < moments[$1] }
            guard let earliest else { continue }
            for earlier in 0..<later {
                let rows = partition.rows[earlier].filter { moments[$0] > moments[earliest] }
                if rows.isEmpty { continue }
                warnings.append(
                    LeakWarning(
                        .future, count: rows.count, rows: [rows[0], earliest],
                        "\(counted(rows.count, "row")) of \(partition.names[earlier]) \(rows.count == 1 ? "is" : "are") later than the first row of "
                            + "\(partition.names[later]) by '\(name)', such as row \(rows[0]) than row \(earliest)"))
            }
        }
        return warnings
    }

    private func overlap(_ frame: Frame, _ partition: Partition) throws -> [LeakWarning] {
        let parts = try parts(partition, frame.rowCount), groups = try Split.groups(frame, group)
        var shared: [(name: String, parts: [Int], rows: [Int])] = []
        for group in groups {
            let present = Set(group.rows.map { parts[$0] }).subtracting([-1]).sorted()
            if present.count > 1 { shared.append((group.name, present, group.rows)) }
        }
        guard let first = shared.first else { return [] }
        let places = first.parts.map { partition.names[$0] }.joined(separator: " and ")
        return [
            LeakWarning(
                .groups, count: shared.count, rows: Array(first.rows.prefix(2)),
                "\(shared.count) of \(counted(groups.count, "group")) by '\(group.joined(separator: "', '"))' "
                    + "\(shared.count == 1 ? "has" : "have") rows in more than one part, such as '\(first.name)' in \(places)")
        ]
    }

    private func columns(_ frame: Frame, _ target: String) throws -> [LeakWarning] {
        let answer = try frame.column(target)
        return try inputs(frame).compactMap { name in
            try Suspicion(frame.column(name), answer).reason.map { reason in
                LeakWarning(
                    .column, count: 1, rows: [], "the column '\(name)' \(reason) '\(target)': is it known when the prediction is made?")
            }
        }
    }
}

func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

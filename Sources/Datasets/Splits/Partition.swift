public import Features

/// Rows divided into named parts; every row is in exactly one.
public struct Partition: Sendable, Hashable {
    /// Such as `train`, `validation`, `test`.
    public let names: [String]
    /// The rows of each part, ascending.
    public let rows: [[Int]]

    init(names: [String], parts: [Int]) {
        var rows = [[Int]](repeating: [], count: names.count)
        for (row, part) in parts.enumerated() { rows[part].append(row) }
        self.names = names
        self.rows = rows
    }

    /// The rows of a part; throws with the nearest name where there is none.
    public func rows(of name: String) throws -> [Int] {
        guard let place = names.firstIndex(of: name) else {
            throw DatasetError("split", "no part '\(name)'\(hint(for: name, among: names))")
        }
        return rows[place]
    }

    /// A part of the table that was split.
    public func frame(_ name: String, of frame: Frame) throws -> Frame { frame.rows(try rows(of: name)) }

    /// Such as `train 800, test 200`.
    public var summary: String { zip(names, rows).map { "\($0) \($1.count)" }.joined(separator: ", ") }
}

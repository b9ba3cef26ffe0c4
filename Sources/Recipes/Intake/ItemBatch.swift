public import Features

/// Some items of an input: what the output says of each, and the samples of those that have one.
public struct ItemBatch: Sendable {
    /// An item that cannot be answered because something is wrong with it.
    public struct Problem: Hashable, Sendable {
        /// Its row in the frame.
        public let row: Int
        public let name: String
        public let reason: String
    }

    /// A row for each item.
    public var frame: Frame
    /// The samples side by side, and the row of each.
    public var values: SampleValues
    public var rows: [Int]
    public var problems: [Problem] = []
    /// Rows that have no sample although nothing is wrong with them, such as the first ones of a window.
    public var incomplete = 0
}

/// The items of an input, piece by piece.
public protocol ItemSource {
    /// Some more of them; nil after the last.
    mutating func next() throws -> ItemBatch?
    /// What the reader left out, for whoever runs it.
    var remarks: [String] { get }
}

extension ItemSource {
    public var remarks: [String] { [] }
}

/// Items that are read one by one, each under a name: pictures and sounds.
struct NamedItems: ItemSource {
    /// Names the item in the output; `row` is its place within a file of many.
    struct Entry {
        let name: String
        var row: Int?
        let read: () throws -> [Float]
    }

    private let entries: [Entry]
    private let batch: Int
    private var place = 0
    let remarks: [String]

    init(_ entries: [Entry], batch: Int, remarks: [String] = []) {
        (self.entries, self.batch, self.remarks) = (entries, batch, remarks)
    }

    mutating func next() throws -> ItemBatch? {
        guard place < entries.count else { return nil }
        let chosen = entries[place..<min(place + batch, entries.count)]
        place += chosen.count
        var values: [Float] = [], rows: [Int] = [], problems: [ItemBatch.Problem] = []
        for (row, entry) in chosen.enumerated() {
            do {
                values += try entry.read()
                rows.append(row)
            } catch {
                let name = entry.row.map { "\(entry.name), row \($0)" } ?? entry.name
                problems.append(.init(row: row, name: name, reason: reason(of: error)))
            }
        }
        var frame = try Frame(["input": Column(chosen.map(\.name))])
        if chosen.contains(where: { $0.row != nil }) { try frame.add("row", Column(chosen.map(\.row))) }
        return ItemBatch(frame: frame, values: .fractions(values), rows: rows, problems: problems)
    }
}

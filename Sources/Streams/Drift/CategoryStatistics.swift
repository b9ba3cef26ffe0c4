/// One statistic per category: 1 where the event has it.
struct CategoryStatistics: ReferenceStatistics {
    let categories: Int

    var inputs: Int { 1 }
    var outputs: Int { categories }
    /// Odds that fall to a quarter or a half, or rise to twice or four times theirs.
    var tilts: [[Double]] { Array(repeating: [-1.386, -0.693, 0.693, 1.386], count: categories) }

    init(categories: Int) { self.categories = categories }

    mutating func fit(_ rows: [Double]) {}

    func measure(_ row: UnsafePointer<Double>, into statistics: UnsafeMutablePointer<Double>) {
        for category in 0..<categories { statistics[category] = row[0] == Double(category) ? 1 : 0 }
    }

    func write(to writer: inout StateWriter) { writer.write(categories) }
    init(from reader: inout StateReader) throws { categories = try reader.int("categories", in: 2...4096) }
}

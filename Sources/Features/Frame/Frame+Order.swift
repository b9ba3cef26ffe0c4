extension Frame {
    /// The rows' numbers in sorted order. Rows that agree in all keys keep their order.
    public func order(by keys: [SortKey]) throws -> [Int] {
        let ranks = try keys.map { try column($0.column).ranks(descending: $0.descending) }
        var order = Array(0..<rowCount)
        if ranks.count == 1 {
            let rank = ranks[0]
            order.sort { rank[$0] == rank[$1] ? $0 < $1 : rank[$0] < rank[$1] }
        } else {
            order.sort { a, b in
                for rank in ranks where rank[a] != rank[b] { return rank[a] < rank[b] }
                return a < b
            }
        }
        return order
    }

    /// The rows sorted by these columns, the first one first; rows that agree in all keep their order.
    public func sorted(by keys: [SortKey]) throws -> Frame { rows(try order(by: keys)) }
    public func sorted(by keys: SortKey...) throws -> Frame { try sorted(by: keys) }

    /// The rows that agree in all these columns; null agrees with null. Without columns all rows are one group.
    public func groups(by keys: [String]) throws -> Groups {
        var ids = [Int32](repeating: 0, count: rowCount)
        var count = rowCount == 0 ? 0 : 1
        for key in keys {
            let column = try column(key), values = column.identities
            var known: [Pair: Int32] = [:]
            for row in 0..<rowCount {
                let pair = column.isNull(row) ? Pair(group: ids[row], value: nil) : Pair(group: ids[row], value: values[row])
                if let id = known[pair] {
                    ids[row] = id
                } else {
                    ids[row] = Int32(known.count)
                    known[pair] = ids[row]
                }
            }
            count = known.count
        }
        return Groups(ids: ids, count: count)
    }
}

private struct Pair: Hashable {
    let group: Int32
    let value: UInt64?
}

extension Column {
    /// Whole numbers in the order of the values.
    fileprivate func ranks(descending: Bool) -> [Int64] {
        var ranks: [Int64]
        switch values {
        case .float(let values): ranks = values.map { Column.rank(Double($0)) }
        case .double(let values): ranks = values.map(Column.rank)
        case .int(let values), .timestamp(let values): ranks = values
        case .bool(let values): ranks = values.map { $0 ? 1 : 0 }
        case .category(let codes, let names):
            var rank = [Int64](repeating: 0, count: max(names.count, 1))
            for (place, code) in names.indices.sorted(by: { names[$0] < names[$1] }).enumerated() { rank[code] = Int64(place) }
            ranks = codes.map { rank[Int($0)] }
        }
        let isFloating = type == .float || type == .double
        let notANumber = Column.rank(.nan)
        if descending { for row in ranks.indices where !(isFloating && ranks[row] == notANumber) { ranks[row] = ~ranks[row] } }
        if let validity { for row in ranks.indices where !validity[row] { ranks[row] = .max } }
        return ranks
    }

    /// The bits of a number as a whole number that sorts like it, one zero, one not-a-number after infinity.
    private static func rank(_ value: Double) -> Int64 {
        if value.isNaN { return .max - 1 }
        let bits = Int64(bitPattern: (value + 0).bitPattern)
        return bits < 0 ? bits ^ .max : bits
    }

    /// Numbers that are equal where the values are, for grouping; those of null rows mean nothing.
    fileprivate var identities: [UInt64] {
        switch values {
        case .float(let values): values.map { $0.isNaN ? Double.nan.bitPattern : (Double($0) + 0).bitPattern }
        case .double(let values): values.map { $0.isNaN ? Double.nan.bitPattern : ($0 + 0).bitPattern }
        case .int(let values), .timestamp(let values): values.map { UInt64(bitPattern: $0) }
        case .bool(let values): values.map { $0 ? 1 : 0 }
        case .category(let codes, _): codes.map { UInt64(UInt32(bitPattern: $0)) }
        }
    }
}

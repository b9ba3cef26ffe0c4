/// Which rows of a column hold a value: one bit a row, the lowest bit of the first word for row 0.
public struct Validity: Sendable, Hashable {
    public private(set) var words: [UInt64]
    public private(set) var count: Int
    /// How many rows are null.
    public private(set) var nullCount: Int

    /// Rows that all hold a value, or all none.
    public init(count: Int, valid: Bool) {
        self.count = count
        nullCount = valid ? 0 : count
        words = [UInt64](repeating: valid ? .max : 0, count: (count + 63) / 64)
        clearTail()
    }

    /// One truth value a row: true where the row holds a value.
    public init(_ valid: some Sequence<Bool>) {
        words = []
        count = 0
        nullCount = 0
        for bit in valid { append(bit) }
    }

    /// A bitmap as Arrow has it: the lowest bit of the first byte is the row `offset` bits before it ends up as row 0.
    public init(bytes: UnsafeRawBufferPointer, offset: Int, count: Int) {
        demand(
            offset >= 0 && count >= 0 && (offset + count + 7) / 8 <= bytes.count,
            FeatureError("validity", "the bitmap is shorter than its rows"))
        self.init(count: count, valid: false)
        for row in 0..<count {
            let bit = offset + row
            if bytes[bit >> 3] >> UInt8(bit & 7) & 1 == 1 { self[row] = true }
        }
    }

    /// Whether this row holds a value.
    public subscript(_ row: Int) -> Bool {
        get {
            demand(row >= 0 && row < count, FeatureError("validity", "row \(row) of \(count)"))
            return words[row >> 6] >> UInt64(row & 63) & 1 == 1
        }
        set {
            demand(row >= 0 && row < count, FeatureError("validity", "row \(row) of \(count)"))
            let bit: UInt64 = 1 << UInt64(row & 63)
            let held = words[row >> 6] & bit != 0
            if held == newValue { return }
            words[row >> 6] ^= bit
            nullCount += newValue ? -1 : 1
        }
    }

    public mutating func append(_ valid: Bool) {
        if count & 63 == 0 { words.append(0) }
        if valid { words[count >> 6] |= 1 << UInt64(count & 63) } else { nullCount += 1 }
        count += 1
    }

    mutating func append(_ other: Validity) {
        if count & 63 == 0 {
            words.append(contentsOf: other.words)
            count += other.count
            nullCount += other.nullCount
        } else {
            for row in 0..<other.count { append(other[row]) }
        }
    }

    private mutating func clearTail() {
        if count & 63 != 0, let last = words.indices.last { words[last] &= (1 << UInt64(count & 63)) - 1 }
    }
}

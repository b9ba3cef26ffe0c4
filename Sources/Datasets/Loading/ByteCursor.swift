/// Reads numbers out of bytes that came from outside; past the end it throws.
struct ByteCursor {
    let bytes: ArraySlice<UInt8>
    private(set) var place: Int
    let operation: String
    let file: String

    init(_ bytes: ArraySlice<UInt8>, for operation: String, at file: String) {
        self.bytes = bytes
        place = bytes.startIndex
        self.operation = operation
        self.file = file
    }

    var left: Int { bytes.endIndex - place }

    mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, count <= left else {
            throw DatasetError(
                operation, "ends too early: \(count) bytes are wanted at \(place - bytes.startIndex), \(left) are left", at: file)
        }
        defer { place += count }
        return bytes[place..<place + count]
    }

    mutating func skip(_ count: Int) throws { _ = try take(count) }

    mutating func little<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
        try take(MemoryLayout<Number>.size).reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    mutating func big<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
        try take(MemoryLayout<Number>.size).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }
}

/// The product of extents from outside, or nil where it passes the limit or an extent is negative.
func boundedProduct(_ extents: [Int], limit: Int) -> Int? {
    var product = 1
    for extent in extents {
        guard extent >= 0 else { return nil }
        let (next, overflow) = product.multipliedReportingOverflow(by: extent)
        guard !overflow, next <= limit else { return extents.contains(0) ? 0 : nil }
        product = next
    }
    return product
}

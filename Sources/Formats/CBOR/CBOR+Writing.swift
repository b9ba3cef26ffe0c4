extension CBOR {
    /// The value in the preferred serialization: every number and length in the fewest bytes, lengths before their elements.
    ///
    /// - Parameter isSorted: maps in the order of their keys' bytes, so that equal values have equal bytes (RFC 8949, 4.2.1).
    public func encoded(isSorted: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes, isSorted)
        return bytes
    }

    private func write(to bytes: inout [UInt8], _ isSorted: Bool) {
        switch self {
        case .unsigned(let value): Self.head(0, value, to: &bytes)
        case .negative(let value): Self.head(1, value, to: &bytes)
        case .number(let value): Self.write(value, to: &bytes)
        case .bytes(let content):
            Self.head(2, UInt64(content.count), to: &bytes)
            bytes.append(contentsOf: content)
        case .text(let text):
            Self.head(3, UInt64(text.utf8.count), to: &bytes)
            bytes.append(contentsOf: text.utf8)
        case .array(let elements):
            Self.head(4, UInt64(elements.count), to: &bytes)
            for element in elements { element.write(to: &bytes, isSorted) }
        case .map(let pairs):
            Self.head(5, UInt64(pairs.count), to: &bytes)
            let parts = pairs.map { ($0.key.encoded(isSorted: isSorted), $0.value) }
            for (key, value) in isSorted ? parts.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) : parts {
                bytes.append(contentsOf: key)
                value.write(to: &bytes, isSorted)
            }
        case .tagged(let number, let content):
            Self.head(6, number, to: &bytes)
            content.write(to: &bytes, isSorted)
        case .bool(let truth): bytes.append(truth ? 0xf5 : 0xf4)
        case .null: bytes.append(0xf6)
        case .undefined: bytes.append(0xf7)
        case .simple(let number): Self.head(7, UInt64(number), to: &bytes)
        }
    }

    /// An item's first byte and its argument.
    private static func head(_ major: UInt8, _ argument: UInt64, to bytes: inout [UInt8]) {
        let type = major << 5
        switch argument {
        case 0..<24: bytes.append(type | UInt8(argument))
        case ...0xff: write(type | 24, argument, count: 1, to: &bytes)
        case ...0xffff: write(type | 25, argument, count: 2, to: &bytes)
        case ...0xffff_ffff: write(type | 26, argument, count: 4, to: &bytes)
        default: write(type | 27, argument, count: 8, to: &bytes)
        }
    }

    private static func write(_ value: Double, to bytes: inout [UInt8]) {
        if let half = value.halfBits {
            write(0xf9, UInt64(half), count: 2, to: &bytes)
        } else if Double(Float(value)) == value {
            write(0xfa, UInt64(Float(value).bitPattern), count: 4, to: &bytes)
        } else {
            write(0xfb, value.bitPattern, count: 8, to: &bytes)
        }
    }

    private static func write(_ first: UInt8, _ argument: UInt64, count: Int, to bytes: inout [UInt8]) {
        bytes.append(first)
        for place in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: argument >> UInt64(8 * place))) }
    }
}

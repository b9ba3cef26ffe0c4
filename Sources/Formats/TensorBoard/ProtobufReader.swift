/// The fields of a protocol-buffer message, one after the other.
struct ProtobufReader {
    /// A field's value as it lies in the message.
    enum Value: Equatable {
        case variable(UInt64)
        case eight(UInt64)
        case counted(Range<Int>)
        case four(UInt32)
    }

    let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private func error(_ reason: String) -> FormatError { FormatError("protobuf", reason, at: "byte \(position)") }

    /// The next field, or nil at the end of the message.
    mutating func next() throws -> (field: Int, value: Value)? {
        guard position < bytes.count else { return nil }
        let key = try variable()
        guard key >> 3 >= 1, key >> 3 < 1 << 29 else { throw error("there is no field \(key >> 3)") }
        let field = Int(key >> 3)
        switch key & 7 {
        case 0: return (field, .variable(try variable()))
        case 1: return (field, .eight(try fixed(UInt64.self)))
        case 2:
            let length = try variable()
            guard length <= UInt64(bytes.count - position) else { throw error("a field of \(length) bytes ends behind the message") }
            defer { position += Int(length) }
            return (field, .counted(position..<position + Int(length)))
        case 5: return (field, .four(try fixed(UInt32.self)))
        default: throw error("there is no wire type \(key & 7)")
        }
    }

    private mutating func variable() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < bytes.count else { throw error("ends inside of a number") }
            let byte = bytes[position]
            position += 1
            if shift == 63, byte > 1 { throw error("a number has more than 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw error("a number has more than ten bytes")
    }

    private mutating func fixed<Whole: FixedWidthInteger>(_ type: Whole.Type) throws -> Whole {
        let size = MemoryLayout<Whole>.size
        guard bytes.count - position >= size else { throw error("ends inside of a number") }
        defer { position += size }
        return Whole(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: type))
    }
}

public import Formats

/// Something that a checkpoint can hold: written to bytes and read back with every bit.
///
/// A reader of a state gets bytes from outside. `init(from:)` therefore checks what it reads: whatever the bytes, it throws or it makes a
/// value that can be used without a trap.
public protocol StreamState {
    func write(to writer: inout StateWriter)
    init(from reader: inout StateReader) throws
}

extension StreamState {
    /// The bytes of this state alone.
    public var stateBytes: [UInt8] {
        var writer = StateWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// The SHA-256 of the bytes: equal for equal states.
    public var stateDigest: SHA256.Digest { SHA256.digest(stateBytes) }

    /// Reads the bytes of one state.
    ///
    /// - Throws: `StreamError` if they are not what `stateBytes` writes.
    public init(stateBytes: [UInt8]) throws {
        var reader = StateReader(stateBytes)
        try self.init(from: &reader)
        try reader.end()
    }

    /// The state as the content of a file: a mark, a length, the bytes, their SHA-256.
    public var sealed: [UInt8] {
        let payload = stateBytes
        var writer = StateWriter()
        writer.write(sealMark)
        writer.write(payload)
        return writer.bytes + SHA256.digest(payload).bytes
    }

    /// Opens what `sealed` wrote.
    ///
    /// - Throws: `StreamError` if a bit differs or the file is cut.
    public init(sealed bytes: [UInt8]) throws {
        var reader = StateReader(bytes)
        guard (try? reader.number(UInt64.self, "mark")) == sealMark else { throw StreamError("state", "is no sealed state", at: "mark") }
        let payload = try reader.numbers(UInt8.self, "payload")
        guard reader.remaining == 32, SHA256.digest(payload).bytes.elementsEqual(bytes.suffix(32)) else {
            throw StreamError("state", "the bytes do not have the hash that stands after them", at: "hash")
        }
        try self.init(stateBytes: payload)
    }
}

/// The letters `MRSTATE1`.
private let sealMark: UInt64 = 0x3145_5441_5453_524d

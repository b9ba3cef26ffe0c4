/// A string of a message: as it stands there, or a copy without its escapes.
enum ScannedText {
    case plain(UnsafeRawBufferPointer)
    case unescaped([UInt8])

    @inline(__always)
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        switch self {
        case .plain(let bytes): try body(bytes)
        case .unescaped(let bytes): try bytes.withUnsafeBytes(body)
        }
    }

    var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

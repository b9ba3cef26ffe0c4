import Formats

/// The bytes of a bundle's part: those of a file, or some in memory.
enum PartBytes {
    case file(MappedFile)
    case memory([UInt8], place: String)

    /// The file, or how the bytes are called in messages.
    var path: String {
        switch self {
        case .file(let file): file.path
        case .memory(_, let place): place
        }
    }

    var count: Int {
        switch self {
        case .file(let file): file.count
        case .memory(let bytes, _): bytes.count
        }
    }

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        switch self {
        case .file(let file): try file.withBytes(body)
        case .memory(let bytes, _): try bytes.withUnsafeBytes(body)
        }
    }

    /// The tensors in it.
    func tensors() throws -> Safetensors {
        switch self {
        case .file(let file): try Safetensors(file)
        case .memory(let bytes, let place): try Safetensors(bytes, at: place)
        }
    }
}

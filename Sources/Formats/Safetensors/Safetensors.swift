/// A file of named tensors in the safetensors format: eight bytes with the length of a JSON header, the header, the values.
///
/// Everything that the header says is checked when the file is opened: names, types, shapes, and that the tensors fill the file
/// without holes and overlaps. The values stay in the file until they are asked for.
///
///     let file = try Safetensors(reading: "model.safetensors")
///     for tensor in file.tensors { print(tensor.name, tensor.type, tensor.shape) }
public final class Safetensors: Sendable {
    /// A tensor in the file.
    public struct Entry: Hashable, Sendable {
        public let name: String
        public let type: ElementType
        /// Extents, outermost first.
        public let shape: [Int]
        /// Where its values lie in the file, little-endian in row-major order.
        public let range: Range<Int>
        public var byteCount: Int { range.count }
    }

    /// The file, or what the bytes were called.
    public let path: String
    /// In the order of their values.
    public let tensors: [Entry]
    /// What the writer noted beside the tensors.
    public let metadata: [String: String]
    private let places: [String: Int]
    private let content: Content

    private enum Content: Sendable {
        case file(MappedFile)
        case bytes([UInt8])
    }

    /// Opens a file.
    public convenience init(reading path: String) throws { try self.init(.file(try MappedFile(path)), path) }

    /// Takes a file that is open already.
    public convenience init(_ file: MappedFile) throws { try self.init(.file(file), file.path) }

    /// Takes the bytes of a file.
    ///
    /// - Parameter place: how the bytes are called in messages.
    public convenience init(_ bytes: [UInt8], at place: String = "") throws { try self.init(.bytes(bytes), place) }

    private init(_ content: Content, _ path: String) throws {
        let header =
            switch content {
            case .file(let file): try file.withBytes { try SafetensorsHeader($0, path: path) }
            case .bytes(let bytes): try bytes.withUnsafeBytes { try SafetensorsHeader($0, path: path) }
            }
        self.path = path
        self.content = content
        tensors = header.tensors
        metadata = header.metadata
        places = Dictionary(uniqueKeysWithValues: header.tensors.enumerated().map { ($1.name, $0) })
    }

    /// The tensor of a name.
    public subscript(name: String) -> Entry? { places[name].map { tensors[$0] } }

    /// The values of a tensor as they lie in the file; they may begin at any address.
    ///
    /// - Parameter tensor: one of `tensors`.
    public func withBytes<R>(of tensor: Entry, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        switch content {
        case .file(let file): try file.withBytes(tensor.range, body)
        case .bytes(let bytes): try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[tensor.range])) }
        }
    }

    /// A copy of the values of a tensor.
    public func bytes(of tensor: Entry) -> [UInt8] { withBytes(of: tensor) { Array($0) } }
}

import Formats

/// A bundle as one run of bytes, as a checkpoint or a message carries it: eight letters, the length of the manifest, the manifest, and
/// behind each other the parts that it names, in the order graph, weights, features, card.
extension ModelBundle {
    /// `MRBUNDLE`
    private static let mark = Array("MRBUNDLE".utf8)

    /// The bytes; `init(packed:)` takes them apart.
    public func packed() throws -> [UInt8] {
        var parts: [UInt8] = []
        let manifest = try manifest(at: name) { _, _, _, body in try body { parts.append(contentsOf: $0) } }
        return Self.mark + withUnsafeBytes(of: UInt64(manifest.count).littleEndian) { Array($0) } + manifest + parts
    }

    /// Takes the bytes of a bundle apart and checks all of it, as reading a folder does.
    ///
    /// - Parameter place: how the bytes are called in messages.
    /// - Parameter memoryLimit: bytes that weights and the values of the graph, as it was traced, may take.
    public init(packed bytes: [UInt8], at place: String = "packed bundle", memoryLimit: Int = 64 << 30) throws {
        func error(_ reason: String) -> LearningError { LearningError("bundle", reason, at: place) }
        let head = Self.mark.count + 8
        guard bytes.count >= head, bytes.starts(with: Self.mark) else { throw error("is no packed bundle") }
        let said = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: Self.mark.count, as: UInt64.self)) }
        guard said <= UInt64(min(bytes.count - head, BundleManifest.limit)) else { throw error("its manifest is cut") }
        var rest = bytes[head...]
        func take(_ count: Int) -> [UInt8] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        let manifestBytes = take(Int(said)), manifest = try BundleManifest.read(manifestBytes, at: "\(place): \(BundleManifest.path)")
        var parts: [BundleManifest.Part: PartBytes] = [:]
        for part in BundleManifest.Part.allCases {
            guard let file = manifest.files[part.rawValue] else { continue }
            guard (0...rest.count).contains(file.bytes) else {
                throw error("\(part.rawValue) would have \(file.bytes) bytes, \(rest.count) are left")
            }
            parts[part] = try part.checked(.memory(take(file.bytes), place: "\(place): \(file.path)"), file, in: place)
        }
        guard rest.isEmpty else { throw error("\(rest.count) bytes more than its manifest names") }
        self = try Self.joined(manifest, parts, identity: SHA256.digest(manifestBytes).hexadecimal, at: place, memoryLimit)
    }
}

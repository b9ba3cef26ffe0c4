extension Safetensors {
    /// Writes a file that is byte for byte the one of the reference library: tensors of wide elements first, then by name.
    ///
    /// The file is replaced in one instant (`Files.replace`).
    ///
    /// - Parameter metadata: notes beside the tensors, written by the order of their keys.
    public static func write(_ items: [Item], metadata: [String: String] = [:], to path: String) throws {
        try Files.replace(path) { writer in try write(items, metadata: metadata, at: path) { try writer.write($0) } }
    }

    /// The bytes of such a file.
    public static func bytes(_ items: [Item], metadata: [String: String] = [:]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try write(items, metadata: metadata, at: "") { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Gives the bytes of such a file to `sink`, piece by piece.
    ///
    /// - Throws: if a name stands twice, or the values of a tensor have another size than its type and shape say.
    public static func write(
        _ items: [Item], metadata: [String: String] = [:], at path: String, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        func error(_ name: String, _ reason: String) -> FormatError {
            FormatError("safetensors", "tensor '\(name)' \(reason)", at: path)
        }
        let rank = Dictionary(uniqueKeysWithValues: ElementType.allCases.enumerated().map { ($1, $0) })
        let ordered = items.sorted { a, b in
            // The reference library compares names by their bytes.
            a.type == b.type ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8) : rank[a.type]! > rank[b.type]!
        }
        var header = JSON.Object()
        if !metadata.isEmpty {
            header[SafetensorsHeader.metadataKey] = .object(
                JSON.Object(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        var end = 0
        var sizes: [Int] = []
        for item in ordered {
            guard item.name != SafetensorsHeader.metadataKey else { throw error(item.name, "has a name that the format keeps for itself") }
            guard let size = item.type.byteCount(item.shape), !end.addingReportingOverflow(size).overflow else {
                throw error(item.name, "has an impossible size: \(item.type)\(item.shape)")
            }
            let entry: JSON = [
                "dtype": .string(item.type.rawValue), "shape": .array(item.shape.map { JSON($0) }),
                "data_offsets": [JSON(end), JSON(end + size)],
            ]
            guard header.insert(item.name, entry) else { throw error(item.name, "stands twice") }
            sizes.append(size)
            end += size
        }
        var text = JSON.object(header).bytes()
        text += repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        guard text.count <= SafetensorsHeader.limit else {
            throw FormatError("safetensors", "the header has \(text.count) bytes, at most \(SafetensorsHeader.limit) are allowed", at: path)
        }
        try withUnsafeBytes(of: UInt64(text.count).littleEndian) { try sink($0) }
        try text.withUnsafeBytes { try sink($0) }
        for (item, size) in zip(ordered, sizes) {
            try item.withBytes { bytes in
                guard bytes.count == size else {
                    throw error(item.name, "takes \(size) bytes as \(item.type)\(item.shape), but \(bytes.count) are given")
                }
                try sink(bytes)
            }
        }
    }
}

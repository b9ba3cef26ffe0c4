/// What the header of a file says, checked against the size of the file.
struct SafetensorsHeader {
    var tensors: [Safetensors.Entry] = []
    var metadata: [String: String] = [:]

    /// The most bytes that the format allows a header.
    static let limit = 100_000_000
    static let metadataKey = "__metadata__"

    init(_ file: UnsafeRawBufferPointer, path: String) throws {
        func error(_ reason: String) -> FormatError { FormatError("safetensors", reason, at: path) }
        guard file.count >= 8 else { throw error("has \(file.count) bytes, too few for the length of a header") }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(Self.limit) else { throw error("the header has \(length) bytes, at most \(Self.limit) are allowed") }
        let start = 8 + Int(length)
        guard start <= file.count else { throw error("the header has \(length) bytes, the file has \(file.count)") }
        guard file.count > 8, length > 0, file[8] == UInt8(ascii: "{") else { throw error("the header does not begin with '{'") }
        let text = UnsafeRawBufferPointer(rebasing: file[8..<start])
        let limits = JSON.Limits(bytes: Self.limit, depth: 4)
        guard case .object(let header) = try JSON(parsing: text, at: path, limits: limits) else {
            throw error("the header is no object")
        }
        for (name, value) in header {
            if name == Self.metadataKey {
                guard let object = value.object else { throw error("\(Self.metadataKey) is \(value.kind), not an object") }
                for (key, note) in object {
                    guard let note = note.string else { throw error("the note '\(key)' is \(note.kind), not a string") }
                    metadata[key] = note
                }
            } else {
                tensors.append(try Self.entry(name, value, start: start, end: file.count, error))
            }
        }
        tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        var end = start
        for tensor in tensors {
            guard tensor.range.lowerBound == end else {
                let what = tensor.range.lowerBound > end ? "there is a hole before tensor" : "another tensor overlaps tensor"
                throw error("\(what) '\(tensor.name)'")
            }
            end = tensor.range.upperBound
        }
        guard end == file.count else { throw error("\(file.count - end) bytes behind the last tensor belong to none") }
    }

    private static func entry(_ name: String, _ value: JSON, start: Int, end: Int, _ error: (String) -> FormatError) throws
        -> Safetensors.Entry
    {
        func refuse(_ reason: String) -> FormatError { error("tensor '\(name)' \(reason)") }
        guard let object = value.object else { throw refuse("is \(value.kind), not an object") }
        if let odd = object.keys.first(where: { !["dtype", "shape", "data_offsets"].contains($0) }) {
            throw refuse("has the unknown key '\(odd)'")
        }
        guard let typeName = object["dtype"]?.string else { throw refuse("has no dtype") }
        guard let type = Safetensors.ElementType(rawValue: typeName) else { throw refuse("has the unknown dtype '\(typeName)'") }
        func numbers(_ key: String) throws -> [Int] {
            guard let elements = object[key]?.array else { throw refuse("has no \(key)") }
            return try elements.map { element in
                // 3.0 is a number of this form for JSON, but not for the format.
                if case .integer(let value) = element, value >= 0, let whole = Int(exactly: value) { return whole }
                throw refuse("has the \(key) \(object[key]!)")
            }
        }
        let shape = try numbers("shape"), offsets = try numbers("data_offsets")
        guard offsets.count == 2, offsets[0] <= offsets[1] else { throw refuse("has the data_offsets \(offsets)") }
        guard offsets[1] <= end - start else {
            throw refuse("ends at byte \(offsets[1]) of the values, of which there are \(end - start)")
        }
        guard let bytes = type.byteCount(shape) else { throw refuse("has an impossible size: \(type)\(shape)") }
        guard bytes == offsets[1] - offsets[0] else {
            throw refuse("takes \(bytes) bytes as \(type)\(shape), but has \(offsets[1] - offsets[0])")
        }
        return Safetensors.Entry(name: name, type: type, shape: shape, range: start + offsets[0]..<start + offsets[1])
    }
}

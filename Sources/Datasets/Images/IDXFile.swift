import Engine

/// Reads IDX files (the format of MNIST), also those that gzip has packed.
public enum IDXFile {
    /// The array in the file: big-endian numbers of any of the format's six types.
    public static func array(_ path: String) throws -> HostArray { try array(FileBytes.read(path, for: "idx"), at: path) }

    static func array(_ bytes: [UInt8], at place: String) throws -> HostArray {
        var cursor = ByteCursor(bytes[...], for: "idx", at: place)
        guard try cursor.big(UInt16.self) == 0 else { throw DatasetError("idx", "is not an IDX file", at: place) }
        let code = try cursor.big(UInt8.self), rank = Int(try cursor.big(UInt8.self))
        let types: [UInt8: DType] = [8: .u8, 9: .i8, 11: .i16, 12: .i32, 13: .f32, 14: .f64]
        guard let dtype = types[code] else { throw DatasetError("idx", "has elements of the unknown type \(code)", at: place) }
        let extents = try (0..<rank).map { _ in Int(try cursor.big(UInt32.self)) }
        guard let count = boundedProduct(extents, limit: cursor.left / dtype.size), count * dtype.size == cursor.left else {
            throw DatasetError("idx", "has \(cursor.left) bytes of numbers, which is not what \(dtype)\(Shape(extents)) takes", at: place)
        }
        let data = try cursor.take(cursor.left)
        var array = HostArray(TensorType(Shape(extents), dtype))
        array.withMutableBytes { target in
            target.copyBytes(from: data)
            if dtype.size > 1 {
                for start in stride(from: 0, to: target.count, by: dtype.size) { target[start..<start + dtype.size].reverse() }
            }
        }
        return array
    }
}

import Engine

/// Reads NumPy's `.npy` arrays and `.npz` archives of them.
public enum NumPyFile {
    /// The arrays of an `.npz` archive by name (without `.npy`), in the archive's order.
    public static func archive(_ path: String) throws -> [(name: String, array: HostArray)] {
        let zip = try ZipArchive(path, for: "npz")
        let total = zip.members.reduce(0.0) { $0 + Double($1.size) }
        guard total <= Double(FileBytes.limit) else {
            throw DatasetError("npz", "unpacks to \(total) bytes, the limit is \(FileBytes.limit)", at: path)
        }
        return try zip.members.filter { $0.name.hasSuffix(".npy") }.map { member in
            (String(member.name.dropLast(4)), try array(zip.contents(of: member), at: "\(path)/\(member.name)"))
        }
    }

    /// The array in an `.npy` file.
    public static func array(_ path: String) throws -> HostArray { try array(FileBytes.read(path, for: "npy"), at: path) }

    /// The array in the bytes of an `.npy` file, versions 1 to 3. Big-endian numbers and Fortran order are rewritten.
    static func array(_ bytes: [UInt8], at place: String) throws -> HostArray {
        var cursor = ByteCursor(bytes[...], for: "npy", at: place)
        guard try Array(cursor.take(6)) == [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] else {
            throw DatasetError("npy", "is not an npy file", at: place)
        }
        let version = try cursor.little(UInt8.self)
        try cursor.skip(1)
        guard 1...3 ~= version else { throw DatasetError("npy", "has the unknown version \(version)", at: place) }
        let length = version == 1 ? Int(try cursor.little(UInt16.self)) : Int(try cursor.little(UInt32.self))
        let header = try Header(Array(try cursor.take(length)), at: place)
        let shape = Shape(header.shape)
        guard let count = boundedProduct(header.shape, limit: cursor.left / header.size), count * header.size == cursor.left else {
            throw DatasetError("npy", "has \(cursor.left) bytes of numbers, which is not what \(header.dtype)\(shape) takes", at: place)
        }
        var data = Array(try cursor.take(cursor.left))
        if header.isBigEndian && header.size > 1 {
            for start in stride(from: 0, to: data.count, by: header.size) { data[start..<start + header.size].reverse() }
        }
        if header.isFortran { data = rowMajor(data, header.shape, header.size) }
        var array = HostArray(TensorType(shape, header.dtype))
        if header.dtype == .bool, data.contains(where: { $0 > 1 }) {
            throw DatasetError("npy", "has truth values other than 0 and 1", at: place)
        }
        data.withUnsafeBytes { source in array.withMutableBytes { if source.count > 0 { $0.copyMemory(from: source) } } }
        return array
    }

    private static func rowMajor(_ data: [UInt8], _ extents: [Int], _ size: Int) -> [UInt8] {
        guard extents.count > 1 else { return data }
        var result = [UInt8](repeating: 0, count: data.count)
        var index = [Int](repeating: 0, count: extents.count)
        var strides = [Int](repeating: size, count: extents.count)
        for axis in 1..<extents.count { strides[axis] = strides[axis - 1] * extents[axis - 1] }
        for target in stride(from: 0, to: data.count, by: size) {
            let source = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
            for byte in 0..<size { result[target + byte] = data[source + byte] }
            for axis in extents.indices.reversed() {
                index[axis] += 1
                if index[axis] < extents[axis] { break }
                index[axis] = 0
            }
        }
        return result
    }

    /// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`
    private struct Header {
        let dtype: DType
        let size: Int
        let isBigEndian: Bool
        let isFortran: Bool
        let shape: [Int]

        init(_ bytes: [UInt8], at place: String) throws {
            let text = String(decoding: bytes, as: UTF8.self)
            func value(_ key: String) throws -> Substring {
                guard let found = text.firstRange(of: "'\(key)':") else {
                    throw DatasetError("npy", "its header has no '\(key)'", at: place)
                }
                return text[found.upperBound...].drop { $0 == " " }
            }
            let described = try value("descr")
            guard described.first == "'", let end = described.dropFirst().firstIndex(of: "'") else {
                throw DatasetError("npy", "holds records; only plain numbers are read", at: place)
            }
            let code = described[described.index(after: described.startIndex)..<end]
            let types: [Substring: DType] = [
                "b1": .bool, "i1": .i8, "u1": .u8, "i2": .i16, "u2": .u16, "i4": .i32, "u4": .u32, "i8": .i64, "u8": .u64, "f2": .f16,
                "f4": .f32, "f8": .f64,
            ]
            guard let order = code.first, "<>|=".contains(order), let dtype = types[code.dropFirst()] else {
                throw DatasetError("npy", "holds elements of the type '\(code)'; only numbers and truth values are read", at: place)
            }
            self.dtype = dtype
            size = dtype.size
            isBigEndian = order == ">"
            isFortran = try value("fortran_order").hasPrefix("True")
            let tuple = try value("shape")
            guard tuple.first == "(", let close = tuple.firstIndex(of: ")") else {
                throw DatasetError("npy", "its header has no shape", at: place)
            }
            let parts = tuple[tuple.index(after: tuple.startIndex)..<close].split(separator: ",").map { $0.filter { $0 != " " } }
            shape = try parts.filter { !$0.isEmpty }.map { part in
                guard let extent = Int(part), extent >= 0 else {
                    throw DatasetError("npy", "its shape has the extent '\(part)'", at: place)
                }
                return extent
            }
            guard shape.count <= 16 else { throw DatasetError("npy", "has \(shape.count) axes", at: place) }
        }
    }
}

import Formats

/// Says that a benchmark's file is not what it should be.
struct InputError: Error, CustomStringConvertible {
    let description: String
}

/// The lines of a separated file as fields, without the header.
func separatedLines(_ path: String, by separator: Character) throws -> [[Substring]] {
    try Files.readText(path).split(whereSeparator: \.isNewline).dropFirst().map {
        $0.split(separator: separator, omittingEmptySubsequences: false)
    }
}

func number(_ field: Substring, in path: String) throws -> Double {
    guard let number = Double(field) else { throw InputError(description: "\(path): '\(field)' is no number") }
    return number
}

/// The rows of a two-dimensional NumPy file of 64-bit floating-point numbers in C order.
func numPyRows(_ path: String) throws -> [[Double]] {
    let bytes = try Files.read(path)
    guard bytes.count > 10, bytes[0..<6].elementsEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]), bytes[6] == 1 else {
        throw InputError(description: "\(path) is no NumPy file of version 1")
    }
    let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    let header = String(decoding: bytes[10..<min(start, bytes.count)], as: UTF8.self)
    guard header.contains("'<f8'"), header.contains("'fortran_order': False"), let open = header.firstIndex(of: "("),
        let close = header.firstIndex(of: ")")
    else { throw InputError(description: "\(path): unexpected header \(header)") }
    let shape = header[header.index(after: open)..<close].split(separator: ",").compactMap { Int($0.drop { $0 == " " }) }
    guard shape.count == 2, shape[0] >= 0, shape[1] > 0, bytes.count == start + 8 * shape[0] * shape[1] else {
        throw InputError(description: "\(path): \(bytes.count) bytes for shape \(shape)")
    }
    return bytes.withUnsafeBytes { memory in
        (0..<shape[0]).map { row in
            (0..<shape[1]).map { column in
                Double(
                    bitPattern: UInt64(
                        littleEndian: memory.loadUnaligned(fromByteOffset: start + 8 * (row * shape[1] + column), as: UInt64.self)))
            }
        }
    }
}

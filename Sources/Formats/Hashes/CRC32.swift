/// A cyclic redundancy check of 32 bits over bytes that arrive piece by piece: finds accidents, not forgeries.
public struct CRC32: Sendable {
    private let tables: [UInt32]
    private var remainder: UInt32 = ~0

    /// - Parameter polynomial: `.ieee` as in zip, gzip and PNG, `.castagnoli` (CRC-32C) as in TFRecord and Parquet.
    public init(_ polynomial: Polynomial = .ieee) { tables = polynomial.tables }

    /// The check of the bytes so far.
    public var value: UInt32 { ~remainder }

    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// Eight bytes at a time, each through a table of its own.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var crc = remainder
        tables.withUnsafeBufferPointer { t in
            var place = 0
            while place + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) ^ UInt64(crc)
                crc = 0
                for byte in 0..<8 { crc ^= t[(7 - byte) << 8 | Int(word >> UInt64(8 * byte) & 255)] }
                place += 8
            }
            while place < bytes.count {
                crc = t[Int((crc ^ UInt32(bytes[place])) & 255)] ^ crc >> 8
                place += 1
            }
        }
        remainder = crc
    }

    /// The check of some bytes.
    public static func checksum(_ bytes: [UInt8], _ polynomial: Polynomial = .ieee) -> UInt32 {
        bytes.withUnsafeBytes { checksum($0, polynomial) }
    }

    public static func checksum(_ bytes: UnsafeRawBufferPointer, _ polynomial: Polynomial = .ieee) -> UInt32 {
        var check = CRC32(polynomial)
        check.update(bytes)
        return check.value
    }
}

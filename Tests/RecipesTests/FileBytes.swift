import Formats

/// Pieces of files that tests make.
enum FileBytes {
    static func big(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
    static func little(_ number: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

    /// A grey PNG without compression.
    static func png(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
        func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
            let body = Array(name.utf8) + data
            return big(data.count) + body + big(Int(CRC32.checksum(body)))
        }
        let rows = (0..<height).flatMap { (row: Int) -> [UInt8] in [0] + pixels[row * width..<(row + 1) * width] }
        var a = 1, b = 0
        for byte in rows {
            a = (a + Int(byte)) % 65_521
            b = (b + a) % 65_521
        }
        var packed: [UInt8] = [0x78, 0x01, 1]
        for part in [little(rows.count, 2), little(~rows.count, 2), rows, big(b << 16 | a)] { packed += part }
        var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        file += chunk("IHDR", big(width) + big(height) + [8, 0, 0, 0, 0])
        file += chunk("IDAT", packed)
        return file + chunk("IEND", [])
    }
}

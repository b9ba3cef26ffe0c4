extension SeededRandom {
    /// A damaged copy of a valid file, by one to four changes: bits, bytes, pieces cut out, doubled or moved, numbers made extreme, the end cut off.
    public mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(4) {
            if bytes.isEmpty { bytes = [UInt8(truncatingIfNeeded: next())] }
            let place = below(bytes.count), length = min(1 + below(12), bytes.count - place)
            switch below(8) {
            case 0: bytes[place] ^= 1 << UInt8(below(8))
            case 1: bytes[place] = UInt8(truncatingIfNeeded: next())
            case 2: bytes.removeSubrange(place..<place + length)
            case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: below(bytes.count))
            case 4: bytes.replaceSubrange(place..<place + length, with: (0..<length).map { _ in 0xFF })
            case 5: bytes.removeSubrange(place...)
            case 6:
                let text = ["9223372036854775807", "-1", "1e400", "{\"a\":", "[[[[", "\"", "0", "null", "\\ud800"][below(9)]
                bytes.insert(contentsOf: text.utf8, at: place)
            default:
                // Another digit in place of a digit.
                if let digit = bytes[place...].firstIndex(where: { (48...57).contains($0) }) { bytes[digit] = UInt8(48 + below(10)) }
            }
        }
        return bytes
    }
}

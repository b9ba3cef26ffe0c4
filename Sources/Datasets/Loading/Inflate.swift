import CZlib

/// Unpacks deflated bytes, no further than a limit.
enum Inflate {
    enum Format {
        case gzip, zlib, raw

        /// zlib's window bits.
        var windowBits: Int32 {
            switch self {
            case .gzip: 15 + 16
            case .zlib: 15
            case .raw: -15
            }
        }
    }

    /// - Parameter limit: bytes that may come out; a file that holds more is refused before memory for it is taken.
    static func inflate(_ bytes: ArraySlice<UInt8>, _ format: Format, limit: Int, for operation: String, at place: String) throws -> [UInt8]
    {
        var stream = z_stream()
        guard inflateInit2_(&stream, format.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw DatasetError(operation, "zlib cannot start", at: place)
        }
        defer { inflateEnd(&stream) }
        var result: [UInt8] = []
        // Deflate packs to a thousandth at best; most files to a third.
        var capacity = min(limit, max(1 << 16, bytes.count * 4))
        try bytes.withUnsafeBufferPointer { source in
            var consumed = 0
            while true {
                let filled = result.count
                var status = Z_OK
                result.reserveCapacity(capacity)
                result.append(
                    contentsOf: [UInt8](unsafeUninitializedCapacity: min(capacity - filled, 1 << 22)) { target, count in
                        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress! + consumed)
                        stream.avail_in = UInt32(min(source.count - consumed, 1 << 30))
                        let given = Int(stream.avail_in)
                        stream.next_out = target.baseAddress
                        stream.avail_out = UInt32(target.count)
                        status = CZlib.inflate(&stream, Z_NO_FLUSH)
                        consumed += given - Int(stream.avail_in)
                        count = target.count - Int(stream.avail_out)
                    })
                switch status {
                case Z_STREAM_END:
                    // gzip allows several members one after the other; zeros behind them are padding.
                    if case .gzip = format, consumed + 1 < source.count, source[consumed] == 0x1f, source[consumed + 1] == 0x8b {
                        guard inflateReset(&stream) == Z_OK else { throw DatasetError(operation, "zlib cannot start again", at: place) }
                    } else {
                        return
                    }
                case Z_OK, Z_BUF_ERROR:
                    if consumed == source.count && (status == Z_BUF_ERROR || result.count == filled) {
                        throw DatasetError(operation, "the packed data end too early", at: place)
                    }
                default:
                    let reason = stream.msg.map { String(cString: $0) } ?? "code \(status)"
                    throw DatasetError(operation, "the packed data are damaged (\(reason))", at: place)
                }
                if result.count == capacity {
                    guard capacity < limit else {
                        throw DatasetError(operation, "unpacks to more than the limit of \(limit) bytes", at: place)
                    }
                    capacity = min(limit, capacity * 2)
                }
            }
        }
        return result
    }

    /// The check sum that gzip and zip use.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { buffer in
            var sum: UInt = 0, place = 0
            while place < buffer.count {
                let count = min(buffer.count - place, 1 << 30)
                sum = UInt(crc32(numericCast(sum), buffer.baseAddress! + place, UInt32(count)))
                place += count
            }
            return UInt32(truncatingIfNeeded: sum)
        }
    }
}

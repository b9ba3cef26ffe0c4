/// The frame of one event in a file (TFRecord): its length, a check of the length, the event, a check of the event.
enum TensorBoardRecord {
    /// The framed bytes of an event.
    static func framed(_ event: [UInt8]) -> [UInt8] {
        let length = withUnsafeBytes(of: UInt64(event.count).littleEndian) { Array($0) }
        return length + check(length) + event + check(event)
    }

    private static func check(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { bytes in withUnsafeBytes(of: masked(bytes).littleEndian) { Array($0) } }
    }

    /// The check, turned and moved, since a check over bytes that hold checks is a weak one.
    private static func masked(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let crc = CRC32.checksum(bytes, .castagnoli)
        return (crc >> 15 | crc << 17) &+ 0xa282_ead8
    }

    /// The places of the whole records of a file, frame and event, up to the first that is torn or damaged.
    static func scan(_ file: UnsafeRawBufferPointer) -> [(frame: Range<Int>, event: Range<Int>)] {
        var found: [(frame: Range<Int>, event: Range<Int>)] = []
        var start = 0
        func part(_ from: Int, _ count: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file[from..<from + count]) }
        func isChecked(_ bytes: UnsafeRawBufferPointer, by place: Int) -> Bool {
            UInt32(littleEndian: file.loadUnaligned(fromByteOffset: place, as: UInt32.self)) == masked(bytes)
        }
        while file.count - start >= 16 {
            let length = UInt64(littleEndian: file.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            guard isChecked(part(start, 8), by: start + 8), length <= UInt64(file.count - start - 16) else { break }
            let event = start + 12..<start + 12 + Int(length)
            guard isChecked(part(event.lowerBound, event.count), by: event.upperBound) else { break }
            found.append((start..<event.upperBound + 4, event))
            start = event.upperBound + 4
        }
        return found
    }
}

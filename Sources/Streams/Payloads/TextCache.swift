#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Texts that have come before, so that a device's name takes memory once and not with every event.
struct TextCache {
    /// Each text has one place; another one that needs the place takes it.
    private var slots: [String?] = Array(repeating: nil, count: 1024)
    /// Longer texts are not kept, which bounds the memory.
    private static let longest = 256

    /// The text of these bytes; nil if they are not UTF-8.
    mutating func text(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard bytes.count <= Self.longest else { return String(validating: bytes, as: UTF8.self) }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & 1023
        if let known = slots[slot], Self.isEqual(known, bytes) { return known }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        slots[slot] = text
        return text
    }

    private static func isEqual(_ text: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let known = text.utf8
        guard known.count == bytes.count, let start = bytes.baseAddress else { return known.count == bytes.count }
        return known.withContiguousStorageIfAvailable { memcmp($0.baseAddress!, start, bytes.count) == 0 } ?? known.elementsEqual(bytes)
    }
}

extension SHA256 {
    /// 32 bytes that stand for a content.
    public struct Digest: Hashable, Sendable, CustomStringConvertible {
        public let bytes: [UInt8]

        init(bytes: [UInt8]) { self.bytes = bytes }

        /// The digest that these 64 lower-case hexadecimal digits write; nil for any other text.
        public init?(hexadecimal text: String) {
            var bytes: [UInt8] = []
            let letters = Array(text.utf8)
            guard letters.count == 64 else { return nil }
            for place in stride(from: 0, to: 64, by: 2) {
                guard let high = Self.digit(letters[place]), let low = Self.digit(letters[place + 1]) else { return nil }
                bytes.append(high << 4 | low)
            }
            self.bytes = bytes
        }

        private static func digit(_ letter: UInt8) -> UInt8? {
            switch letter {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): letter - UInt8(ascii: "a") + 10
            default: nil
            }
        }

        /// 64 lower-case hexadecimal digits.
        public var hexadecimal: String {
            let digits = Array("0123456789abcdef".utf8)
            return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        }

        public var description: String { hexadecimal }
    }
}

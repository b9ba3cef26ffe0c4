extension CRC32 {
    /// The polynomial by which is divided, with its tables.
    public struct Polynomial: Sendable {
        /// Eight tables of 256 remainders: of a byte, followed by none, one, … seven zero bytes.
        let tables: [UInt32]

        /// 0x04C11DB7.
        public static let ieee = Polynomial(reversed: 0xedb8_8320)
        /// 0x1EDC6F41.
        public static let castagnoli = Polynomial(reversed: 0x82f6_3b78)

        private init(reversed polynomial: UInt32) {
            var tables = [UInt32](repeating: 0, count: 8 * 256)
            for byte in 0..<256 {
                var crc = UInt32(byte)
                for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ polynomial : crc >> 1 }
                tables[byte] = crc
            }
            for place in 256..<tables.count {
                let shorter = tables[place - 256]
                tables[place] = tables[Int(shorter & 255)] ^ shorter >> 8
            }
            self.tables = tables
        }
    }
}

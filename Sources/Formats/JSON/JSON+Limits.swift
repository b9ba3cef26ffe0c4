extension JSON {
    /// What a text may ask of the reader before it is refused.
    public struct Limits: Hashable, Sendable {
        /// Bytes of the text.
        public var bytes: Int
        /// Arrays and objects inside of each other.
        public var depth: Int
        /// Values in all: each takes a few dozen bytes of memory, however few bytes it takes in the text.
        public var values: Int

        public init(bytes: Int = 256 << 20, depth: Int = 128, values: Int = 16 << 20) {
            self.bytes = bytes
            self.depth = depth
            self.values = values
        }
    }
}

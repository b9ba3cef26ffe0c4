extension Safetensors {
    /// A tensor to be written.
    public struct Item {
        public let name: String
        public let type: ElementType
        public let shape: [Int]
        /// Hands the values to the writer, little-endian in row-major order; they are asked for when their turn comes.
        let withBytes: (_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Void

        public init(
            _ name: String, _ type: ElementType, _ shape: [Int],
            withBytes: @escaping (_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
        ) {
            self.name = name
            self.type = type
            self.shape = shape
            self.withBytes = withBytes
        }

        public init(_ name: String, _ type: ElementType, _ shape: [Int], _ bytes: [UInt8]) {
            self.init(name, type, shape) { try bytes.withUnsafeBytes($0) }
        }
    }
}

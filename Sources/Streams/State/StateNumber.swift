/// A number that a state can hold: little-endian, of fixed width.
public protocol StateNumber: Sendable {
    /// Its bits as they are stored.
    associatedtype Bits: FixedWidthInteger
    var stateBits: Bits { get }
    init(stateBits: Bits)
}

extension StateNumber where Self: FixedWidthInteger {
    public var stateBits: Self { self }
    public init(stateBits: Self) { self = stateBits }
}

extension UInt8: StateNumber {}
extension UInt16: StateNumber {}
extension UInt32: StateNumber {}
extension UInt64: StateNumber {}
extension Int16: StateNumber {}
extension Int32: StateNumber {}
extension Int64: StateNumber {}

extension Float: StateNumber {
    public var stateBits: UInt32 { bitPattern }
    public init(stateBits: UInt32) { self.init(bitPattern: stateBits) }
}

extension Double: StateNumber {
    public var stateBits: UInt64 { bitPattern }
    public init(stateBits: UInt64) { self.init(bitPattern: stateBits) }
}

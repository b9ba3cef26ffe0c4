/// Numbers that the values of a column can be turned into; nil where a value does not fit.
protocol TableNumber: Sendable {
    static func from(_ value: Int64) -> Self?
    static func from(_ value: UInt64) -> Self?
    static func from(_ value: Float) -> Self?
    static func from(_ value: Double) -> Self?
}

extension Float: TableNumber {
    @inline(__always) static func from(_ value: Int64) -> Float? { Float(value) }
    @inline(__always) static func from(_ value: UInt64) -> Float? { Float(value) }
    @inline(__always) static func from(_ value: Float) -> Float? { value }
    @inline(__always) static func from(_ value: Double) -> Float? { Float(value) }
}

extension Double: TableNumber {
    @inline(__always) static func from(_ value: Int64) -> Double? { Double(value) }
    @inline(__always) static func from(_ value: UInt64) -> Double? { Double(value) }
    @inline(__always) static func from(_ value: Float) -> Double? { Double(value) }
    @inline(__always) static func from(_ value: Double) -> Double? { value }
}

/// Whole numbers take whole numbers that they can hold.
protocol WholeTableNumber: TableNumber, FixedWidthInteger {}

extension WholeTableNumber {
    @inline(__always) static func from(_ value: Int64) -> Self? { Self(exactly: value) }
    @inline(__always) static func from(_ value: UInt64) -> Self? { Self(exactly: value) }
    @inline(__always) static func from(_ value: Float) -> Self? { Self(exactly: value) }
    @inline(__always) static func from(_ value: Double) -> Self? { Self(exactly: value) }
}

extension Int8: WholeTableNumber {}
extension Int16: WholeTableNumber {}
extension Int32: WholeTableNumber {}
extension Int64: WholeTableNumber {}
extension UInt8: WholeTableNumber {}
extension UInt16: WholeTableNumber {}
extension UInt32: WholeTableNumber {}
extension UInt64: WholeTableNumber {}

extension Bool: TableNumber {
    @inline(__always) static func from(_ value: Int64) -> Bool? { value == 0 ? false : value == 1 ? true : nil }
    @inline(__always) static func from(_ value: UInt64) -> Bool? { value == 0 ? false : value == 1 ? true : nil }
    @inline(__always) static func from(_ value: Float) -> Bool? { value == 0 ? false : value == 1 ? true : nil }
    @inline(__always) static func from(_ value: Double) -> Bool? { value == 0 ? false : value == 1 ? true : nil }
}

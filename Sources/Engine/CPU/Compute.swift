/// The types that portable kernels compute in. Every dtype maps to one of them: narrow floats to `Float`, narrow
/// integers and booleans to `Int64`; conversion happens where values are loaded and stored.
protocol Compute: Comparable, Sendable {
    static var dtype: DType { get }
    static var isFloat: Bool { get }
    static var lowest: Self { get }
    static var highest: Self { get }
    /// Integers wrap where the type is unsigned.
    init(wrapping value: Int)
    init(_ value: Double)
    /// This value as a Double (integers beyond 2^53 lose their last bits).
    var double: Double { get }
    var int: Int { get }
    var isNaN: Bool { get }
    static func + (a: Self, b: Self) -> Self
    static func - (a: Self, b: Self) -> Self
    static func * (a: Self, b: Self) -> Self
    static func / (a: Self, b: Self) -> Self
}

extension Compute {
    static var zero: Self { Self(wrapping: 0) }
    static var one: Self { Self(wrapping: 1) }
    static func += (a: inout Self, b: Self) { a = a + b }
    static func -= (a: inout Self, b: Self) { a = a - b }
    static func *= (a: inout Self, b: Self) { a = a * b }
}

extension Float: Compute {
    init(wrapping value: Int) { self = Float(value) }
    static var isFloat: Bool { true }
    static var lowest: Float { -.infinity }
    static var highest: Float { .infinity }
    var double: Double { Double(self) }
    var int: Int { Int(Double(self).clampedToInt64) }
}

extension Double: Compute {
    init(wrapping value: Int) { self = Double(value) }
    static var isFloat: Bool { true }
    static var lowest: Double { -.infinity }
    static var highest: Double { .infinity }
    var double: Double { self }
    var int: Int { Int(clampedToInt64) }

    /// Towards zero, saturating; not-a-number becomes 0.
    var clampedToInt64: Int64 {
        if isNaN { return 0 }
        if self >= 9.223372036854775807e18 { return .max }
        if self <= -9.223372036854775808e18 { return .min }
        // Not `Int64(self)`: within the engine that is the conversion of `Compute`, which calls this.
        return Int64(exactly: rounded(.towardZero))!
    }
    var clampedToUInt64: UInt64 {
        if isNaN || self <= 0 { return 0 }
        if self >= 1.8446744073709551615e19 { return .max }
        return UInt64(exactly: rounded(.towardZero))!
    }
}

extension Int64: Compute {
    init(wrapping value: Int) { self = Int64(value) }
    static var isFloat: Bool { false }
    static var lowest: Int64 { .min }
    static var highest: Int64 { .max }
    init(_ value: Double) { self = value.clampedToInt64 }
    var double: Double { Double(self) }
    var int: Int { Int(self) }
    var isNaN: Bool { false }
    // Integers wrap around, and a division by zero gives zero, as the C kernels of every processor do alike.
    static func + (a: Int64, b: Int64) -> Int64 { a &+ b }
    static func - (a: Int64, b: Int64) -> Int64 { a &- b }
    static func * (a: Int64, b: Int64) -> Int64 { a &* b }
    static func / (a: Int64, b: Int64) -> Int64 { b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue }
}

extension UInt64: Compute {
    init(wrapping value: Int) { self = UInt64(bitPattern: Int64(value)) }
    static var isFloat: Bool { false }
    static var lowest: UInt64 { .min }
    static var highest: UInt64 { .max }
    init(_ value: Double) { self = value.clampedToUInt64 }
    var double: Double { Double(self) }
    var int: Int { Int(truncatingIfNeeded: self) }
    var isNaN: Bool { false }
    static func + (a: UInt64, b: UInt64) -> UInt64 { a &+ b }
    static func - (a: UInt64, b: UInt64) -> UInt64 { a &- b }
    static func * (a: UInt64, b: UInt64) -> UInt64 { a &* b }
    static func / (a: UInt64, b: UInt64) -> UInt64 { b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue }
}

/// The four ways of computing.
enum ComputeClass: Sendable, Hashable {
    case float, double, signed, unsigned

    init(_ dtype: DType) {
        switch dtype {
        case .f32, .bf16, .f16: self = .float
        case .f64: self = .double
        case .u64: self = .unsigned
        default: self = .signed
        }
    }

    var dtype: DType {
        switch self {
        case .float: .f32
        case .double: .f64
        case .signed: .i64
        case .unsigned: .u64
        }
    }
}

/// bf16 is the upper half of an f32; rounding is to nearest even, and not-a-number stays one.
struct BFloat16: Hashable, Sendable {
    var bits: UInt16
    init(_ value: Float) {
        let raw = value.bitPattern
        bits = value.isNaN ? UInt16(raw >> 16) | 0x40 : UInt16(truncatingIfNeeded: (raw &+ 0x7fff &+ ((raw >> 16) & 1)) >> 16)
    }
    var float: Float { Float(bitPattern: UInt32(bits) << 16) }
}

/// IEEE binary16, converted in software so that every processor gives the same bits.
struct Half: Hashable, Sendable {
    var bits: UInt16
    init(_ value: Float) {
        let raw = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: (raw >> 16) & 0x8000)
        let magnitude = raw & 0x7fff_ffff
        if magnitude > 0x7f80_0000 { bits = sign | 0x7e00; return }
        if magnitude >= 0x4780_0000 { bits = sign | 0x7c00; return }
        if magnitude < 0x3880_0000 {
            // A denormal: adding 0.5 aligns the mantissa so that the addition itself rounds to nearest even.
            let shifted = Float(bitPattern: magnitude) + 0.5
            bits = sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- Float(0.5).bitPattern)
            return
        }
        let odd = (magnitude >> 13) & 1
        let rounded = magnitude &+ 0xfff &+ odd
        bits = sign | UInt16(truncatingIfNeeded: (rounded &- 0x3800_0000) >> 13)
    }
    var float: Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1f
        let mantissa = UInt32(bits) & 0x3ff
        if exponent == 0x1f { return Float(bitPattern: sign | 0x7f80_0000 | mantissa << 13) }
        if exponent == 0 {
            let value = Float(mantissa) * 0x1p-24
            return sign == 0 ? value : -value
        }
        return Float(bitPattern: sign | (exponent + 112) << 23 | mantissa << 13)
    }
}

/// Reads `count` elements of any dtype, `stride` elements apart, as `T`.
func load<T: Compute>(_ source: UnsafeRawPointer, _ dtype: DType, stride: Int = 1, count: Int, into target: UnsafeMutablePointer<T>) {
    @inline(__always) func copy<E>(_: E.Type, _ convert: (E) -> T) {
        let elements = source.assumingMemoryBound(to: E.self)
        for index in 0..<count { target[index] = convert(elements[index * stride]) }
    }
    switch dtype {
    case .f32: copy(Float.self) { T($0.double) }
    case .bf16: copy(UInt16.self) { T(Double(Float(bitPattern: UInt32($0) << 16))) }
    case .f16: copy(Half.self) { T($0.float.double) }
    case .f64: copy(Double.self) { T($0) }
    case .i8: copy(Int8.self) { T(wrapping: Int($0)) }
    case .i16: copy(Int16.self) { T(wrapping: Int($0)) }
    case .i32: copy(Int32.self) { T(wrapping: Int($0)) }
    case .i64: copy(Int64.self) { T.isFloat ? T(Double($0)) : T(wrapping: Int($0)) }
    case .u8, .bool: copy(UInt8.self) { T(wrapping: Int($0)) }
    case .u16: copy(UInt16.self) { T(wrapping: Int($0)) }
    case .u32: copy(UInt32.self) { T(wrapping: Int($0)) }
    case .u64: copy(UInt64.self) { T.isFloat ? T(Double($0)) : T(wrapping: Int(bitPattern: UInt($0))) }
    }
}

/// Writes `count` values as elements of any dtype. Floats to integers truncate and saturate; integers to narrower ones wrap.
func store<T: Compute>(_ source: UnsafePointer<T>, count: Int, into target: UnsafeMutableRawPointer, _ dtype: DType) {
    @inline(__always) func copy<E>(_: E.Type, _ convert: (T) -> E) {
        let elements = target.assumingMemoryBound(to: E.self)
        for index in 0..<count { elements[index] = convert(source[index]) }
    }
    @inline(__always) func narrow<E: FixedWidthInteger>(_ value: T, _: E.Type) -> E {
        T.isFloat ? E(clamping: value.double.clampedToInt64) : E(truncatingIfNeeded: value.int)
    }
    switch dtype {
    case .f32: copy(Float.self) { Float($0.double) }
    case .bf16: copy(UInt16.self) { BFloat16(Float($0.double)).bits }
    case .f16: copy(Half.self) { Half(Float($0.double)) }
    case .f64: copy(Double.self) { $0.double }
    case .i8: copy(Int8.self) { narrow($0, Int8.self) }
    case .i16: copy(Int16.self) { narrow($0, Int16.self) }
    case .i32: copy(Int32.self) { narrow($0, Int32.self) }
    case .i64: copy(Int64.self) { narrow($0, Int64.self) }
    case .u8: copy(UInt8.self) { narrow($0, UInt8.self) }
    case .u16: copy(UInt16.self) { narrow($0, UInt16.self) }
    case .u32: copy(UInt32.self) { narrow($0, UInt32.self) }
    case .u64: copy(UInt64.self) { T.isFloat ? $0.double.clampedToUInt64 : UInt64(truncatingIfNeeded: $0.int) }
    case .bool: copy(UInt8.self) { $0 == T.zero ? 0 : 1 }
    }
}

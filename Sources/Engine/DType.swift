/// The type of one element of a tensor.
///
/// The raw values are shared with the C kernels (`mk_dtype`) and never change.
public enum DType: UInt8, CaseIterable, Sendable, Codable, Hashable {
    case f32, bf16, f16, f64, i8, i16, i32, i64, u8, u16, u32, u64, bool

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .i8, .u8, .bool: 1
        case .bf16, .f16, .i16, .u16: 2
        case .f32, .i32, .u32: 4
        case .f64, .i64, .u64: 8
        }
    }

    /// f32, bf16, f16 and f64.
    public var isFloat: Bool { rawValue <= DType.f64.rawValue }
    /// Whole numbers, without bool.
    public var isInteger: Bool { !isFloat && self != .bool }
    /// Floats and signed integers.
    public var isSigned: Bool { rawValue <= DType.i64.rawValue }
}

extension DType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .f32: "f32"
        case .bf16: "bf16"
        case .f16: "f16"
        case .f64: "f64"
        case .i8: "i8"
        case .i16: "i16"
        case .i32: "i32"
        case .i64: "i64"
        case .u8: "u8"
        case .u16: "u16"
        case .u32: "u32"
        case .u64: "u64"
        case .bool: "bool"
        }
    }

    /// The type of that name (`"f32"`), or nil.
    public init?(name: String) {
        guard let found = DType.allCases.first(where: { $0.description == name }) else { return nil }
        self = found
    }
}

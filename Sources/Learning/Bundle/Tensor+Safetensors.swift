public import Engine
public import Formats

extension DType {
    /// The type in a file of tensors.
    public var fileType: Safetensors.ElementType {
        switch self {
        case .f32: .f32
        case .bf16: .bf16
        case .f16: .f16
        case .f64: .f64
        case .i8: .i8
        case .i16: .i16
        case .i32: .i32
        case .i64: .i64
        case .u8: .u8
        case .u16: .u16
        case .u32: .u32
        case .u64: .u64
        case .bool: .bool
        }
    }

    /// The type of a tensor that comes from a file; nil for those that only a file can hold.
    public init?(_ type: Safetensors.ElementType) {
        guard let found = DType.allCases.first(where: { $0.fileType == type }) else { return nil }
        self = found
    }
}

extension Safetensors {
    /// A tensor of the file.
    ///
    /// - Throws: if its type has no arithmetic here, or a bool is neither 0 nor 1.
    public func tensor(_ entry: Entry) throws -> Tensor {
        guard let dtype = DType(entry.type) else {
            throw FormatError("safetensors", "tensor '\(entry.name)' is \(entry.type), which cannot be computed with", at: path)
        }
        return try withBytes(of: entry) { bytes in
            if dtype == .bool, let odd = bytes.first(where: { $0 > 1 }) {
                throw FormatError("safetensors", "tensor '\(entry.name)' has a bool of the value \(odd)", at: path)
            }
            return Tensor(TensorType(Shape(entry.shape), dtype), copying: bytes)
        }
    }
}

extension Safetensors.Item {
    /// A tensor to be written; its values are asked for when they are written.
    public init(_ name: String, _ tensor: Tensor) {
        self.init(name, tensor.dtype.fileType, tensor.shape.extents) { body in try tensor.withBytes(body) }
    }
}

public import Engine
internal import Formats

/// Named tensors with notes in one safetensors file: what a run needs to go on, or a model's weights alone.
///
/// The file is replaced in one instant; a kill leaves the old or the new one.
public struct Checkpoint {
    /// In the order of the model.
    public var tensors: [(name: String, value: Tensor)]
    public var metadata: [String: String]

    public init(tensors: [(name: String, value: Tensor)], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Reads a file.
    ///
    /// - Throws: if it is no safetensors file, or holds tensors of a type that the engine does not know.
    public init(reading path: String) throws {
        let file = try Safetensors(reading: path)
        tensors = try file.tensors.map { entry in
            guard let dtype = DType(name: entry.type.rawValue.lowercased()) else {
                throw LearningError("checkpoint", "tensor '\(entry.name)' has the type \(entry.type)", at: path)
            }
            return (entry.name, file.withBytes(of: entry) { Self.tensor($0, TensorType(Shape(entry.shape), dtype)) })
        }
        metadata = file.metadata
    }

    /// Writes a file in place of the one that may be there.
    public func write(to path: String) throws { try write(to: path, during: nil) }

    func write(to path: String, during: ((_ file: String, _ bytes: Int) -> Void)?) throws {
        let items = tensors.map { name, value in
            Safetensors.Item(name, Safetensors.ElementType(rawValue: "\(value.dtype)".uppercased())!, value.shape.extents) { body in
                try Self.withBytes(value, body)
            }
        }
        var written = 0
        try Files.replace(path) { writer in
            try Safetensors.write(items, metadata: metadata, at: path) { piece in
                during?(path, written)
                try writer.write(piece)
                written += piece.count
            }
            during?(path, written)
        }
    }

    private static func tensor(_ bytes: UnsafeRawBufferPointer, _ type: TensorType) -> Tensor {
        func made<Element: TensorElement>(_ element: Element.Type) -> Tensor {
            // The bytes of a file may begin at any address.
            let values = [Element](unsafeUninitializedCapacity: type.shape.count) { target, count in
                UnsafeMutableRawBufferPointer(target).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(type.bytes)))
                count = type.shape.count
            }
            return Tensor(values, type.shape)
        }
        switch type.dtype {
        case .f32: return made(Float.self)
        case .f64: return made(Double.self)
        case .i8: return made(Int8.self)
        case .i16: return made(Int16.self)
        case .i32: return made(Int32.self)
        case .i64: return made(Int64.self)
        case .u8: return made(UInt8.self)
        case .u16: return made(UInt16.self)
        case .u32: return made(UInt32.self)
        case .u64: return made(UInt64.self)
        case .bool: return Tensor(bytes.map { $0 == 0 ? 0.0 : 1.0 }, type.shape, as: .bool)
        case .f16: return Tensor(halves(bytes) { Double(Float(half: $0)) }, type.shape, as: .f16)
        case .bf16: return Tensor(halves(bytes) { Double(Float(bitPattern: UInt32($0) << 16)) }, type.shape, as: .bf16)
        }
    }

    private static func halves(_ bytes: UnsafeRawBufferPointer, _ value: (UInt16) -> Double) -> [Double] {
        stride(from: 0, to: bytes.count - 1, by: 2).map { value(bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self)) }
    }

    private static func withBytes(_ value: Tensor, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        switch value.dtype {
        case .f32: try value.values(Float.self).withUnsafeBytes(body)
        case .f64: try value.values(Double.self).withUnsafeBytes(body)
        case .i8: try value.values(Int8.self).withUnsafeBytes(body)
        case .i16: try value.values(Int16.self).withUnsafeBytes(body)
        case .i32: try value.values(Int32.self).withUnsafeBytes(body)
        case .i64: try value.values(Int64.self).withUnsafeBytes(body)
        case .u8: try value.values(UInt8.self).withUnsafeBytes(body)
        case .u16: try value.values(UInt16.self).withUnsafeBytes(body)
        case .u32: try value.values(UInt32.self).withUnsafeBytes(body)
        case .u64: try value.values(UInt64.self).withUnsafeBytes(body)
        case .bool: try value.doubles().map { $0 == 0 ? 0 : 1 as UInt8 }.withUnsafeBytes(body)
        case .f16: try value.doubles().map { Float($0).half }.withUnsafeBytes(body)
        case .bf16: try value.doubles().map { UInt16(truncatingIfNeeded: Float($0).bitPattern >> 16) }.withUnsafeBytes(body)
        }
    }
}

extension Float {
    /// The value of IEEE half-precision bits. `Float16` is not there on every platform.
    fileprivate init(half bits: UInt16) {
        let sign: Float = bits >> 15 == 1 ? -1 : 1
        let exponent = Int(bits >> 10 & 31), fraction = Float(bits & 1023)
        switch exponent {
        case 0: self = sign * fraction * 0x1p-24
        case 31: self = fraction == 0 ? sign * .infinity : .nan
        default: self = sign * (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        }
    }

    /// The bits of a value that half precision can hold.
    fileprivate var half: UInt16 {
        let sign: UInt16 = self.sign == .minus ? 0x8000 : 0
        if isNaN { return 0x7e00 }
        if isInfinite { return sign | 0x7c00 }
        if magnitude < 0x1p-14 { return sign | UInt16(magnitude * 0x1p24) }
        return sign | UInt16(Int(exponent) + 15) << 10 | UInt16((significand - 1) * 1024)
    }
}

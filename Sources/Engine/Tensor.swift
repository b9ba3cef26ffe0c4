/// A multi-dimensional array that is computed when it is needed.
///
/// A tensor is a handle on a node of a graph: operations on tensors build more graph, and printing or reading one
/// evaluates it through the same executor that runs compiled programs.
public struct Tensor: Sendable {
    let node: Node
    let index: Int

    init(_ node: Node, _ index: Int = 0) {
        self.node = node
        self.index = index
    }

    /// Shape and element type, known before anything is computed.
    public var type: TensorType { node.results[index] }
    public var shape: Shape { type.shape }
    public var dtype: DType { type.dtype }
    /// Number of axes.
    public var rank: Int { shape.rank }
    /// Number of elements.
    public var count: Int { shape.count }

    /// The number of nodes and operand of identity: equal for handles on the same value.
    var key: Key { Key(node: ObjectIdentifier(node), index: index) }
    struct Key: Hashable, Sendable {
        let node: ObjectIdentifier
        let index: Int
    }
}

// MARK: Making tensors

extension Tensor {
    /// A tensor of these values in row-major order.
    public init<Element: TensorElement>(_ values: [Element], _ shape: Shape? = nil) {
        let shape = shape ?? [values.count]
        demand(shape.count == values.count, "tensor: \(values.count) values do not fill the shape \(shape)")
        let type = TensorType(shape, Element.dtype)
        let buffer = Buffer(bytes: type.bytes)
        values.withUnsafeBytes {
            buffer.pointer.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(buffer.pointer), byteCount: type.bytes)
        }
        self.init(type, buffer)
    }

    /// A tensor of any type, each value converted from a `Double`.
    public init(_ values: [Double], _ shape: Shape, as dtype: DType) {
        demand(shape.count == values.count, "tensor: \(values.count) values do not fill the shape \(shape)")
        let type = TensorType(shape, dtype)
        let buffer = Buffer(bytes: type.bytes)
        store(values, count: values.count, into: buffer.pointer, dtype)
        self.init(type, buffer)
    }

    /// A tensor over the elements of a buffer.
    public init(_ type: TensorType, _ buffer: Buffer) {
        demand(buffer.bytes >= type.bytes, "tensor: \(buffer.bytes) bytes are too few for \(type)")
        self.init(Node(Constant(type: type), [], results: [type], values: [buffer]))
    }

    /// A tensor with a copy of these bytes: the elements in row-major order as they lie in memory.
    public init(_ type: TensorType, copying bytes: UnsafeRawBufferPointer) {
        demand(bytes.count == type.bytes, "tensor: \(bytes.count) bytes are not those of \(type)")
        let buffer = Buffer(bytes: type.bytes)
        if let start = bytes.baseAddress { buffer.pointer.copyMemory(from: start, byteCount: type.bytes) }
        self.init(type, buffer)
    }

    /// A tensor without axes.
    public init<Element: TensorElement>(_ value: Element) { self.init([value], []) }

    /// A value that every run of a program receives.
    ///
    /// - Parameter label: the name in messages.
    /// - Parameter shape: of every value.
    /// - Parameter dtype: of every value.
    /// - Parameter axes: names of axes for which `specialise` can put in other extents.
    public static func input(_ label: String, _ shape: Shape, _ dtype: DType = .f32, axes: [String: Int] = [:]) -> Tensor {
        let type = TensorType(shape, dtype)
        return Tensor(Node(Input(label: label, type: type, axes: axes.mapValues { shape.axis($0) }), [], results: [type]))
    }
}

/// Swift types whose arrays become tensors and back.
public protocol TensorElement: Sendable {
    static var dtype: DType { get }
}
extension Float: TensorElement { public static var dtype: DType { .f32 } }
extension Double: TensorElement { public static var dtype: DType { .f64 } }
extension Int8: TensorElement { public static var dtype: DType { .i8 } }
extension Int16: TensorElement { public static var dtype: DType { .i16 } }
extension Int32: TensorElement { public static var dtype: DType { .i32 } }
extension Int64: TensorElement { public static var dtype: DType { .i64 } }
extension UInt8: TensorElement { public static var dtype: DType { .u8 } }
extension UInt16: TensorElement { public static var dtype: DType { .u16 } }
extension UInt32: TensorElement { public static var dtype: DType { .u32 } }
extension UInt64: TensorElement { public static var dtype: DType { .u64 } }
extension Bool: TensorElement { public static var dtype: DType { .bool } }

// MARK: Applying operations

extension Tensor {
    /// The door that throws: for importers and recipes, whose shapes come from outside.
    public static func apply(_ op: any Op, _ operands: [Tensor]) throws -> [Tensor] {
        let node = try Node(op, operands)
        return node.results.indices.map { Tensor(node, $0) }
    }

    /// The door for code: a shape mistake traps with the text of the error.
    static func make(_ op: any Op, _ operands: Tensor...) -> Tensor { makeAll(op, operands)[0] }

    static func makeAll(_ op: any Op, _ operands: [Tensor]) -> [Tensor] {
        do { return try apply(op, operands) } catch { trap("\(error)") }
    }
}

// MARK: Reading tensors

extension Tensor {
    /// The values in row-major order; evaluates what is not evaluated yet.
    public func values<Element: TensorElement>(_ type: Element.Type = Element.self) -> [Element] {
        demand(Element.dtype == dtype, "values: the tensor is \(self.type), not \(Element.dtype)")
        let buffer = evaluated()
        return [Element](unsafeUninitializedCapacity: count) { target, filled in
            if count > 0 { UnsafeMutableRawPointer(target.baseAddress!).copyMemory(from: buffer.pointer, byteCount: self.type.bytes) }
            filled = count
        }
    }

    /// The values of any type, converted.
    public func doubles() -> [Double] {
        let buffer = evaluated()
        return [Double](unsafeUninitializedCapacity: count) { target, filled in
            if count > 0 { load(buffer.pointer, dtype, count: count, into: target.baseAddress!) }
            filled = count
        }
    }

    /// The elements as they lie in memory, in row-major order.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let buffer = evaluated()
        return try body(UnsafeRawBufferPointer(start: buffer.pointer, count: type.bytes))
    }

    /// The only value of a tensor with one element.
    public var scalar: Double {
        demand(count == 1, "scalar: the tensor has \(count) elements")
        return doubles()[0]
    }

    func evaluated() -> Buffer {
        do { return try Tensor.evaluate([self])[0] } catch { trap("\(error)") }
    }
}

extension Tensor: CustomStringConvertible {
    /// Type and values; long tensors show their first and last rows.
    public var description: String {
        func text(_ value: Double) -> String {
            dtype.isFloat ? "\(Float(value))" : dtype == .bool ? (value == 0 ? "false" : "true") : "\(Int64(value.clampedToInt64))"
        }
        let values = doubles()
        func block(_ axis: Int, _ start: Int) -> String {
            if axis == rank { return text(values[start]) }
            let extent = shape[axis], step = shape.strides[axis]
            let shown = extent > 8 ? Array(0..<3) + [-1] + Array(extent - 3..<extent) : Array(0..<extent)
            return "[" + shown.map { $0 < 0 ? "…" : block(axis + 1, start + $0 * step) }.joined(separator: axis == rank - 1 ? ", " : ",\n ")
                + "]"
        }
        return "\(type) " + block(0, 0)
    }
}

/// One kind of operation with its attributes: a value that knows its shape rule, its gradient and its kernels.
///
/// Passes read only what is declared here, never the name. `Codable` is the form on disk.
public protocol Op: Hashable, Codable, Sendable {
    /// The standard name, unique in the catalogue.
    var name: String { get }

    /// The version of the form on disk. It rises when the attributes change their meaning; `init(from:)` then reads older forms too.
    static var codec: Int { get }

    /// The shape rule: what comes out for operands of these types.
    func infer(_ operands: [TensorType]) throws -> [TensorType]

    /// Gradients with respect to the operands, nil where nothing flows.
    func gradient(_ call: Call) -> [Tensor?]

    /// A kernel for one shard of the work on this processor.
    func bind(_ binder: Binder) throws -> Kernel

    /// How the work divides along the outermost axis into independent shards; the first that fits is taken.
    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split]

    /// Computes every element of its result from the elements of its operands at the same (broadcast) place.
    var isElementwise: Bool { get }

    /// The elementwise form: appends instructions to a tile program. Nil for everything that is not elementwise.
    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister?

    /// The same computation by simpler operations; nil where this operation is a basic one or its kernel serves.
    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]?

    /// This operation with `consumer`, the only reader of its first result, made part of it; `position` is the operand
    /// of the consumer at which the result arrives, `others` the consumer's remaining operands (appended to ours).
    func absorbing(_ consumer: any Op, position: Int, operands: [TensorType], others: [TensorType]) -> (any Op)?

    /// As `absorbing` where operands must change too, such as a scale that goes into constant weights; returns the joint results.
    func folding(_ consumer: any Op, position: Int, operands: [Tensor], others: [Tensor]) -> [Tensor]?

    /// What the bf16 policy does with it.
    var precision: PrecisionClass { get }

    /// Whether the bf16 policy leaves this operand in f32: scales, statistics.
    func keepsWide(operand: Int) -> Bool

    /// The result shares the operand's memory, since only the shape changes.
    var isView: Bool { get }

    /// Reads or makes something beyond its operands (state, random bits): never merged or folded.
    var isPure: Bool { get }

    /// Starts work that goes on beside the program, such as sending its operands to other processes: it runs as soon as they are there,
    /// before every step that they do not need.
    var isUrgent: Bool { get }

    /// Arithmetic operations, where they are many more than the elements touched; decides what is worth a thread.
    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int

    /// Operand whose memory a result may take over, element by element.
    var inPlace: [(result: Int, operand: Int)] { get }

    /// Operands that may arrive as one partial sum for each shard, to be added up by the kernel itself.
    var takesSums: Set<Int> { get }

    /// Operands that this operation wants in a layout of its native kernel.
    func packing(_ operands: [TensorType], _ results: [TensorType]) -> [Int: PackedLayout]

    /// The same for operations to which it matters whether an operand is packed once or in every run.
    func packing(_ operands: [TensorType], _ results: [TensorType], isConstant: [Bool]) -> [Int: PackedLayout]

    /// A simpler equivalent of this operation on these operands, or nil.
    func simplified(_ operands: [Tensor]) -> [Tensor]?

    /// This operation on operands of other extents, where its attributes hold extents that follow the operands'.
    func specialised(from old: [TensorType], to new: [TensorType], changes: [AxisChange]) throws -> any Op
}

/// The call of an operation: operands, results, and in a gradient what flows back into the results.
public struct Call {
    public let operands: [Tensor]
    public let results: [Tensor]
    /// Gradients of the loss with respect to the results; nil where the loss does not depend on a result.
    public let flow: [Tensor?]
}

/// How one operation divides into shards along axis 0.
public struct Split: Sendable {
    /// What a shard sees of an operand, or makes of a result.
    public enum Part: Sendable, Hashable {
        /// One shard of axis 0.
        case slice
        /// All of it, the same for every shard.
        case whole
        /// A result that is the sum over the shards.
        case sum
    }
    public let operands: [Part]
    public let results: [Part]
    /// Operands whose inner order only the shard that made them knows: this split is taken only if they were made in shards.
    public let sealed: [Int]

    public init(_ operands: [Part], _ results: [Part] = [.slice], sealed: [Int] = []) {
        self.operands = operands
        self.results = results
        self.sealed = sealed
    }
}

/// What the bf16 policy does with an operation.
public enum PrecisionClass: Sendable {
    /// Computes in bf16 with f32 accumulation (matmul, convolution, …).
    case narrow
    /// As `narrow`, but the result stays f32 (gradients of parameters).
    case narrowOperands
    /// Takes whatever type its operands have.
    case follow
    /// Needs f32.
    case wide
}

extension Op {
    public static var codec: Int { 1 }
    public func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        guard isElementwise, let result = results.first, result.shape.rank > 0 else { return [] }
        return [Split(operands.map { $0.shape.rank == result.shape.rank && $0.shape[0] == result.shape[0] ? .slice : .whole })]
    }
    public var isElementwise: Bool { false }
    public func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? { nil }
    public func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? { nil }
    public func absorbing(_ consumer: any Op, position: Int, operands: [TensorType], others: [TensorType]) -> (any Op)? { nil }
    public func folding(_ consumer: any Op, position: Int, operands: [Tensor], others: [Tensor]) -> [Tensor]? { nil }
    public var precision: PrecisionClass { .wide }
    public func keepsWide(operand: Int) -> Bool { false }
    public var isView: Bool { false }
    public func work(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
    public var isPure: Bool { true }
    public var isUrgent: Bool { false }
    public var inPlace: [(result: Int, operand: Int)] { [] }
    public var takesSums: Set<Int> { [] }
    public func simplified(_ operands: [Tensor]) -> [Tensor]? { nil }
    public func packing(_ operands: [TensorType], _ results: [TensorType]) -> [Int: PackedLayout] { [:] }
    public func packing(_ operands: [TensorType], _ results: [TensorType], isConstant: [Bool]) -> [Int: PackedLayout] {
        packing(operands, results)
    }
    public func specialised(from old: [TensorType], to new: [TensorType], changes: [AxisChange]) throws -> any Op { self }
    public func gradient(_ call: Call) -> [Tensor?] { call.operands.map { _ in nil } }
    public func bind(_ binder: Binder) throws -> Kernel {
        throw EngineError(name, "has no kernel for these operands", operands: binder.operands.map(\.type))
    }

    func isEqual(to other: any Op) -> Bool { (other as? Self) == self }

    /// An error of this operation.
    public func refuse(_ reason: String, _ operands: [TensorType]) -> EngineError {
        EngineError(name, reason, operands: operands)
    }

    /// Requires a number of operands.
    public func require(_ counts: ClosedRange<Int>, _ operands: [TensorType]) throws {
        if !counts.contains(operands.count) {
            throw refuse("takes \(counts.lowerBound)…\(counts.upperBound) operands, got \(operands.count)", operands)
        }
    }

    /// Requires floating-point operands.
    public func requireFloat(_ operands: [TensorType]) throws {
        if let odd = operands.first(where: { !$0.dtype.isFloat }) {
            throw refuse("needs floating-point operands, got \(odd.dtype)", operands)
        }
    }

    /// Requires that all operands have the same element type.
    public func requireSameType(_ operands: [TensorType]) throws {
        if let first = operands.first, let odd = operands.first(where: { $0.dtype != first.dtype }) {
            throw refuse("operands differ in type, \(first.dtype) and \(odd.dtype): cast one of them", operands)
        }
    }
}

/// A leaf: a value that comes from outside of the graph.
public protocol Leaf: Op {}

extension Leaf {
    public var isPure: Bool { false }
    public func bind(_ binder: Binder) throws -> Kernel { .nothing }
    public var precision: PrecisionClass { .follow }
}

/// A value that every run of a program receives.
public struct Input: Leaf {
    /// The name given to `Tensor.input`.
    public let label: String
    public let type: TensorType
    /// Axes whose extents may be changed later (`specialise`), by name.
    public var axes: [String: Int] = [:]
    public var name: String { "input" }
    public func infer(_ operands: [TensorType]) -> [TensorType] { [type] }
}

/// A value given once, as memory.
public struct Constant: Leaf {
    public let type: TensorType
    public var name: String { "constant" }
    public func infer(_ operands: [TensorType]) -> [TensorType] { [type] }
}

/// The value that a variable has when the program runs.
public struct Read: Leaf {
    /// The variable's name.
    public let variable: String
    public let type: TensorType
    public var name: String { "read" }
    public func infer(_ operands: [TensorType]) -> [TensorType] { [type] }
}

/// Work ready to run: a plain function with its context, in one or several independent pieces.
///
/// Pieces depend on the shapes alone, never on the number of threads, so the bits do not either.
public struct Kernel: @unchecked Sendable {
    // @unchecked Sendable: the context is written only while the kernel is made; what it points to belongs to the session.
    typealias Function = @convention(c) (_ context: UnsafeMutableRawPointer, _ piece: Int, _ scratch: UnsafeMutableRawPointer) -> Void
    let function: Function
    let context: UnsafeMutableRawPointer
    /// Keeps the context alive.
    let owner: AnyObject?
    public let pieces: Int
    /// Working memory that a running piece needs for itself.
    public let scratchBytes: Int
    /// Which implementation was chosen, for profiles.
    public let label: String

    init(
        pieces: Int = 1, scratchBytes: Int = 0, label: String, owner: AnyObject, context: UnsafeMutableRawPointer,
        function: @escaping Function
    ) {
        self.function = function
        self.context = context
        self.owner = owner
        self.pieces = pieces
        self.scratchBytes = scratchBytes
        self.label = label
    }

    /// A kernel from a closure over raw pointers.
    public init(
        pieces: Int = 1, scratchBytes: Int = 0, label: String = "portable",
        _ body: @escaping (_ piece: Int, _ scratch: UnsafeMutableRawPointer) -> Void
    ) {
        let box = Box(body)
        self.init(pieces: pieces, scratchBytes: scratchBytes, label: label, owner: box, context: Unmanaged.passUnretained(box).toOpaque()) {
            Unmanaged<Box>.fromOpaque($0)._withUnsafeGuaranteedRef { $0.body }($1, $2)
        }
    }

    /// A kernel that runs a plain function on a context of its own.
    init<Context>(
        pieces: Int = 1, scratchBytes: Int = 0, label: String, context: Context, owner: AnyObject? = nil, function: @escaping Function
    ) {
        let cell = Cell(context, owner)
        self.init(
            pieces: pieces, scratchBytes: scratchBytes, label: label, owner: cell, context: UnsafeMutableRawPointer(cell.pointer),
            function: function)
    }

    /// Nothing to do: the result is already where it belongs.
    public static let nothing = Kernel(pieces: 0, label: "none") { _, _ in }

    var isNothing: Bool { pieces == 0 }

    @inline(__always) func run(_ piece: Int, _ scratch: UnsafeMutableRawPointer) { function(context, piece, scratch) }

    private final class Box {
        let body: (Int, UnsafeMutableRawPointer) -> Void
        init(_ body: @escaping (Int, UnsafeMutableRawPointer) -> Void) { self.body = body }
    }

    private final class Cell<Context> {
        let pointer: UnsafeMutablePointer<Context>
        let owner: AnyObject?
        init(_ context: Context, _ owner: AnyObject?) {
            pointer = .allocate(capacity: 1)
            pointer.initialize(to: context)
            self.owner = owner
        }
        deinit {
            pointer.deinitialize(count: 1)
            pointer.deallocate()
        }
    }
}

/// Where an operand or a result of a kernel lies, and the type that this shard of the work sees.
public struct Place: @unchecked Sendable {
    // @unchecked Sendable: memory of the session that binds the kernel.
    public let pointer: UnsafeMutableRawPointer
    public let type: TensorType
    /// The values are known when the kernel is bound and never change.
    public let isConstant: Bool
    /// The packed form in which the values lie; nil for plain row-major order.
    let layout: PackedLayout?
    /// Partial sums that make up the value, and the bytes between them.
    var parts = 1
    var partStride = 0

    public var shape: Shape { type.shape }
    public var dtype: DType { type.dtype }
    public func pointer<T>(as type: T.Type) -> UnsafeMutablePointer<T> { pointer.assumingMemoryBound(to: type) }
    var floats: UnsafeMutablePointer<Float> { pointer(as: Float.self) }
}

/// What an operation gets to make its kernel from.
public struct Binder: Sendable {
    public let name: String
    public let operands: [Place]
    public let results: [Place]
    /// Number of the shard and of the first element of result 0 in the whole tensor.
    public let shard: Int
    public let elementOffset: Int
    public let native: Bool
    /// Whether anybody reads each result; what nobody reads need not be written.
    public let resultIsRead: [Bool]

    /// Pieces for work on so many elements: enough to occupy a large machine, none too small to be worth a hand-over.
    public static func pieces(_ elements: Int, each: Int = 1 << 16) -> Int { max(1, min(16, elements / each)) }

    /// The part of `count` that belongs to one piece, its bounds multiples of `grain`.
    public static func range(_ count: Int, _ piece: Int, of pieces: Int, grain: Int = 1) -> Range<Int> {
        let each = ((count + pieces - 1) / pieces + grain - 1) / grain * grain
        return min(count, piece * each)..<min(count, (piece + 1) * each)
    }

    func refuse(_ reason: String) -> EngineError { EngineError(name, reason, operands: operands.map(\.type)) }
}

// MARK: Portable kernels

/// Operands and results of a portable kernel in the type it computes in, converted at the border where they are stored
/// in another one.
struct Port<T: Compute>: @unchecked Sendable {
    // @unchecked Sendable: memory of the session, or a conversion buffer owned by the kernel.
    let pointer: UnsafeMutablePointer<T>
    let shape: Shape
    private let place: Place
    private let owned: Buffer?

    init(_ place: Place) {
        self.place = place
        shape = place.shape
        if place.dtype == T.dtype {
            owned = nil
            pointer = place.pointer(as: T.self)
        } else {
            let buffer = Buffer(bytes: place.shape.count * MemoryLayout<T>.stride)
            owned = buffer
            pointer = buffer.pointer.assumingMemoryBound(to: T.self)
        }
    }

    var count: Int { shape.count }
    func fetch() { if owned != nil { load(place.pointer, place.dtype, count: count, into: pointer) } }
    func flush() { if owned != nil { store(UnsafePointer(pointer), count: count, into: place.pointer, place.dtype) } }
    subscript(index: Int) -> T {
        get { pointer[index] }
        nonmutating set { pointer[index] = newValue }
    }
}

extension Binder {
    func read<T: Compute>(_ operand: Int, _: T.Type = T.self) -> Port<T> { Port(operands[operand]) }
    func write<T: Compute>(_ result: Int = 0, _: T.Type = T.self) -> Port<T> { Port(results[result]) }

    /// A kernel that fetches its operands, computes, and flushes its results.
    func portable<T: Compute>(_ inputs: [Port<T>], _ outputs: [Port<T>], indices: [Port<Int64>] = [], _ body: @escaping () -> Void)
        -> Kernel
    {
        Kernel { _, _ in
            for input in inputs { input.fetch() }
            for index in indices { index.fetch() }
            body()
            for output in outputs { output.flush() }
        }
    }
}

/// An operation whose portable kernel is one generic function.
protocol PortableOp: Op {
    func portable<T: Compute>(_ type: T.Type, _ binder: Binder) throws -> Kernel
}

extension PortableOp {
    /// The portable kernel in the type that these values compute in.
    func portable(_ dtype: DType, _ binder: Binder) throws -> Kernel {
        switch ComputeClass(dtype) {
        case .float: try portable(Float.self, binder)
        case .double: try portable(Double.self, binder)
        case .signed: try portable(Int64.self, binder)
        case .unsigned: try portable(UInt64.self, binder)
        }
    }
    public func bind(_ binder: Binder) throws -> Kernel { try portable(binder.operands[0].dtype, binder) }
}

import COneDNN

/// A program bound to memory and threads. Not `Sendable`: one owner runs it at a time.
///
/// A run allocates nothing: kernels, their working memory and all values were placed when the session was made.
public final class Session {
    /// What it runs.
    public let program: Program
    /// Threads that the session may use; results do not depend on it.
    public let threads: Int
    private let pool: Pool
    private let shared: Buffer
    private let shardMemory: [Buffer]
    private let constants: Buffer
    private let inputMemory: [Buffer]
    private let scratch: [Buffer]
    private let bound: [Bound]
    private let schedule: Schedule
    private let outputPointers: [UnsafeMutableRawPointer]
    private let hasUpdates: Bool

    /// The kernels of one step: one for each shard of a split step, else one.
    struct Bound {
        let step: Int
        let kernels: [Kernel]
    }

    /// Gives a program memory and binds its kernels.
    ///
    /// - Parameter program: may have other sessions as well; they share its variables.
    /// - Parameter threads: at most so many threads; nil for `MILLRACE_THREADS` or one for each processor.
    public init(_ program: Program, threads: Int? = nil) throws {
        let plan = program.plan
        self.program = program
        self.threads = max(1, threads ?? Pool.preferredThreads)
        hasUpdates = !plan.updated.isEmpty
        pool = Pool.shared(self.threads)
        mk_dnn_single_thread()
        shared = Buffer(bytes: plan.sharedBytes)
        constants = Buffer(bytes: plan.constantBytes)
        shardMemory = (0..<plan.shards).map { _ in Buffer(bytes: plan.shardBytes) }
        inputMemory = plan.inputs.map { Buffer(bytes: plan.values[$0].bytes) }
        let memory = Memory(plan: plan, shared: shared, constants: constants, shards: shardMemory, inputs: inputMemory)
        var bound: [Bound] = []
        var workspace: Buffer?
        // Constant steps run while binding, so that kernels bound later may read their constant operands.
        for number in plan.steps.indices {
            let step = plan.steps[number]
            let kernels = try (0..<(step.isSplit ? plan.shards : 1)).map {
                try Binding.kernel(step, shard: $0, memory: memory, native: program.options.kernels == .native)
            }
            if step.isConstant {
                for kernel in kernels {
                    if workspace == nil || workspace!.bytes < kernel.scratchBytes { workspace = Buffer(bytes: kernel.scratchBytes) }
                    for piece in 0..<kernel.pieces { kernel.run(piece, workspace!.pointer) }
                }
            } else {
                bound.append(Bound(step: number, kernels: kernels))
            }
        }
        self.bound = bound
        let most = bound.flatMap(\.kernels).map(\.scratchBytes).max() ?? 0
        scratch = (0..<self.threads).map { _ in Buffer(bytes: most + 64) }
        schedule = Schedule(plan: plan, bound: bound, scratch: scratch.map(\.pointer))
        outputPointers = plan.outputs.map { memory.pointer($0, shard: 0) }
    }

    /// The memory of inputs, values and kernels, in bytes; variables are not part of it.
    public var bytes: Int { ([shared, constants] + shardMemory + inputMemory + scratch).reduce(0) { $0 + $1.bytes } }

    // MARK: Running

    /// Runs the program on these inputs.
    public func run(_ inputs: [Tensor]) -> [Tensor] {
        load(inputs)
        run()
        return zip(program.outputs, outputPointers).map { type, pointer in
            let buffer = Buffer(bytes: type.bytes)
            buffer.pointer.copyMemory(from: pointer, byteCount: type.bytes)
            return Tensor(type, buffer)
        }
    }

    /// Copies inputs into the session's memory.
    func load(_ inputs: [Tensor]) {
        demand(
            inputs.map(\.type) == program.inputs,
            "\(EngineError("run", "the program takes \(program.inputs)", operands: inputs.map(\.type)))")
        for (memory, input) in zip(inputMemory, inputs) {
            let values = input.evaluated()
            memory.pointer.copyMemory(from: values.pointer, byteCount: input.type.bytes)
        }
    }

    /// Runs a program of one f32 input and one f32 output without making tensors.
    @inline(__always)
    public func run(_ input: Span<Float>, into output: inout MutableSpan<Float>) {
        demand(
            inputMemory.count == 1 && input.count * 4 == inputMemory[0].bytes && output.count * 4 == program.outputs[0].bytes,
            "run: sizes differ from the program's")
        input.withUnsafeBytes { inputMemory[0].pointer.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        run()
        output.withUnsafeMutableBytes { $0.baseAddress!.copyMemory(from: outputPointers[0], byteCount: $0.count) }
    }

    /// The memory of an input, to be filled in place before `run()`.
    public func withInput<R>(_ index: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeMutableRawBufferPointer(start: inputMemory[index].pointer, count: program.inputs[index].bytes))
    }

    /// The memory of an output; valid until the next run.
    public func withOutput<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(start: outputPointers[index], count: program.outputs[index].bytes))
    }

    /// Runs the program on the inputs that lie in its memory.
    public func run() {
        schedule.run(pool)
        if hasUpdates { for variable in program.plan.updated { variable.written() } }
    }

    // MARK: Looking inside

    /// Runs step by step on this thread; `after` sees each step, its place in the plan, and its kernels.
    func trace(_ after: (Plan.Step, Bound, _ nanoseconds: UInt64) throws -> Void) rethrows {
        for item in bound {
            let start = nanoseconds()
            for kernel in item.kernels { for piece in 0..<kernel.pieces { kernel.run(piece, scratch[0].pointer) } }
            try after(program.plan.steps[item.step], item, nanoseconds() - start)
        }
        for variable in program.plan.updated { variable.written() }
    }

    var memory: Memory { Memory(plan: program.plan, shared: shared, constants: constants, shards: shardMemory, inputs: inputMemory) }
}

/// Where the values of a plan lie in the memory of a session.
struct Memory {
    let plan: Plan
    let shared: Buffer
    let constants: Buffer
    let shards: [Buffer]
    let inputs: [Buffer]

    /// The first byte of a value; for one that lies in the shards' arenas, of that shard's slice.
    func pointer(_ value: Int, shard: Int) -> UnsafeMutableRawPointer {
        let root = plan.root(value)
        let place = plan.values[root]
        switch place.source {
        case .input(let index): return inputs[index].pointer
        case .constant(let buffer): return buffer.pointer
        case .variable(let variable): return variable.buffer.pointer
        case .made where place.isConstant: return constants.pointer + place.offset
        case .made(shared: true): return shared.pointer + place.offset
        case .made(shared: false): return shards[shard].pointer + place.offset
        }
    }

    /// What a kernel of one shard sees of an operand.
    func place(_ operand: Plan.Operand, shard: Int) -> Place {
        var start = pointer(operand.value, shard: shard)
        switch operand.part {
        case .slice where plan.isShared(operand.value): start += shard * operand.type.bytes
        case .sum: start += shard * ((operand.type.bytes + 63) & ~63)
        default: break
        }
        var place = Place(
            pointer: start, type: operand.type, isConstant: plan.values[plan.root(operand.value)].isConstant, layout: operand.layout)
        if operand.part == .sum {
            place.parts = plan.shards
            place.partStride = (operand.type.bytes + 63) & ~63
        }
        return place
    }
}

/// Makes the kernels of steps.
enum Binding {
    static func kernel(_ step: Plan.Step, shard: Int, memory: Memory, native: Bool) throws -> Kernel {
        let operands = step.operands.map { memory.place($0, shard: shard) }
        let results = step.results.map { memory.place($0, shard: shard) }
        switch step.work {
        case .node(let node):
            let offset = step.isSplit ? shard * (results.first?.shape.count ?? 0) : 0
            let binder = Binder(
                name: node.op.name, operands: operands, results: results, shard: shard, elementOffset: offset, native: native,
                resultIsRead: step.resultIsRead)
            return try Scope.$path.withValue(node.path) { try node.op.bind(binder) }
        case .group(let group):
            let offset = step.isSplit ? shard * results[0].shape.count : 0
            let binder = Binder(
                name: step.label, operands: operands, results: results, shard: shard, elementOffset: offset, native: native,
                resultIsRead: step.resultIsRead)
            return group.program.kernel(binder, result: results[0], operands: operands)
        case .combine: return combine(operands[0], results[0], shards: memory.plan.shards)
        case .pack(let layout): return try layout.pack(operands[0], results[0].pointer)
        case .commit: return copy(operands[0].pointer, results[0].pointer, results[0].type.bytes)
        }
    }

    static func copy(_ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer, _ bytes: Int) -> Kernel {
        let pieces = Binder.pieces(bytes, each: 1 << 18)
        return Kernel(pieces: pieces, label: "copy") { piece, _ in
            let range = Binder.range(bytes, piece, of: pieces, grain: 64)
            (target + range.lowerBound).copyMemory(from: source + range.lowerBound, byteCount: range.count)
        }
    }
}

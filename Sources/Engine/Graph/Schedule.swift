/// The calls of a session as flat arrays of plain structs.
final class Schedule {
    struct Call {
        let function: Kernel.Function
        let context: UnsafeMutableRawPointer
        let piece: Int
    }
    /// Calls that run one after the other on one thread.
    struct Task {
        let first: Int
        let count: Int
    }
    private struct Context {
        var calls: UnsafeMutablePointer<Call>
        var tasks: UnsafeMutablePointer<Task>
        var scratch: UnsafeMutablePointer<UnsafeMutableRawPointer>
    }
    private let calls: UnsafeMutableBufferPointer<Call>
    private let tasks: UnsafeMutableBufferPointer<Task>
    private let phases: UnsafeMutableBufferPointer<Pool.Phase>
    private let scratch: UnsafeMutableBufferPointer<UnsafeMutableRawPointer>
    private let context: UnsafeMutablePointer<Context>

    /// Below so many bytes touched a phase is not worth waking another thread.
    static let smallPhase = 1 << 16

    init(plan: Plan, bound: [Session.Bound], scratch lanes: [UnsafeMutableRawPointer]) {
        var calls: [Call] = []
        var tasks: [Task] = []
        var phases: [Pool.Phase] = []
        let byStep = Dictionary(uniqueKeysWithValues: bound.map { ($0.step, $0) })
        func append(_ kernel: Kernel, pieces: Range<Int>) {
            for piece in pieces { calls.append(Call(function: kernel.function, context: kernel.context, piece: piece)) }
        }
        func task(_ body: () -> Void) {
            let first = calls.count
            body()
            if calls.count > first { tasks.append(Task(first: first, count: calls.count - first)) }
        }
        for range in plan.phases {
            let members = range.compactMap { byStep[$0] }.filter { $0.kernels.contains { !$0.isNothing } }
            if members.isEmpty { continue }
            let first = tasks.count
            let work = members.reduce(0) { $0 + plan.steps[$1.step].work(plan) }
            if work < Self.smallPhase {
                task { for member in members { for kernel in member.kernels { append(kernel, pieces: 0..<kernel.pieces) } } }
            } else if plan.steps[range.lowerBound].isSplit {
                for shard in 0..<plan.shards {
                    task { for member in members { append(member.kernels[shard], pieces: 0..<member.kernels[shard].pieces) } }
                }
            } else {
                // Steps too small for a task of their own are gathered.
                var small: [Kernel] = [], gathered = 0
                func flush() {
                    task { for kernel in small { append(kernel, pieces: 0..<kernel.pieces) } }
                    (small, gathered) = ([], 0)
                }
                for member in members {
                    let kernel = member.kernels[0], cost = plan.steps[member.step].work(plan)
                    if kernel.pieces == 1 && cost < Self.smallPhase {
                        small.append(kernel)
                        gathered += cost
                        if gathered >= Self.smallPhase { flush() }
                    } else {
                        for piece in 0..<kernel.pieces { task { append(kernel, pieces: piece..<piece + 1) } }
                    }
                }
                flush()
            }
            // Two phases of one task each need no barrier between them.
            if tasks.count == first + 1, let last = phases.last, last.count == 1 {
                let joined = tasks.removeLast()
                tasks[last.first] = Task(first: tasks[last.first].first, count: tasks[last.first].count + joined.count)
            } else if tasks.count > first {
                phases.append(Pool.Phase(first: first, count: tasks.count - first))
            }
        }
        func keep<T>(_ items: [T]) -> UnsafeMutableBufferPointer<T> {
            let memory = UnsafeMutableBufferPointer<T>.allocate(capacity: items.count)
            _ = memory.initialize(from: items)
            return memory
        }
        self.calls = keep(calls)
        self.tasks = keep(tasks)
        self.phases = keep(phases)
        scratch = keep(lanes)
        context = .allocate(capacity: 1)
        context.initialize(to: Context(calls: self.calls.baseAddress!, tasks: self.tasks.baseAddress!, scratch: scratch.baseAddress!))
    }

    deinit {
        calls.deallocate()
        tasks.deallocate()
        phases.deallocate()
        scratch.deallocate()
        context.deallocate()
    }

    var phaseCount: Int { phases.count }

    @inline(__always) private static func run(_ context: UnsafeMutablePointer<Context>, _ task: Int, _ lane: Int) {
        let chain = context.pointee.tasks[task]
        let scratch = context.pointee.scratch[lane]
        var call = context.pointee.calls + chain.first
        for _ in 0..<chain.count {
            call.pointee.function(call.pointee.context, call.pointee.piece, scratch)
            call += 1
        }
    }

    func run(_ pool: Pool) {
        pool.run(UnsafeBufferPointer(phases), UnsafeMutableRawPointer(context)) { context, task, lane in
            Schedule.run(context.assumingMemoryBound(to: Context.self), task, lane)
        }
    }
}

extension Plan.Step {
    /// A measure of the work in bytes: what is touched, and arithmetic beyond that.
    func work(_ plan: Plan) -> Int {
        var bytes = 0
        for operand in operands + results { bytes += operand.type.bytes }
        if case .node(let node) = work { bytes = max(bytes, node.op.work(operands.map(\.type), results.map(\.type)) / 8) }
        return isSplit ? bytes * plan.shards : bytes
    }
}

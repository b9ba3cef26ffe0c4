#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CKernels
import COneDNN
import Synchronization

/// Parked threads that work through the phases of a job together with the caller.
///
/// The tasks of a phase do not depend on each other and are taken one by one, so a thread that loses its core to another process delays
/// no more than the task it holds. Whoever finishes the last task of a phase opens the next: there is no barrier at which all have to
/// arrive, and no lock on the way. Waiting threads spin for some microseconds, then sleep.
package final class Pool: @unchecked Sendable {
    // @unchecked Sendable: `job` and `placement` belong to whoever holds `busy`, or whom the counters let in; the rest is constant or atomic.
    let threads: Int

    package typealias Body = @convention(c) (_ context: UnsafeMutableRawPointer, _ task: Int, _ lane: Int) -> Void

    /// Tasks `first ..< first + count`, which do not depend on each other.
    package struct Phase {
        let first: Int
        let count: Int
    }

    private struct Job {
        var phases: UnsafePointer<Phase>
        /// Behind the last of `phases`.
        var end: UnsafePointer<Phase>
        let context: UnsafeMutableRawPointer
        let body: Body
    }

    private var job: Job?
    private let ticket = UnsafeMutablePointer<Atomic<UInt64>>.alone(Atomic(0))
    /// Tasks of the open phase that are not done.
    private let left = UnsafeMutablePointer<Atomic<Int>>.alone(Atomic(0))
    private let busy = UnsafeMutablePointer<Atomic<Bool>>.alone(Atomic(false))
    private let sleeping = Sleeping()
    private var handles: [pthread_t] = []
    private var placement: Placement?

    init(threads: Int) {
        self.threads = max(1, threads)
        for lane in 1..<max(1, threads) {
            let start = Unmanaged.passRetained(Start(pool: self, lane: lane)).toOpaque()
            #if canImport(Darwin)
            var handle: pthread_t?
            pthread_create(
                &handle, nil,
                {
                    Start.run($0); return nil
                }, start)
            if let handle { handles.append(handle) }
            #else
            var handle = pthread_t()
            pthread_create(
                &handle, nil,
                {
                    Start.run($0!); return nil
                }, start)
            handles.append(handle)
            #endif
        }
        placement = Placement(threads: self.threads)
        placement?.keep(handles)
    }

    private final class Start {
        unowned(unsafe) let pool: Pool
        let lane: Int
        init(pool: Pool, lane: Int) { self.pool = pool; self.lane = lane }
        static func run(_ raw: UnsafeMutableRawPointer) {
            let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
            mk_dnn_single_thread()
            start.pool.serve(start.lane)
        }
    }

    deinit {
        sleeping.close()
        for handle in handles { pthread_join(handle, nil) }
        ticket.deallocate()
        left.deallocate()
        busy.deallocate()
    }

    // MARK: The caller

    /// Runs `body` for the tasks `0 ..< count`; returns when all are done.
    package func run(_ count: Int, _ context: UnsafeMutableRawPointer, _ body: @escaping Body) {
        withUnsafePointer(to: Phase(first: 0, count: count)) { run(UnsafeBufferPointer(start: $0, count: 1), context, body) }
    }

    /// Runs `body` for the tasks of one phase after the other; returns when all are done.
    ///
    /// While another caller has the threads, this one works alone rather than wait.
    package func run(_ phases: UnsafeBufferPointer<Phase>, _ context: UnsafeMutableRawPointer, _ body: @escaping Body) {
        guard var next = phases.baseAddress else { return }
        let end = next + phases.count
        while next < end {
            let phase = next.pointee
            if threads > 1, phase.count > 1, phase.count <= Ticket.most,
                busy.pointee.compareExchange(
                    expected: false, desired: true, ordering: .acquiring
                ).exchanged
            {
                placement?.follow(handles)
                job = Job(phases: next, end: end, context: context, body: body)
                open(phase)
                serve(0)
                next = job!.phases
                busy.pointee.store(false, ordering: .releasing)
            } else {
                for task in phase.first..<phase.first + phase.count { body(context, task, 0) }
                next += 1
            }
        }
    }

    // MARK: Tasks

    private static let spins = 30_000

    /// Takes tasks until the job is finished (the caller, lane 0) or the pool is closed (the others).
    private func serve(_ lane: Int) {
        var spins = 0
        while true {
            let seen = Ticket(ticket.pointee.load(ordering: .acquiring))
            if seen.isFinished && lane == 0 { return }
            if !seen.isEmpty {
                // Every other lane takes from the back, so that two lanes find their own halves in their caches, phase after phase.
                let (task, rest) = lane & 1 == 0 ? seen.takingFirst() : seen.takingLast()
                guard
                    ticket.pointee.weakCompareExchange(expected: seen.bits, desired: rest.bits, ordering: .acquiringAndReleasing).exchanged
                else { continue }
                // A task that is not done keeps its phase open: until then `job` is constant.
                job!.body(job!.context, job!.phases.pointee.first + task, lane)
                if left.pointee.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { advance(lane) }
                spins = 0
                continue
            }
            spins += 1
            if spins < Self.spins { mk_pause(); continue }
            spins = 0
            let isOpen = sleeping.wait {
                let seen = Ticket(ticket.pointee.load(ordering: .sequentiallyConsistent))
                return !seen.isEmpty || seen.isFinished && lane == 0
            }
            if !isOpen { return }
        }
    }

    /// Opens the next phase that more than one thread can work on; called by the one thread that finished the last task of a phase.
    private func advance(_ lane: Int) {
        job!.phases += 1
        while job!.phases < job!.end {
            let phase = job!.phases.pointee
            if phase.count > Ticket.most { break }
            if phase.count > 1 { return open(phase) }
            job!.body(job!.context, phase.first, lane)
            job!.phases += 1
        }
        ticket.pointee.store(Ticket(ticket.pointee.load(ordering: .relaxed)).finished.bits, ordering: .sequentiallyConsistent)
        sleeping.wake()
    }

    private func open(_ phase: Phase) {
        left.pointee.store(phase.count, ordering: .relaxed)
        ticket.pointee.store(
            Ticket(ticket.pointee.load(ordering: .relaxed)).followed(by: phase.count).bits, ordering: .sequentiallyConsistent)
        sleeping.wake()
    }
}

extension Pool {
    /// Which tasks of the open phase nobody has taken: a number for each of them.
    ///
    /// Phases are numbered too: a thread that looked at the ticket of an earlier phase cannot take a task of a later one with it.
    private struct Ticket {
        /// First task (20 bits), the one behind the last (20 bits), number of the phase (23 bits), whether the job is finished (1 bit).
        let bits: UInt64

        static let most = 1 << 20 - 1

        init(_ bits: UInt64) { self.bits = bits }

        private var first: Int { Int(bits & 0xf_ffff) }
        private var end: Int { Int(bits >> 20 & 0xf_ffff) }
        var isEmpty: Bool { first == end }
        var isFinished: Bool { bits >> 63 != 0 }
        var finished: Ticket { Ticket(bits | 1 << 63) }

        func takingFirst() -> (task: Int, rest: Ticket) { (first, Ticket(bits + 1)) }
        func takingLast() -> (task: Int, rest: Ticket) { (end - 1, Ticket(bits - 1 << 20)) }
        func followed(by count: Int) -> Ticket { Ticket(((bits >> 40 + 1) & 0x7f_ffff) << 40 | UInt64(count) << 20) }
    }
}

extension UnsafeMutablePointer where Pointee: ~Copyable {
    /// A value on cache lines that hold nothing else.
    fileprivate static func alone(_ value: consuming Pointee) -> Self {
        let place = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128).bindMemory(to: Pointee.self, capacity: 1)
        place.initialize(to: value)
        return place
    }
}

extension Pool {
    /// Threads that the environment variable `MILLRACE_THREADS` asks for, else one for each processor.
    package static let preferredThreads: Int = {
        if let text = getenv("MILLRACE_THREADS"), let wanted = Int(String(cString: text)), wanted > 0 { return min(wanted, 256) }
        return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }()

    private static let pools = Guarded<[Int: Pool]>([:])

    /// The shared pool of that many threads: sessions of one process use it by turns rather than crowd the cores.
    package static func shared(_ threads: Int) -> Pool {
        pools.withLock { pools in
            if let pool = pools[threads] { return pool }
            let pool = Pool(threads: threads)
            pools[threads] = pool
            return pool
        }
    }
}

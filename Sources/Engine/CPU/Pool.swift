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

/// Parked threads that work on numbered tasks together with the caller.
///
/// Tasks are taken one by one from a counter, so a thread that loses its core to another process delays no more than
/// the task it holds. Waiting threads spin for some microseconds, then sleep.
package final class Pool: @unchecked Sendable {
    // @unchecked Sendable: the fields below are guarded by `mutex`, or atomic.
    let threads: Int
    private var mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let busy = Guarded(())
    private let round = Atomic<UInt64>(0)
    /// Round in the upper half, next task in the lower: a thread that comes late to a round cannot take a task of the next.
    private let ticket = Atomic<UInt64>(0)
    private let running = Atomic<Int>(0)
    private var sleepers = 0
    private var waiting = false
    private var closed = false
    private var job = Job(count: 0, body: nil, context: nil)
    private var handles: [pthread_t] = []
    /// Touched under `busy` only.
    private var placement: Placement?

    package typealias Body = @convention(c) (_ context: UnsafeMutableRawPointer, _ task: Int, _ lane: Int) -> Void
    private struct Job {
        var count: Int
        var body: Body?
        var context: UnsafeMutableRawPointer?
    }

    init(threads: Int) {
        self.threads = max(1, threads)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        pthread_cond_init(done, nil)
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
        pthread_mutex_lock(mutex)
        closed = true
        round.add(1, ordering: .releasing)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
        for handle in handles { pthread_join(handle, nil) }
        mutex.deallocate()
        wake.deallocate()
        done.deallocate()
    }

    /// Runs `body` for the tasks `0 ..< count`; returns when all are done.
    package func run(_ count: Int, _ context: UnsafeMutableRawPointer, _ body: @escaping Body) {
        if threads == 1 || count == 1 {
            for task in 0..<count { body(context, task, 0) }
            return
        }
        busy.withLock { _ in
            placement?.follow(handles)
            pthread_mutex_lock(mutex)
            let job = Job(count: count, body: body, context: context)
            self.job = job
            let number = round.load(ordering: .relaxed) &+ 1
            ticket.store(number << 32, ordering: .releasing)
            round.store(number, ordering: .releasing)
            if sleepers > 0 { pthread_cond_broadcast(wake) }
            pthread_mutex_unlock(mutex)
            work(number, job, 0)
            var spins = 0
            while running.load(ordering: .acquiring) > 0 {
                spins += 1
                if spins < Self.spins { pause(); continue }
                pthread_mutex_lock(mutex)
                waiting = true
                while running.load(ordering: .acquiring) > 0 { pthread_cond_wait(done, mutex) }
                waiting = false
                pthread_mutex_unlock(mutex)
            }
        }
    }

    private static let spins = 30_000

    @inline(__always) private func work(_ number: UInt64, _ job: Job, _ lane: Int) {
        while true {
            // Counted as running before the ticket is taken: the caller sees either the ticket untaken or this thread at work.
            running.add(1, ordering: .acquiringAndReleasing)
            let next = take(number, job.count)
            if let next { job.body!(job.context!, next, lane) }
            let left = running.subtract(1, ordering: .acquiringAndReleasing).newValue
            if left == 0 && lane > 0 {
                pthread_mutex_lock(mutex)
                if waiting { pthread_cond_signal(done) }
                pthread_mutex_unlock(mutex)
            }
            if next == nil { return }
        }
    }

    @inline(__always) private func take(_ number: UInt64, _ count: Int) -> Int? {
        var seen = ticket.load(ordering: .acquiring)
        while true {
            let next = Int(seen & 0xffff_ffff)
            guard seen >> 32 == number & 0xffff_ffff, next < count else { return nil }
            let (exchanged, original) = ticket.weakCompareExchange(expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
            if exchanged { return next }
            seen = original
        }
    }

    private func serve(_ lane: Int) {
        var seen: UInt64 = 0
        while true {
            var spins = 0
            while round.load(ordering: .acquiring) == seen && spins < Self.spins { spins += 1; pause() }
            pthread_mutex_lock(mutex)
            while round.load(ordering: .acquiring) == seen {
                sleepers += 1
                pthread_cond_wait(wake, mutex)
                sleepers -= 1
            }
            let (number, job, end) = (round.load(ordering: .acquiring), self.job, closed)
            pthread_mutex_unlock(mutex)
            if end { return }
            seen = number
            work(number, job, lane)
        }
    }

    @inline(__always) private func pause() { mk_pause() }
}

extension Pool {
    /// Threads that the environment variable `MILLRACE_THREADS` asks for, else one for each processor.
    package static let preferredThreads: Int = {
        if let text = getenv("MILLRACE_THREADS"), let wanted = Int(String(cString: text)), wanted > 0 { return min(wanted, 256) }
        return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }()

    private static let pools = Guarded<[Int: Pool]>([:])

    /// The shared pool of that many threads: sessions of one process take turns rather than crowd the cores.
    package static func shared(_ threads: Int) -> Pool {
        pools.withLock { pools in
            if let pool = pools[threads] { return pool }
            let pool = Pool(threads: threads)
            pools[threads] = pool
            return pool
        }
    }
}

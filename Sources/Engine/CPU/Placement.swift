#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CKernels

/// Keeps the threads of a pool on processors of their own where the pool has as many as the process may use.
///
/// Left alone, a thread that wakes often shares the processor of the one that woke it for many milliseconds while another
/// processor is idle: work of some microseconds then gains nothing from a second thread. The caller of the pool is not
/// kept anywhere; where it has moved onto a worker's processor, that worker takes the one it left.
struct Placement {
    /// The caller's processor, then those of the workers.
    private var processors: [Int32]

    /// Nil where there is nothing to keep apart: one thread, processors to spare, or a system that does not tell.
    init?(threads: Int) {
        var allowed = [Int32](repeating: 0, count: 256)
        let count = Int(mk_allowed_processors(&allowed, Int32(allowed.count)))
        let here = mk_current_processor()
        guard threads > 1, count == threads, count <= allowed.count else { return nil }
        processors = Array(allowed.prefix(count))
        guard let place = processors.firstIndex(of: here) else { return nil }
        processors.swapAt(0, place)
    }

    func keep(_ workers: [pthread_t]) {
        for (place, worker) in workers.enumerated() { keep(worker, on: processors[place + 1]) }
    }

    /// Makes room for the caller.
    @inline(__always)
    mutating func follow(_ workers: [pthread_t]) {
        let here = mk_current_processor()
        if here == processors[0] { return }
        guard let place = processors.firstIndex(of: here) else { return }
        processors.swapAt(0, place)
        keep(workers[place - 1], on: processors[place])
    }

    private func keep(_ worker: pthread_t, on processor: Int32) {
        #if canImport(Darwin)
        _ = mk_keep_on_processor(UInt(bitPattern: worker), processor)
        #else
        _ = mk_keep_on_processor(UInt(worker), processor)
        #endif
    }
}

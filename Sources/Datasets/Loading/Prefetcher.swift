import Learning

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Threads that make numbered batches ahead of a consumer that takes them in order.
///
/// The threads hold only `Queue`; when the consumer drops this object they are told to stop and are joined.
final class Prefetcher: BatchIterator {
    private let queue: Queue
    private var handles: [pthread_t] = []

    /// Processors that this machine has.
    static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// - Parameter make: the batch of a number; nil ends the epoch. Called by the threads.
    init(threads: Int, ahead: Int, first: Int, count: Int, _ make: @escaping @Sendable (Int) throws -> Batch?) {
        queue = Queue(ahead: max(1, ahead), first: first, count: count, make)
        for _ in 0..<min(threads, max(1, count - first)) {
            let context = Unmanaged.passRetained(queue)
            #if canImport(Darwin)
            var handle: pthread_t?
            let status = pthread_create(
                &handle, nil,
                {
                    Unmanaged<Queue>.fromOpaque($0).takeRetainedValue().work(); return nil
                }, context.toOpaque())
            if status == 0, let handle { handles.append(handle) } else { context.release() }
            #else
            var handle = pthread_t()
            let status = pthread_create(
                &handle, nil,
                {
                    Unmanaged<Queue>.fromOpaque($0!).takeRetainedValue().work(); return nil
                }, context.toOpaque())
            if status == 0 { handles.append(handle) } else { context.release() }
            #endif
        }
    }

    func next() throws -> Batch? {
        // Where the system gives no thread, the batches are made here.
        if handles.isEmpty { return try queue.makeNext() }
        return try queue.take()
    }

    deinit {
        queue.close()
        for handle in handles { pthread_join(handle, nil) }
    }
}

/// What the threads of a `Prefetcher` and its consumer share.
///
/// `@unchecked Sendable`: every field that changes is read and written under `mutex`.
private final class Queue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// There is room for another batch.
    private let room = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// The batch that the consumer waits for is there.
    private let ready = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let make: @Sendable (Int) throws -> Batch?
    private let end: Int
    /// The batch of number n lies at n modulo the number of places.
    private var places: [Result<Batch?, any Error>?]
    private var claimed: Int
    private var taken: Int
    private var closed = false

    init(ahead: Int, first: Int, count: Int, _ make: @escaping @Sendable (Int) throws -> Batch?) {
        self.make = make
        end = count
        places = Array(repeating: nil, count: ahead)
        claimed = first
        taken = first
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(room, nil)
        pthread_cond_init(ready, nil)
    }

    deinit {
        pthread_cond_destroy(ready)
        pthread_cond_destroy(room)
        pthread_mutex_destroy(mutex)
        ready.deallocate()
        room.deallocate()
        mutex.deallocate()
    }

    /// A thread's life.
    func work() {
        while let number = claim() {
            let result = Result { try make(number) }
            pthread_mutex_lock(mutex)
            places[number % places.count] = result
            if number == taken { pthread_cond_signal(ready) }
            pthread_mutex_unlock(mutex)
        }
    }

    private func claim() -> Int? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !closed && claimed < end && claimed - taken >= places.count { pthread_cond_wait(room, mutex) }
        guard !closed, claimed < end else { return nil }
        claimed += 1
        return claimed - 1
    }

    func take() throws -> Batch? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !closed, taken < end else { return nil }
        let place = taken % places.count
        while places[place] == nil { pthread_cond_wait(ready, mutex) }
        let result = places[place]!
        places[place] = nil
        taken += 1
        switch result {
        case .success(.some(let batch)):
            pthread_cond_signal(room)
            return batch
        case .success(.none):
            stop()
            return nil
        case .failure(let error):
            stop()
            throw error
        }
    }

    /// The next batch on the caller's own thread.
    func makeNext() throws -> Batch? {
        guard !closed, taken < end else { return nil }
        taken += 1
        return try make(taken - 1)
    }

    func close() {
        pthread_mutex_lock(mutex)
        stop()
        pthread_mutex_unlock(mutex)
    }

    /// Under the lock.
    private func stop() {
        closed = true
        for place in places.indices { places[place] = nil }
        pthread_cond_broadcast(room)
    }
}

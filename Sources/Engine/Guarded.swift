#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A value that one thread at a time may touch.
///
/// Not `Synchronization.Mutex`: its waiting lies in a library that the thread sanitizer does not watch, so that it reports
/// races where threads had to wait for each other.
struct Guarded<Value>: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: the value is reached under the lock alone.
    private let storage: ManagedBuffer<pthread_mutex_t, Value>

    init(_ value: sending Value) {
        storage = Storage.create(minimumCapacity: 1) { _ in pthread_mutex_t() }
        storage.withUnsafeMutablePointers { mutex, place in
            pthread_mutex_init(mutex, nil)
            place.initialize(to: value)
        }
    }

    func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
        try storage.withUnsafeMutablePointers { mutex, place in
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            return try body(&place.pointee)
        }
    }

    private final class Storage: ManagedBuffer<pthread_mutex_t, Value> {
        deinit {
            withUnsafeMutablePointers { mutex, place in
                _ = place.deinitialize(count: 1)
                pthread_mutex_destroy(mutex)
            }
        }
    }
}

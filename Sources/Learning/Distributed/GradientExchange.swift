internal import Engine

/// The gradients of one program on their way to the other processes and back, in buckets.
///
/// Buckets travel one after the other in the order of their numbers, which is the same in every process, whatever the order in which
/// the program's threads hand them over. After the last has been taken out the exchange is ready for the next run.
final class GradientExchange: @unchecked Sendable {
    // @unchecked Sendable: a bucket's memory belongs to the program until it is handed over, then to the group's thread, and after it
    // has come back to the program again; `progress` is locked.

    /// Some tensors in one block of memory.
    struct Bucket {
        let types: [TensorType]
        let memory: UnsafeMutableBufferPointer<Float>
    }

    let buckets: [Bucket]
    private let group: ProcessGroup
    private let samples: Int
    private let progress: Waiting<Progress>
    private let stopRequested: @Sendable () -> Bool
    private let done: @Sendable (Result<ReducedStep, LearningError>) -> Void

    private struct Progress {
        var isReady: [Bool]
        /// The bucket that is sent next.
        var next = 0
        var arrived = 0
        var taken = 0
        var failure: LearningError?
    }

    /// - Parameter types: of the tensors in each bucket.
    /// - Parameter samples: of this process's share of the batch.
    /// - Parameter stopRequested: whether this process asks all to stop.
    /// - Parameter done: called when the last bucket was taken out.
    init(
        _ group: ProcessGroup, _ types: [[TensorType]], samples: Int, stopRequested: @escaping @Sendable () -> Bool,
        done: @escaping @Sendable (Result<ReducedStep, LearningError>) -> Void
    ) {
        self.group = group
        self.samples = samples
        self.stopRequested = stopRequested
        self.done = done
        buckets = types.enumerated().map { number, types in
            // The first bucket also carries the samples and the wish to stop.
            let count = types.reduce(0) { $0 + $1.shape.count } + (number == 0 ? 2 : 0)
            let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
            memory.initialize(repeating: 0)
            return Bucket(types: types, memory: memory)
        }
        progress = Waiting(Progress(isReady: [Bool](repeating: false, count: types.count)))
    }

    deinit { for bucket in buckets { bucket.memory.deallocate() } }

    /// Puts a bucket's tensors, times the samples that they are means of, on their way.
    func handOver(_ number: Int, _ values: [UnsafePointer<Float>]) {
        let bucket = buckets[number], weight = Float(samples)
        var target = bucket.memory.baseAddress!
        for (type, source) in zip(bucket.types, values) {
            let count = type.shape.count
            for place in 0..<count { target[place] = source[place] * weight }
            target += count
        }
        if number == 0 {
            target[0] = weight
            target[1] = stopRequested() ? 1 : 0
        }
        progress.update { progress in
            progress.isReady[number] = true
            while progress.next < buckets.count, progress.isReady[progress.next] {
                group.startSum(buckets[progress.next].memory) { [self] problem in
                    self.progress.update { progress in
                        progress.arrived += 1
                        if let problem { progress.failure = problem }
                    }
                }
                progress.next += 1
            }
        }
    }

    /// Waits for a bucket, and makes means of the sums over all processes. Zeros where another process was not reached.
    func take(_ number: Int, into targets: [UnsafeMutablePointer<Float>]) {
        let failure: LearningError? = progress.wait { progress in
            // Also after a failure nothing may write into the bucket any more when it is used again.
            number < progress.arrived ? .some(progress.failure) : nil
        }
        let bucket = buckets[number], first = buckets[0].memory
        let share = failure == nil ? 1 / first[first.count - 2] : 0
        var source = UnsafePointer(bucket.memory.baseAddress!)
        for (type, target) in zip(bucket.types, targets) {
            let count = type.shape.count
            if failure == nil {
                for place in 0..<count { target[place] = source[place] * share }
            } else {
                target.update(repeating: 0, count: count)
            }
            source += count
        }
        let result: Result<ReducedStep, LearningError> =
            failure.map { .failure($0) } ?? .success(ReducedStep(samples: Int(first[first.count - 2]), stops: first[first.count - 1] > 0))
        let isLast = progress.update { progress in
            progress.taken += 1
            guard progress.taken == buckets.count else { return false }
            progress = Progress(isReady: [Bool](repeating: false, count: buckets.count))
            return true
        }
        if isLast { done(result) }
    }
}

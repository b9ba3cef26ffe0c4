public import Engine

/// Data-parallel training over the processes of a group: gradients are averaged in buckets while the backward pass goes on.
///
///     let group = try ProcessGroup(settings)
///     let options = TrainOptions(reduction: DataParallel(group))
///     let step = try TrainStep(model, optimizer, options: options) { … }
///     try Trainer(step, run).fit(ShardedSource(source, group))
///
/// The step is that of one process with the same whole batch, up to rounding: gradients, loss and written states are means over the
/// samples of all processes (Li et al. 2020, "PyTorch Distributed"). What depends on more than one sample stays with each process's
/// share: batch normalisation takes the statistics of the share (its running statistics are averaged), and dropout draws numbers of
/// its own in each process. The loss must be a mean over samples.
///
/// All processes make the same models, steps and trainers in the same order. Parameters are those of process 0 from the start.
public final class DataParallel: GradientReduction, Sendable {
    public let group: ProcessGroup
    /// Bytes after which a bucket is full.
    public let bucketBytes: Int
    private let stop = Waiting(false)
    private let latest = Waiting<Result<ReducedStep, LearningError>?>(nil)

    /// - Parameter bucketBytes: small buckets start early, large ones travel faster.
    public init(_ group: ProcessGroup, bucketBytes: Int = 2 << 20) {
        self.group = group
        self.bucketBytes = max(1, bucketBytes)
    }

    public var rank: Int { group.rank }

    public func reduced(_ tensors: [Tensor], samples: Int) -> [Tensor] {
        if tensors.isEmpty { return [] }
        // The backward pass computes the last gradients first.
        let order = Array(tensors.indices.reversed())
        var buckets: [[Int]] = [[]]
        var bytes = 0
        for place in order {
            if bytes >= bucketBytes {
                buckets.append([])
                bytes = 0
            }
            buckets[buckets.count - 1].append(place)
            bytes += tensors[place].count * 4
        }
        let wide = tensors.map { $0.dtype == .f32 ? $0 : $0.cast(to: .f32) }
        let exchange = GradientExchange(
            group, buckets.map { $0.map { wide[$0].type } }, samples: samples, stopRequested: { [stop] in stop.update { $0 } },
            done: { [latest] result in latest.update { $0 = result } })
        let tokens = buckets.enumerated().map { number, places in
            made(GradientHandOver(exchange: exchange, bucket: number), places.map { wide[$0] })[0]
        }
        var results = tensors
        for (number, places) in buckets.enumerated() {
            let arrived = made(GradientArrival(exchange: exchange, bucket: number), tokens)
            for (place, tensor) in zip(places, arrived) {
                results[place] = tensors[place].dtype == .f32 ? tensor : tensor.cast(to: tensors[place].dtype)
            }
        }
        return results
    }

    private func made(_ op: any Op, _ operands: [Tensor]) -> [Tensor] {
        do { return try Tensor.apply(op, operands) } catch { trap(error) }
    }

    public func requestStop() { stop.update { $0 = true } }

    public func finished() throws -> ReducedStep {
        guard
            let result = latest.update({ latest in
                defer { latest = nil }
                return latest
            })
        else { throw LearningError("exchange of gradients", "no program with gradients of several processes has run") }
        let step = try result.get()
        if step.stops { stop.update { $0 = false } }
        return step
    }

    public func broadcast(_ bytes: [UInt8]) throws -> [UInt8] { try group.broadcast(bytes) }
}

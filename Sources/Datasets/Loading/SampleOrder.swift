/// The order in which an epoch takes the samples.
public enum SampleOrder: Hashable, Sendable {
    /// Another permutation every epoch, a pure function of seed and epoch: for training.
    case shuffled(seed: UInt64)
    /// As they are stored: for evaluation.
    case stored

    /// The samples `0 ..< count` in the order of this epoch (Fisher and Yates).
    public func order(of count: Int, epoch: Int) -> [Int] {
        var order = Array(0..<count)
        guard case .shuffled(let seed) = self, count > 1 else { return order }
        var random = SampleRandom(seed: seed, epoch: epoch, sample: -1)
        order.withUnsafeMutableBufferPointer { order in
            for last in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(last, random.below(last + 1)) }
        }
        return order
    }
}

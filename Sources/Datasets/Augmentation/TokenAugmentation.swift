import Engine

/// Changes the token rows of a batch at random, i32 [batch, length], with numbers that are a function of (seed, epoch, sample).
///
/// Only the first `lengths[row]` tokens of a row take part where the batch has that array, else all that are not padding.
public struct TokenAugmentation: Augmentation {
    /// The probability that a token becomes `unknown` (word dropout, Iyyer et al., 2015).
    public let dropout: Float
    /// The probability that a token is left out (Wei and Zou: EDA, 2019); at least one stays.
    public let deletion: Float
    /// Swaps of two neighbours, as a part of the length.
    public let swap: Float
    public let unknown: Int32
    public let padding: Int32
    /// Tokens below this number are left where they are, such as a class token.
    public let protected: Int32
    public let column: String
    public let lengths: String

    public init(
        dropout: Float = 0, deletion: Float = 0, swap: Float = 0, unknown: Int32 = 1, padding: Int32 = 0, protected: Int32 = 0,
        column: String = "tokens", lengths: String = "lengths"
    ) {
        if ![dropout, deletion, swap].allSatisfy({ 0...1 ~= $0 }) {
            trap(DatasetError("augment", "the probabilities \(dropout), \(deletion), \(swap)", at: column))
        }
        self.dropout = dropout
        self.deletion = deletion
        self.swap = swap
        self.unknown = unknown
        self.padding = padding
        self.protected = protected
        self.column = column
        self.lengths = lengths
    }

    public func apply(to batch: inout HostBatch, seed: UInt64) throws {
        var tokens = try batch.array(column)
        guard tokens.dtype == .i32, tokens.shape.rank == 2 else {
            throw DatasetError("augment", "tokens are i32 [batch,length], not \(tokens.type)", at: column)
        }
        let width = tokens.shape[1]
        var counts: [Int32]
        if batch.contains(lengths) {
            guard batch[lengths].type == TensorType([batch.count], .i32) else {
                throw DatasetError("augment", "lengths are i32[\(batch.count)], not \(batch[lengths].type)", at: lengths)
            }
            counts = batch[lengths].values(Int32.self)
        } else {
            counts = tokens.withElements(of: Int32.self) { all in
                (0..<batch.count).map { row in
                    Int32((all[row * width..<(row + 1) * width].lastIndex { $0 != padding } ?? row * width - 1) + 1 - row * width)
                }
            }
        }
        batch.remove(column)
        tokens.withMutableElements(of: Int32.self) { all in
            for (row, sample) in batch.samples.enumerated() {
                var random = SampleRandom(seed: seed, epoch: batch.epoch, sample: sample)
                let count = max(0, min(width, Int(counts[row])))
                counts[row] = Int32(change(UnsafeMutableBufferPointer(rebasing: all[row * width..<(row + 1) * width]), count, &random))
            }
        }
        batch[column] = tokens
        if batch.contains(lengths) { batch[lengths] = HostArray(counts, [batch.count]) }
    }

    /// Returns the new length.
    private func change(_ row: UnsafeMutableBufferPointer<Int32>, _ count: Int, _ random: inout SampleRandom) -> Int {
        var count = count
        func free(_ place: Int) -> Bool { row[place] >= protected }
        if swap > 0, count > 1 {
            for _ in 0..<Int((Float(count) * swap).rounded()) {
                let place = random.below(count - 1)
                if free(place) && free(place + 1) { row.swapAt(place, place + 1) }
            }
        }
        if deletion > 0, count > 1 {
            var kept = 0
            for place in 0..<count {
                let last = kept == 0 && place == count - 1
                if free(place) && random.chance(deletion) && !last { continue }
                row[kept] = row[place]
                kept += 1
            }
            for place in kept..<count { row[place] = padding }
            count = kept
        }
        if dropout > 0 { for place in 0..<count where free(place) && random.chance(dropout) { row[place] = unknown } }
        return count
    }
}

// Rows [rows, …] put together by an id for each: scatters into an empty tensor. Ids may come in any order; those outside
// of 0 ..< count are ignored. Every function gives [count, …].

extension Tensor {
    /// The sum of each segment; 0 for one without rows.
    public func segmentSum(_ ids: Tensor, _ count: Int) -> Tensor { segments(ids, count, .add) }

    /// The mean of each segment; 0 for one without rows.
    public func segmentMean(_ ids: Tensor, _ count: Int) -> Tensor {
        let sizes = Tensor.ones(ids.shape, dtype).segments(ids, count, .add)
        return segmentSum(ids, count) / maximum(sizes, 1).reshaped(Shape([count] + [Int](repeating: 1, count: rank - 1)))
    }

    /// The largest value of each segment; -∞ (in integers the least number there is) for one without rows.
    public func segmentMax(_ ids: Tensor, _ count: Int) -> Tensor { segments(ids, count, .max) }

    /// The smallest value of each segment; ∞ (in integers the largest number there is) for one without rows.
    public func segmentMin(_ ids: Tensor, _ count: Int) -> Tensor { segments(ids, count, .min) }

    /// The product of each segment; 1 for one without rows.
    public func segmentProduct(_ ids: Tensor, _ count: Int) -> Tensor { segments(ids, count, .multiply) }

    private func segments(_ ids: Tensor, _ count: Int, _ combining: Combining) -> Tensor {
        .make(Scatter(axis: 0, extent: count, combining: combining), self, ids)
    }
}

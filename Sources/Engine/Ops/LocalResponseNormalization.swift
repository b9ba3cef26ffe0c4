extension Tensor {
    /// Divides every channel by the size of its neighbours (Krizhevsky et al. 2012):
    ///
    ///     y = x / (k + α / size · Σ x²)^β   over `size` channels around the own one
    ///
    /// Of an even size, the larger part lies before. Channels beyond the ends count as 0.
    public func localResponseNormalized(size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) -> Tensor {
        demand(
            rank >= 1 && size > 0, "\(EngineError("localResponseNormalization", "needs channels and a positive size", operands: [type]))")
        // The channels as an axis that a window moves over: [rows, channels, 1].
        let rows = reshaped(Shape([rank > 1 ? shape[0] : 1, rank > 2 ? shape.extents[1..<rank - 1].reduce(1, *) : 1, shape[-1], 1]))
        let padding = Padding.explicit(before: [0, size / 2], after: [0, (size - 1) / 2])
        let mean = rows.square().averagePool([1, size], stride: 1, padding: padding).reshaped(shape)
        return self / power(mean * alpha + k, beta)
    }
}

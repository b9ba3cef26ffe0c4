public import Engine
public import Learning

/// Numbers as piecewise-linear codes: for each feature, which of its bins lie below the value and how far it is into its own.
///
///     code[f, b] = clamp((x[f] - edge[f, b]) / (edge[f, b + 1] - edge[f, b]), 0, 1)
///
/// [batch, features] → [batch, features, bins]. The edges are quantiles of the training data: a net over the codes bends at
/// them, as trees do (Gorishniy et al.: On embeddings for numerical features in tabular deep learning, 2022).
public struct PiecewiseLinear: PureLayer {
    /// [features, bins]: where a bin begins, and 1 ∕ its width.
    let start, inverseWidth: StateVariable
    public let bins: Int

    public init(features: Int, bins: Int) {
        self.bins = bins
        start = StateVariable([features, bins])
        inverseWidth = StateVariable([features, bins], initially: 1)
    }

    /// Learns the edges from rows [rows, features].
    public func fit(_ rows: [Float], features: Int) {
        let count = rows.count / max(1, features)
        guard count > 0 else { return }
        var starts = [Float](repeating: .greatestFiniteMagnitude, count: features * bins)
        var widths = [Float](repeating: 0, count: features * bins)
        for feature in 0..<features {
            let sorted = (0..<count).map { rows[$0 * features + feature] }.sorted()
            var edges: [Float] = []
            for bin in 0...bins {
                let edge = sorted[bin * (count - 1) / bins]
                if edges.last != edge { edges.append(edge) }
            }
            // Bins that equal values leave over begin beyond every value: their code is 0.
            for (bin, (low, high)) in zip(edges, edges.dropFirst()).enumerated() {
                starts[feature * bins + bin] = low
                widths[feature * bins + bin] = 1 / (high - low)
            }
        }
        start.variable.assign(Tensor(starts, [features, bins]))
        inverseWidth.variable.assign(Tensor(widths, [features, bins]))
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        let column = x.reshaped(Shape([x.shape[0], x.shape[1], 1]))
        return ((column - start.value) * inverseWidth.value).clamped(0, 1)
    }
}

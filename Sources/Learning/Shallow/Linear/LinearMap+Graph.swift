public import Engine

extension LinearMap {
    /// The map as a graph after a scaler, whose arithmetic goes into its weights: f32 [batch, columns] to [batch, outputs].
    ///
    /// - Throws: if the samples or the scaler have other columns.
    public func graph(_ samples: Tensor, after scaler: StandardScaler) throws -> Tensor {
        guard samples.shape[-1] == columns, scaler.mean.count == columns else {
            throw LearningError("linear", "learned from \(columns) columns, not from samples \(samples.type)")
        }
        var scaled: [Float] = [], shifted: [Float] = []
        for output in 0..<outputs {
            var shift = bias[output]
            for column in 0..<columns {
                let weight = weights[output * columns + column] / scaler.deviation[column]
                shift -= weight * scaler.mean[column]
                scaled.append(Float(weight))
            }
            shifted.append(Float(shift))
        }
        return linear(samples, Tensor(scaled, [outputs, columns]), Tensor(shifted, [outputs]))
    }
}

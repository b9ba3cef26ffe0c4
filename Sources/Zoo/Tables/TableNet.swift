public import Engine
public import Learning

/// A perceptron over the columns of a table: [batch, features] → [batch, outputs].
///
/// Each feature goes in as it is and, with `bins`, as a small embedding of its piecewise-linear code.
public struct TableNet: Layer {
    /// To be fitted to the training rows before training.
    public let encoding: PiecewiseLinear?
    /// [features, bins, embedding]
    let embedding: Parameter?
    let hidden: [Linear]
    let dropout: Dropout
    let output: Linear
    private let features: Int
    private let width: Int

    /// - Parameters:
    ///   - bins: of the piecewise-linear codes; 0 leaves them out.
    ///   - embedding: numbers for each feature's code.
    ///   - hidden: units of each hidden layer.
    ///   - depth: hidden layers.
    public init(features: Int, outputs: Int, bins: Int = 16, embedding: Int = 8, hidden: Int = 128, depth: Int = 3, dropout: Double = 0.2) {
        self.features = features
        width = embedding
        encoding = bins > 0 ? PiecewiseLinear(features: features, bins: bins) : nil
        self.embedding = bins > 0 ? Parameter([features, bins, embedding], .uniform(1 / Double(bins).squareRoot())) : nil
        let inputs = features + (bins > 0 ? features * embedding : 0)
        self.hidden = (0..<depth).map { Linear($0 == 0 ? inputs : hidden, hidden) }
        self.dropout = Dropout(dropout)
        output = Linear(hidden, outputs, initialization: .torch)
    }

    public func callAsFunction(_ rows: Tensor, _ pass: inout Pass) -> Tensor {
        var x = rows
        if let encoding, let embedding {
            let codes = encoding(rows).transposed([1, 0, 2])  // [features, batch, bins]
            let embedded = matmul(codes, embedding.value).relu()  // [features, batch, embedding]
            x = concatenate([embedded.transposed([1, 0, 2]).reshaped(Shape([rows.shape[0], features * width])), rows], 1)
        }
        for layer in hidden { x = dropout(layer(x).silu(), &pass) }
        return output(x)
    }
}

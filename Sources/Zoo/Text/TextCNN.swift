public import Engine
public import Learning

/// A convolutional net over words: [batch, length] of word numbers → [batch, classes]. Number 0 is padding.
///
/// Filters over 3, 4 and 5 words and their largest values (Kim: Convolutional neural networks for sentence classification,
/// 2014), beside the mean of the words' vectors and a weight of each word for each class, which is what a linear model has.
public struct TextCNN: Layer {
    let words: Embedding
    let weights: Embedding
    let convolutions: [Conv1D]
    let wordDropout, dropout: Dropout
    let output: Linear

    public init(
        vocabulary: Int, classes: Int, width: Int = 128, filters: Int = 100, kernels: [Int] = [3, 4, 5], wordDropout: Double = 0.3,
        dropout: Double = 0.5
    ) {
        words = Embedding(vocabulary, width, padding: 0, initializer: .uniform(0.25))
        weights = Embedding(vocabulary, classes, padding: 0, initializer: .zeros)
        convolutions = kernels.map { Conv1D(width, filters, kernel: PerAxis(integerLiteral: $0), padding: .same) }
        self.wordDropout = Dropout(wordDropout)
        self.dropout = Dropout(dropout)
        output = Linear(kernels.count * filters + width, classes, initialization: .custom(weight: .uniform(0.01)))
    }

    public func callAsFunction(_ tokens: Tensor, _ pass: inout Pass) -> Tensor {
        let isWord = tokens.isGreater(than: 0).cast(to: .f32).reshaped(Shape([tokens.shape[0], tokens.shape[1], 1]))
        let count = maximum(isWord.sum([1]), 1)  // [batch, 1]
        let x = wordDropout(words(tokens) * isWord, &pass)  // [batch, length, width]
        var features = convolutions.map { ($0(x).relu() * isWord).max([1]) }  // [batch, filters] each
        features.append(x.sum([1]) / count)
        let votes = (weights(tokens) * isWord).sum([1]) / count
        return output(dropout(concatenate(features, 1), &pass)) + votes * 10
    }
}

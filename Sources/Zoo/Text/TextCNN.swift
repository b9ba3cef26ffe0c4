public import Engine
public import Learning

/// A convolutional net over words beside weights of character n-grams: [batch, words + grams] → [batch, classes].
///
/// - The first columns are numbers of words, 0 for padding. Filters over 3, 4 and 5 words and their largest values, and the mean
///   of the words' vectors (Kim: Convolutional neural networks for sentence classification, 2014).
/// - The others are buckets of n-grams, 0 for padding. Each has a weight for each class, as in a linear model of tf-idf: the votes of
///   a text are weighted by how rare its n-grams are and brought to length 1 (Joulin et al.: Bag of tricks, 2016).
public struct TextCNN: Layer {
    let words: Embedding
    let votes: Embedding
    /// [buckets, 1]: the weight of a bucket, learned from the training texts by `fit`.
    let rarity: StateVariable
    let convolutions: [Conv1D]
    let wordDropout, gramDropout, dropout: Dropout
    let output: Linear
    private let length: Int

    /// - Parameters:
    ///   - vocabulary: words, with padding and the unknown one.
    ///   - buckets: of n-grams, with padding.
    ///   - length: columns that are words.
    public init(
        vocabulary: Int, buckets: Int, length: Int, classes: Int, width: Int = 128, filters: Int = 100, kernels: [Int] = [3, 4, 5],
        wordDropout: Double = 0.3, gramDropout: Double = 0.5, dropout: Double = 0.5
    ) {
        self.length = length
        words = Embedding(vocabulary, width, padding: 0, initializer: .uniform(0.25))
        votes = Embedding(buckets, classes, padding: 0, initializer: .zeros)
        rarity = StateVariable([buckets, 1], initially: 1)
        convolutions = kernels.map { Conv1D(width, filters, kernel: PerAxis(integerLiteral: $0), padding: .same) }
        self.wordDropout = Dropout(wordDropout)
        self.gramDropout = Dropout(gramDropout)
        self.dropout = Dropout(dropout)
        output = Linear(kernels.count * filters + width, classes, initialization: .custom(weight: .uniform(0.01)))
    }

    /// Learns how rare each bucket is: 1 + ln((1 + texts) / (1 + texts with it)).
    ///
    /// - Parameter texts: rows of `length + grams` numbers.
    public func fit(_ texts: [Int32], columns: Int) {
        let count = texts.count / max(1, columns)
        var holders = [Float](repeating: 0, count: rarity.shape[0])
        for row in 0..<count { for place in row * columns + length..<(row + 1) * columns { holders[Int(texts[place])] += 1 } }
        let weights = Tensor(holders, rarity.shape)
        rarity.variable.assign((Double(1 + count) / (weights + 1)).log() + 1)
    }

    public func callAsFunction(_ text: Tensor, _ pass: inout Pass) -> Tensor {
        let columns = text.shape[1]
        let tokens = text.sliced(0..<length, 1), grams = text.sliced(length..<columns, 1)
        let isWord = Self.present(tokens)  // [batch, length, 1]
        let x = wordDropout(words(tokens) * isWord, &pass)  // [batch, length, width]
        var features = convolutions.map { ($0(x).relu() * isWord).max([1]) }  // [batch, filters] each
        features.append(x.sum([1]) / maximum(isWord.sum([1]), 1))
        let weights = gramDropout(rarity.value.gathered(grams) * Self.present(grams), &pass)  // [batch, grams, 1]
        let length = (weights.square().sum([1], keep: true) + 1e-6).sqrt()
        let ballot = (votes(grams) * (weights / length)).sum([1])  // [batch, classes]
        return output(dropout(concatenate(features, 1), &pass)) + ballot * 10
    }

    /// 1 where a number is not padding: [batch, columns] → [batch, columns, 1].
    private static func present(_ numbers: Tensor) -> Tensor {
        numbers.isGreater(than: 0).cast(to: .f32).reshaped(Shape([numbers.shape[0], numbers.shape[1], 1]))
    }
}

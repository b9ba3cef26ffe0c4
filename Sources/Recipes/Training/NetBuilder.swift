public import Engine
public import Learning
import Zoo

/// The net of a recipe as one module, so that any of them can be trained by the same step.
public struct RecipeNet: Module, TransparentModule {
    public let net: any Layer

    public func callAsFunction(_ inputs: Tensor, _ pass: inout Pass) -> Tensor { net(inputs, &pass) }
}

extension ModelSettings {
    /// Builds the net for a corpus; its weights are not drawn yet.
    ///
    /// - Throws: if the net does not fit the data, naming both.
    public func net(for corpus: Corpus, recipe: String) throws -> RecipeNet {
        let shape = corpus.input.shape
        func need(_ rank: Int, _ what: String) throws {
            if shape.rank != rank {
                throw RecipeError("model", "'\(kind.rawValue)' takes \(what), the data is \(corpus.input)", at: recipe)
            }
        }
        let outputs =
            switch corpus.goal {
            case .classes(let names): names.count
            case .number: 1
            case .series: shape[-1]
            }
        let net: any Layer
        switch kind {
        case .cifar:
            try need(4, "pictures")
            net = CIFARNet(channels: shape[3], size: shape[1], classes: outputs, dropout: dropout ?? 0.5)
        case .resnet9:
            try need(4, "pictures")
            net = ResNet9(channels: shape[3], classes: outputs, width: width ?? 32, dropout: dropout ?? 0.2)
        case .spectrogram:
            try need(4, "spectrograms")
            net = SpectrogramNet(views: shape[3], classes: outputs, width: width ?? 16, dropout: dropout ?? 0.3)
        case .perceptron:
            try need(2, "rows of numbers")
            let table = TableNet(
                features: shape[1], outputs: outputs, bins: bins ?? 16, embedding: embedding ?? 8, hidden: hidden ?? 128, depth: depth ?? 3,
                dropout: dropout ?? 0.2)
            net = table
        case .window:
            try need(3, "windows")
            net = WindowNet(
                time: shape[1], channels: shape[2], outputs: outputs, bins: bins ?? 16, embedding: embedding ?? 8, hidden: hidden ?? 128,
                depth: depth ?? 3, dropout: dropout ?? 0.2)
        case .forecaster:
            try need(3, "windows of a series")
            guard case .series = corpus.goal, let future = corpus.horizon else {
                throw RecipeError("model", "'forecaster' forecasts a series", at: recipe)
            }
            let season = period ?? 24
            guard season == 0 || future % season == 0 && shape[1] >= season else {
                throw RecipeError("model", "period: \(season) does not divide the \(future) steps to forecast", at: recipe)
            }
            net = Forecaster(
                past: shape[1], future: future, period: season, hidden: hidden ?? 256, isLinear: isLinear ?? true, dropout: dropout ?? 0.5)
        case .textCNN:
            try need(2, "words")
            guard corpus.input.dtype == .i32 else {
                throw RecipeError("model", "'text-cnn' takes words, the data is \(corpus.input)", at: recipe)
            }
            net = TextCNN(
                vocabulary: corpus.vocabulary, buckets: corpus.buckets, length: corpus.length, classes: outputs, width: width ?? 128,
                filters: filters ?? 100,
                wordDropout: wordDropout ?? 0.3, gramDropout: gramDropout ?? 0.5, dropout: dropout ?? 0.5)
        }
        return RecipeNet(net: net)
    }
}

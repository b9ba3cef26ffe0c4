public import Engine
public import Learning

/// Small convolutional nets for the views of a sound, each a spectrogram: [batch, frames, bands, views] → [batch, classes].
///
/// Every view has a tower of its own; the answer is the mean of theirs.
public struct SpectrogramNet: Layer {
    let towers: [SpectrogramTower]

    public init(views: Int = 1, classes: Int, width: Int = 16, dropout: Double = 0.3) {
        towers = (0..<views).map { _ in SpectrogramTower(classes: classes, width: width, dropout: dropout) }
    }

    public func callAsFunction(_ spectrograms: Tensor, _ pass: inout Pass) -> Tensor {
        var sum: Tensor?
        for (view, tower) in zip(spectrograms.split(into: towers.count, -1), towers) {  // [batch, frames, bands, 1]
            let answer = tower(view, &pass)
            sum = sum.map { $0 + answer } ?? answer
        }
        return sum! * (1 / Double(towers.count))
    }
}

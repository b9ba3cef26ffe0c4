public import Engine
public import Learning

/// A perceptron over what happened to each sensor in a window: [batch, time, channels] → [batch, outputs].
///
/// Each channel is summed up by its mean, its deviation, its slope and the mean of its last sixth, as an engineer would; a `TableNet`
/// with piecewise-linear codes learns from these numbers.
public struct WindowNet: Layer {
    let table: TableNet
    private let time: Int
    private let channels: Int

    public init(
        time: Int, channels: Int, outputs: Int = 1, bins: Int = 16, embedding: Int = 8, hidden: Int = 128, depth: Int = 3,
        dropout: Double = 0.2
    ) {
        (self.time, self.channels) = (time, channels)
        table = TableNet(
            features: 4 * channels, outputs: outputs, bins: bins, embedding: embedding, hidden: hidden, depth: depth, dropout: dropout)
    }

    /// Learns the edges of the codes from training windows, one after the other.
    public func fit(_ windows: [Float]) {
        let count = windows.count / max(1, time * channels)
        guard count > 0 else { return }
        let rows = Self.summary(Tensor(windows, [count, time, channels]))
        table.encoding?.fit(rows.values(Float.self), features: 4 * channels)
    }

    public func callAsFunction(_ windows: Tensor, _ pass: inout Pass) -> Tensor { table(Self.summary(windows), &pass) }

    /// [batch, time, channels] → [batch, 4 channels].
    static func summary(_ windows: Tensor) -> Tensor {
        let time = windows.shape[1], last = max(1, time / 6)
        let mean = windows.mean([1], keep: true)  // [batch, 1, channels]
        let centred = windows - mean
        let deviation = (centred.square().mean([1]) + 1e-8).sqrt()
        // The slope of the line of least squares, over the whole window.
        let places = (0..<time).map { Float($0) - Float(time - 1) / 2 }
        let scale = Double(time) / Double(places.reduce(0) { $0 + $1 * $1 })
        let slope = (centred * Tensor(places, [1, time, 1])).sum([1]) * scale
        let batch = windows.shape[0], channels = windows.shape[2]
        return concatenate(
            [mean.reshaped(Shape([batch, channels])), deviation, slope, windows.sliced(time - last..<time, 1).mean([1])], 1)
    }
}

public import Engine
public import Learning

/// A perceptron over the means of a window's segments: [batch, time, channels] → [batch, outputs].
///
/// The means take the noise out of slow sensors; what is left is their course over the window.
public struct SegmentNet: Layer {
    let first, second, output: Linear
    let dropout: Dropout
    private let segments: Int

    /// - Parameter segments: must divide the length of the window.
    public init(channels: Int, outputs: Int = 1, segments: Int = 6, hidden: Int = 64, dropout: Double = 0) {
        self.segments = segments
        first = Linear(segments * channels, hidden)
        second = Linear(hidden, hidden)
        self.dropout = Dropout(dropout)
        output = Linear(hidden, outputs, initialization: .torch)
    }

    public func callAsFunction(_ windows: Tensor, _ pass: inout Pass) -> Tensor {
        let (batch, time, channels) = (windows.shape[0], windows.shape[1], windows.shape[2])
        let parts = windows.reshaped(Shape([batch, segments, time / segments, channels]))  // [batch, segment, time, channel]
        var x = parts.mean([2]).reshaped(Shape([batch, segments * channels]))
        x = dropout(first(x).silu(), &pass)
        x = dropout(second(x).silu(), &pass)
        return output(x)
    }
}

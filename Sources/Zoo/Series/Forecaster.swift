public import Engine
public import Learning

/// Forecasts every channel of a series by itself from its own past: [batch, past, channels] → [batch, future, channels].
///
/// A window is brought to mean 0 and deviation 1, and the forecast back to the window's own scale (Kim et al.: Reversible
/// instance normalization, 2022). In between stands the sum of up to three parts:
/// - `linear`: one linear map of the whole past (Zeng et al.: Are transformers effective for time series forecasting?, 2023);
/// - `seasonal`: one small linear map from each phase of the season to the same phase ahead, after a short smoothing (Lin et
///   al.: SparseTSF, 2024);
/// - `perceptron`: a hidden layer of GELU units.
public struct Forecaster: Layer {
    let linear: Linear?
    let seasonal: Linear?
    let smoothing: Parameter?
    let hidden: Linear?
    let output: Linear?
    let dropout: Dropout
    private let period: Int
    private let future: Int

    /// - Parameters:
    ///   - past: steps that are known.
    ///   - future: steps to forecast; a multiple of the period where there is a seasonal part.
    ///   - period: steps of a season; 0 leaves the seasonal part out.
    ///   - hidden: units of the perceptron; 0 leaves it out.
    public init(past: Int, future: Int, period: Int = 24, hidden: Int = 256, isLinear: Bool = true, dropout: Double = 0.5) {
        self.period = period
        self.future = future
        func map(_ from: Int, _ to: Int, _ bound: Double) -> Linear {
            Linear(from, to, initialization: .custom(weight: .uniform(bound)))
        }
        linear = isLinear ? map(past, future, 1 / Double(past)) : nil
        seasonal = period > 0 ? map(past / period, future / period, Double(period) / Double(past)) : nil
        smoothing = period > 0 ? Parameter([1, 1, period / 2 * 2 + 1], .uniform(0.02)) : nil
        self.hidden = hidden > 0 ? Linear(past, hidden, initialization: .torch) : nil
        output = hidden > 0 ? map(hidden, future, 0.01) : nil
        self.dropout = Dropout(dropout)
    }

    public func callAsFunction(_ window: Tensor, _ pass: inout Pass) -> Tensor {
        let series = window.transposed([0, 2, 1])  // [batch, channels, past]
        let mean = series.mean([2], keep: true)  // [batch, channels, 1]
        let deviation = ((series - mean).square().mean([2], keep: true) + 1e-5).sqrt()
        let x = (series - mean) / deviation  // [batch, channels, past]
        var parts: [Tensor] = []
        let masked = linear != nil || hidden != nil ? dropout(x, &pass) : x
        if let linear { parts.append(linear(masked)) }
        if let hidden, let output { parts.append(output(dropout(hidden(masked).gelu(), &pass))) }
        if let seasonal, let smoothing { parts.append(season(x, seasonal, smoothing)) }
        return (parts.dropFirst().reduce(parts[0], +) * deviation + mean).transposed([0, 2, 1])
    }

    /// The forecast of each phase from the same phase of the seasons before.
    private func season(_ x: Tensor, _ map: Linear, _ smoothing: Parameter) -> Tensor {
        let (batch, channels, past) = (x.shape[0], x.shape[1], x.shape[2])
        let seasons = past / period
        let line = x.reshaped(Shape([batch * channels, past, 1]))
        let smooth = (line + line.conv1d(smoothing.value, padding: .same)).reshaped(x.shape)
        let phases = smooth.sliced(past - seasons * period..<past, 2)
            .reshaped(Shape([batch, channels, seasons, period])).transposed([0, 1, 3, 2])  // [batch, channels, phase, season]
        return map(phases).transposed([0, 1, 3, 2]).reshaped(Shape([batch, channels, future]))
    }
}

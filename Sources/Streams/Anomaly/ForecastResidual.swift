internal import Learning

/// How far the first value of each row is from what a linear forecaster expected.
///
/// The forecaster sees the last `lags` values of the first column and all other columns (commands, settings, neighbours) of this row and
/// the `otherLags` − 1 rows before it; it is fitted by ridge regression on rows in which nothing was wrong. The answer is the exponential
/// mean of the error's magnitude over about `smoothing` rows, in standard deviations of the first column during training.
///
/// Hundman and others: Detecting spacecraft anomalies using LSTMs and nonparametric dynamic thresholding (KDD 2018), with a linear map
/// for the recurrent net.
public struct ForecastResidual: StreamState, Sendable {
    public let smoothing: Double
    private let mean: Double
    private let deviation: Double
    private let weights: [Double]
    private let bias: Double
    private var window: LagWindow
    private var error = 0.0

    /// Deviations from the mean beyond which a value is cut: one wild value shall not blind the forecaster for `lags` rows.
    private static let reach = 8.0
    /// In units of the first column: what its standard deviation is taken for at least, so that a column which stood still has a unit.
    private static let smallestDeviation = 0.05

    public var columns: Int { window.columns }

    /// Fits the forecaster.
    ///
    /// - Parameter penalty: of the squared weights, per row of training.
    /// - Throws: `StreamError` if the rows are too few, of different lengths or not finite.
    public init(normal rows: [[Double]], lags: Int = 20, otherLags: Int = 10, smoothing: Double = 8, penalty: Double = 0.001) throws {
        guard (1...1000).contains(lags), (1...1000).contains(otherLags), smoothing >= 1, penalty > 0 else {
            throw StreamError("forecast", "lags \(lags) and \(otherLags), smoothing \(smoothing) or penalty \(penalty) is out of range")
        }
        let columns = rows.first?.count ?? 0, first = max(lags, otherLags) + 1
        guard columns > 0, rows.count > first else {
            throw StreamError("forecast", "\(rows.count) normal rows, more than \(first) are needed")
        }
        var spread = RunningSpread()
        for (index, row) in rows.enumerated() {
            try Self.check(row, columns: columns, at: "row \(index)")
            spread.add(row[0])
        }
        self.smoothing = smoothing
        mean = spread.mean
        deviation = max(spread.deviation, Self.smallestDeviation)
        var window = LagWindow(columns: columns, lags: lags, otherLags: otherLags)
        var samples: [Float] = [], targets: [Float] = []
        for (index, row) in rows.enumerated() {
            let row = Self.standardised(row, mean, deviation)
            window.push(row)
            guard index >= first else { continue }
            samples += window.inputs.map { Float($0) }
            targets.append(Float(row[0]))
        }
        var equations = try NormalEquations(columns: window.width, outputs: 1)
        try equations.add(SampleMatrix(rows: targets.count, columns: window.width, samples), SampleMatrix(column: targets))
        let solution = try equations.solve(penalty: penalty * Double(targets.count))
        weights = solution.weights
        bias = solution.bias[0]
        self.window = LagWindow(columns: columns, lags: lags, otherLags: otherLags)
    }

    private static func check(_ row: [Double], columns: Int, at place: String = "") throws {
        guard row.count == columns, row.allSatisfy({ $0.magnitude <= 1e30 }) else {
            throw StreamError("forecast", "is not \(columns) finite values", at: place)
        }
    }

    private static func standardised(_ row: [Double], _ mean: Double, _ deviation: Double) -> [Double] {
        var row = row
        row[0] = min(reach, max(-reach, (row[0] - mean) / deviation))
        return row
    }

    /// The smoothed error after this row.
    ///
    /// - Throws: `StreamError` if the row has another length or a value is not finite.
    public mutating func on(_ row: [Double]) throws -> Double {
        try Self.check(row, columns: columns)
        let row = Self.standardised(row, mean, deviation)
        window.push(row)
        let expected = zip(window.inputs, weights).reduce(bias) { $0 + $1.0 * $1.1 }
        error += (abs(row[0] - expected) - error) / smoothing
        return error
    }

    public static let name = "forecast-residual"

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write([smoothing, mean, deviation, bias, error])
        writer.write(weights)
        writer.write(window)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let numbers = try reader.finite("numbers", count: 5)
        (smoothing, mean, deviation, bias, error) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
        try reader.require(smoothing >= 1 && deviation >= Self.smallestDeviation && error >= 0, "numbers", "are out of range")
        weights = try reader.numbers(Double.self, "weights")
        window = try reader.state(LagWindow.self)
        try reader.require(weights.count == window.width && weights.allSatisfy(\.isFinite), "weights", "do not fit the window")
    }
}

/// A long table of numbers: each column becomes (x - mean) / deviation, and the last steps of all of them go in.
public struct SeriesPreparation: Codable, Hashable, Sendable {
    var kind = "series"
    var version = Preparation.version
    public let columns: [String]
    public let mean: [Double]
    public let deviation: [Double]
    /// Steps that are seen, and steps that are forecast.
    public let lookBack: Int
    public let horizon: Int
    /// The column that says when a step was, where there is one.
    public let order: String?

    init(columns: [String], mean: [Double], deviation: [Double], lookBack: Int, horizon: Int, order: String?) {
        (self.columns, self.mean, self.deviation) = (columns, mean, deviation)
        (self.lookBack, self.horizon, self.order) = (lookBack, horizon, order)
    }

    /// Numbers of a window.
    var count: Int { lookBack * columns.count }

    func check() throws {
        guard !columns.isEmpty, Set(columns).count == columns.count, columns.count <= 1 << 16, mean.count == columns.count,
            deviation.count == columns.count, (mean + deviation).allSatisfy(\.isFinite), deviation.allSatisfy({ $0 >= 0 }),
            (1...1 << 20).contains(lookBack), (1...1 << 20).contains(horizon)
        else {
            throw RecipeError("run", "windows of \(lookBack) steps and \(horizon) steps after them, over \(columns.count) columns")
        }
    }

    /// A column that never changes keeps its scale.
    private func spread(_ place: Int) -> Double { max(deviation[place], 1e-12) }

    /// A value of a column as the net sees it, and back.
    func scaled(_ value: Double, _ place: Int) -> Float { Float((value - mean[place]) / spread(place)) }
    func restored(_ value: Float, _ place: Int) -> Float { Float(Double(value) * spread(place) + mean[place]) }
}

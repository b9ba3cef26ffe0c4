/// Errors and the spread of the targets, measured as samples arrive: what R² is a function of.
///
/// The spread is kept around the running mean, so it does not cancel. Chan, Golub, LeVeque: Updating formulae and a pairwise
/// algorithm for computing sample variances (1979).
public struct RegressionSums: Hashable, Sendable {
    public private(set) var weight = 0.0
    /// Σ (prediction − target)²
    public private(set) var squaredError = 0.0
    /// Σ |prediction − target|
    public private(set) var absoluteError = 0.0
    /// The mean target.
    public private(set) var mean = 0.0
    /// Σ (target − mean)²
    public private(set) var spread = 0.0

    public init() {}

    public mutating func add(_ prediction: Double, _ target: Double, weight added: Double = 1) {
        guard added > 0 else { return }
        weight += added
        let before = target - mean
        mean += before * added / weight
        spread += added * before * (target - mean)
        squaredError += added * (prediction - target) * (prediction - target)
        absoluteError += added * (prediction - target).magnitude
    }

    /// Adds what another part has seen.
    public mutating func merge(_ other: RegressionSums) {
        guard other.weight > 0 else { return }
        let total = weight + other.weight, gap = other.mean - mean
        spread += other.spread + gap * gap * weight * other.weight / total
        mean += gap * other.weight / total
        squaredError += other.squaredError
        absoluteError += other.absoluteError
        weight = total
    }

    /// 1 − squared error / spread; NaN where all targets are equal.
    public var r2: Double { spread > 0 ? 1 - squaredError / spread : .nan }
    public var meanSquaredError: Double { squaredError / weight }
    public var meanAbsoluteError: Double { absoluteError / weight }

    static func check(_ name: String, _ prediction: Double, _ target: Double) throws {
        guard prediction.isFinite, target.isFinite else {
            throw LearningError(name, "a \(target.isFinite ? "prediction" : "target") is \(target.isFinite ? prediction : target)")
        }
    }
}

/// Lowers the learning rate where a measure no longer improves (`torch.optim.lr_scheduler.ReduceLROnPlateau`).
///
/// It is state of the run: a checkpoint holds it.
public struct ReduceOnPlateau: Hashable, Sendable, Codable {
    /// Multiplies the rate each time.
    public let factor: Double
    /// Observations without improvement that are borne.
    public let patience: Int
    /// The part of the best value by which a value must be better to count.
    public let threshold: Double
    /// Observations after a reduction during which none is counted.
    public let cooldown: Int
    /// The rate's factor falls no lower.
    public let minimum: Double

    /// The present factor on the rate.
    public private(set) var rateFactor = 1.0
    private var best: Double?
    private var bad = 0
    private var cooling = 0

    public init(factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0, minimum: Double = 0) throws {
        guard factor > 0, factor < 1, patience >= 0, threshold >= 0, cooldown >= 0, minimum >= 0, minimum <= 1 else {
            throw LearningError(
                "schedule",
                "factor must lie between 0 and 1, the rest must not be negative: got factor \(factor), patience \(patience), threshold \(threshold), cooldown \(cooldown), minimum \(minimum)",
                at: "plateau")
        }
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.cooldown = cooldown
        self.minimum = minimum
    }

    /// Takes note of a value and answers whether the rate falls.
    ///
    /// - Parameter largerIsBetter: for measures such as accuracy.
    @discardableResult public mutating func observe(_ value: Double, largerIsBetter: Bool = false) -> Bool {
        if isBetter(value, largerIsBetter) {
            best = value
            bad = 0
        } else {
            bad += 1
        }
        if cooling > 0 {
            cooling -= 1
            bad = 0
        }
        guard bad > patience else { return false }
        let before = rateFactor
        rateFactor = max(minimum, rateFactor * factor)
        cooling = cooldown
        bad = 0
        return rateFactor < before
    }

    private func isBetter(_ value: Double, _ larger: Bool) -> Bool {
        guard let best else { return !value.isNaN }
        return larger ? value > best * (1 + threshold) : value < best * (1 - threshold)
    }

    private enum CodingKeys: String, CodingKey {
        case factor, patience, threshold, cooldown, minimum, rateFactor, best, bad, cooling
    }

    /// Settings that are missing take their defaults; a recipe gives settings, a checkpoint gives all.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            factor: container.decodeIfPresent(Double.self, forKey: .factor) ?? 0.1,
            patience: container.decodeIfPresent(Int.self, forKey: .patience) ?? 10,
            threshold: container.decodeIfPresent(Double.self, forKey: .threshold) ?? 1e-4,
            cooldown: container.decodeIfPresent(Int.self, forKey: .cooldown) ?? 0,
            minimum: container.decodeIfPresent(Double.self, forKey: .minimum) ?? 0)
        rateFactor = try container.decodeIfPresent(Double.self, forKey: .rateFactor) ?? 1
        best = try container.decodeIfPresent(Double.self, forKey: .best)
        bad = try container.decodeIfPresent(Int.self, forKey: .bad) ?? 0
        cooling = try container.decodeIfPresent(Int.self, forKey: .cooling) ?? 0
    }
}

/// What a sensor does wrong, and how much of it.
public enum FaultKind: Hashable, Sendable {
    /// Reads this much too high, in the sensor's unit.
    case offset(Double)
    /// Reads this many times the true value.
    case gain(Double)
    /// Stands still at this value.
    case stuck(Double)
    /// Leaves the true value by this much more with every reading, in the sensor's unit.
    case drift(Double)
    /// Reads the true value and normal noise of this standard deviation, in the sensor's unit.
    case noise(Double)

    /// `offset`, `gain`, `stuck`, `drift` or `noise`.
    public var name: String {
        switch self {
        case .offset: "offset"
        case .gain: "gain"
        case .stuck: "stuck"
        case .drift: "drift"
        case .noise: "noise"
        }
    }

    /// The number that goes with the kind.
    public var amount: Double {
        switch self {
        case .offset(let amount), .gain(let amount), .stuck(let amount), .drift(let amount), .noise(let amount): amount
        }
    }
}

/// One way of changing a signal at random (Um et al.: Data augmentation of wearable sensor data, 2017).
public enum SignalStep: Hashable, Sendable {
    /// Normal noise of this deviation.
    case jitter(Float)
    /// Every channel is multiplied by a factor of mean 1 and this deviation.
    case scale(Float)
    /// Time runs faster and slower along a smooth curve through this many knots, whose speeds have mean 1 and this deviation.
    case warp(Float, knots: Int)
    /// Moved in time by up to so many steps either way; what comes in is zero, or comes from the other end.
    case shift(Int, circular: Bool)
    /// This many stretches of up to so many steps are set to zero.
    case mask(Int, count: Int)
    /// With this probability the signal changes its sign.
    case negate(Float)

    /// Whether its numbers make sense.
    var problem: String? {
        switch self {
        case .jitter(let deviation), .scale(let deviation):
            deviation >= 0 && deviation.isFinite ? nil : "a deviation of \(deviation)"
        case .warp(let deviation, let knots):
            0..<1 ~= deviation && 1...64 ~= knots ? nil : "warp of the deviation \(deviation) by \(knots) knots"
        case .shift(let steps, _): steps >= 0 ? nil : "shift by \(steps) steps"
        case .mask(let steps, let count): steps >= 0 && count >= 0 ? nil : "\(count) masks of \(steps) steps"
        case .negate(let chance): 0...1 ~= chance ? nil : "negate with the probability \(chance)"
        }
    }
}

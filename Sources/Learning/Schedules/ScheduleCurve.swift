#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The factor on the learning rate as a function of time t and of the length T of the run.
///
/// Each is PyTorch's scheduler of that name, with lengths that PyTorch asks for taken from the run itself.
public enum ScheduleCurve: Hashable, Sendable {
    /// 1.
    case constant
    /// factor^⌊t ∕ every⌋ (`StepLR`).
    case step(every: Int, factor: Double = 0.1)
    /// factor^n, where n of the places have been reached (`MultiStepLR`).
    case multiStep(at: [Int], factor: Double = 0.1)
    /// factorᵗ (`ExponentialLR`).
    case exponential(factor: Double)
    /// minimum + (1 − minimum) (1 + cos(π t ∕ T)) ∕ 2 (`CosineAnnealingLR`; Loshchilov & Hutter 2017).
    case cosine(minimum: Double = 0)
    /// The cosine over `period`, then again over a `growth` times longer period, and so on (`CosineAnnealingWarmRestarts`).
    case cosineRestarts(period: Int, growth: Int = 1, minimum: Double = 0)
    /// From `start` up to 1 over the share `rise` of the run, then down to `start · end`, along cosines or lines (`OneCycleLR` with
    /// `div_factor` 1 ∕ start and `final_div_factor` 1 ∕ end; Smith & Topin 2018).
    case oneCycle(rise: Double = 0.3, start: Double = 0.04, end: Double = 1e-4, linear: Bool = false)
    /// (1 − t ∕ T)^power (`PolynomialLR`).
    case polynomial(power: Double = 1)

    /// One of every kind with the settings that a bare name means.
    static let standards: [ScheduleCurve] = [
        .constant, .step(every: 10), .multiStep(at: []), .exponential(factor: 0.95), .cosine(), .cosineRestarts(period: 10), .oneCycle(),
        .polynomial(),
    ]

    /// The name in recipes.
    public var name: String {
        switch self {
        case .constant: "constant"
        case .step: "step"
        case .multiStep: "multiStep"
        case .exponential: "exponential"
        case .cosine: "cosine"
        case .cosineRestarts: "cosineRestarts"
        case .oneCycle: "oneCycle"
        case .polynomial: "polynomial"
        }
    }

    /// What time counts unless something else is asked: steps for curves over the whole run, epochs for those with places of their own.
    var unit: Schedule.Unit {
        switch self {
        case .constant, .cosine, .oneCycle, .polynomial: .step
        case .step, .multiStep, .exponential, .cosineRestarts: .epoch
        }
    }

    func factor(at time: Int, of total: Int) -> Double {
        let t = Double(time)
        switch self {
        case .constant: return 1
        case .step(let every, let factor): return pow(factor, Double(time / every))
        case .multiStep(let places, let factor): return pow(factor, Double(places.count { $0 <= time }))
        case .exponential(let factor): return pow(factor, t)
        case .cosine(let minimum): return Self.cosine(1, minimum, min(1, t / Double(total)))
        case .cosineRestarts(let period, let growth, let minimum):
            var (start, length) = (0, period)
            if growth == 1 { start = time / period * period }
            while growth > 1, time - start >= length {
                start += length
                let (longer, overflow) = length.multipliedReportingOverflow(by: growth)
                length = overflow ? Int.max : longer
            }
            return Self.cosine(1, minimum, Double(time - start) / Double(length))
        case .oneCycle(let rise, let start, let end, let linear):
            let peak = rise * Double(total) - 1, last = Double(total - 1)
            func between(_ from: Double, _ to: Double, _ share: Double) -> Double {
                linear ? from + (to - from) * share : Self.cosine(from, to, share)
            }
            if t <= peak, peak > 0 { return between(start, 1, t / peak) }
            return between(1, start * end, last > peak ? min(1, (t - peak) / (last - peak)) : 1)
        case .polynomial(let power): return pow(1 - min(1, t / Double(total)), power)
        }
    }

    private static func cosine(_ from: Double, _ to: Double, _ share: Double) -> Double { to + (from - to) * (1 + cos(.pi * share)) / 2 }

    func check() throws {
        func demand(_ isRight: Bool, _ reason: String) throws {
            guard isRight else { throw LearningError("schedule", reason, at: name) }
        }
        func share(_ value: Double) -> Bool { value >= 0 && value <= 1 }
        switch self {
        case .constant: break
        case .step(let every, let factor):
            try demand(every >= 1, "every must be at least 1, got \(every)")
            try demand(share(factor), "factor must be between 0 and 1, got \(factor)")
        case .multiStep(let places, let factor):
            try demand(places == places.sorted() && places.allSatisfy { $0 >= 0 }, "places must rise from 0 on, got \(places)")
            try demand(share(factor), "factor must be between 0 and 1, got \(factor)")
        case .exponential(let factor): try demand(share(factor), "factor must be between 0 and 1, got \(factor)")
        case .cosine(let minimum): try demand(share(minimum), "minimum must be between 0 and 1, got \(minimum)")
        case .cosineRestarts(let period, let growth, let minimum):
            try demand(period >= 1 && growth >= 1, "period and growth must be at least 1, got \(period) and \(growth)")
            try demand(share(minimum), "minimum must be between 0 and 1, got \(minimum)")
        case .oneCycle(let rise, let start, let end, _):
            try demand(
                share(rise) && share(start) && share(end), "rise, start and end must be between 0 and 1, got \(rise), \(start), \(end)")
        case .polynomial(let power): try demand(power > 0 && power.isFinite, "power must be above 0, got \(power)")
        }
    }
}

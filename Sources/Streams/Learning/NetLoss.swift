import Engine
import Features
import Formats
public import Learning

/// What learning on the spot makes small.
public enum NetLoss: Hashable, Sendable {
    /// Of classes, a share `smoothing` of the target being spread over all of them.
    case crossEntropy(smoothing: Double = 0)
    /// Of classes, with what is already right turned down: (1 − p)^γ times the cross-entropy.
    case focal(gamma: Double = 2)
    /// Of numbers, in deviations of the targets.
    case meanSquare
    case meanAbsolute
    /// Quadratic up to a deviation, linear beyond.
    case huber

    /// The names in bundles and recipes.
    public static let names = ["cross-entropy", "focal", "mse", "mae", "huber"]

    /// The loss that a bundle names, or the usual one for the goal where it names none.
    ///
    /// - Throws: `StreamError` for an unknown name, a setting out of range, or a loss that does not fit the goal.
    public init(_ named: Named?, for goal: NetGoal) throws {
        let isClasses = if case .classes = goal { true } else { false }
        guard let named else {
            self = isClasses ? .crossEntropy() : .meanSquare
            return
        }
        func setting(_ key: String, _ standard: Double, _ range: ClosedRange<Double>) throws -> Double {
            guard let given = named.settings[key] else { return standard }
            guard let value = given.double, range.contains(value) else {
                throw StreamError("loss", "\(key) is \(given), not in \(range.lowerBound)...\(range.upperBound)", at: named.name)
            }
            return value
        }
        switch named.name {
        case "cross-entropy": self = .crossEntropy(smoothing: try setting("smoothing", 0, 0...1))
        case "focal": self = .focal(gamma: try setting("gamma", 2, 0...100))
        case "mse": self = .meanSquare
        case "mae": self = .meanAbsolute
        case "huber": self = .huber
        default: throw StreamError("loss", "is not known\(hint(for: named.name, among: Self.names))", at: named.name)
        }
        guard isClasses == isOfClasses else {
            throw StreamError("loss", "does not fit \(isClasses ? "classes" : "numbers")", at: named.name)
        }
    }

    /// The loss by its name and settings.
    public var named: Named {
        switch self {
        case .crossEntropy(let smoothing): Named("cross-entropy", smoothing == 0 ? [:] : ["smoothing": .number(smoothing)])
        case .focal(let gamma): Named("focal", ["gamma": .number(gamma)])
        case .meanSquare: Named("mse")
        case .meanAbsolute: Named("mae")
        case .huber: Named("huber")
        }
    }

    /// The smoothing, or γ; 0 for the others.
    var strength: Double {
        switch self {
        case .crossEntropy(let smoothing): smoothing
        case .focal(let gamma): gamma
        default: 0
        }
    }

    /// What `named.name` and `strength` say of a loss; nil where they say nothing.
    init?(_ name: String, strength: Double) {
        switch name {
        case "cross-entropy" where (0...1).contains(strength): self = .crossEntropy(smoothing: strength)
        case "focal" where (0...100).contains(strength): self = .focal(gamma: strength)
        case "mse": self = .meanSquare
        case "mae": self = .meanAbsolute
        case "huber": self = .huber
        default: return nil
        }
    }

    var isOfClasses: Bool {
        switch self {
        case .crossEntropy, .focal: true
        case .meanSquare, .meanAbsolute, .huber: false
        }
    }

    /// The sum over the samples, each taken as often as its weight says, divided by the number of those that weigh something.
    ///
    /// Not by the sum of the weights: of a single sample nothing would be left of it.
    ///
    /// - Parameters:
    ///   - answers: [batch, classes], not normalised, or [batch, numbers] in units of the targets' deviations, as the targets are.
    ///   - targets: [batch] classes, or [batch, numbers].
    ///   - weights: [batch].
    func mean(_ answers: Tensor, _ targets: Tensor, weights: Tensor) -> Tensor {
        let sum =
            switch self {
            case .crossEntropy(let smoothing):
                Learning.crossEntropy(answers, targets, smoothing: smoothing, weights: weights, reduction: .sum)
            case .focal(let gamma): Learning.focal(answers, targets, gamma: gamma, weights: weights, reduction: .sum)
            case .meanSquare: meanSquaredError(answers, targets, weights: weights, reduction: .sum)
            case .meanAbsolute: meanAbsoluteError(answers, targets, weights: weights, reduction: .sum)
            case .huber: Learning.huber(answers, targets, weights: weights, reduction: .sum)
            }
        return sum / (isOfClasses ? present(weights) : present(weights) * Double(answers.shape[1]))
    }
}

/// How many samples weigh something, 1 at least.
func present(_ weights: Tensor) -> Tensor { maximum(weights.isGreater(than: 0).cast(to: .f32).sum(), 1) }

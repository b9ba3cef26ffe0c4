/// The optimizers by the names and settings of recipes and bundles.
public enum OptimizerNames {
    /// `sgd`, `momentum` and `nesterov` are the same rule with other defaults.
    public static let all = ["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw", "nadam", "lamb", "lion"]

    /// What may be set beside the rate, with its default.
    public static func defaults(of name: String) throws -> [String: Double] { try standard(name).settings }

    /// The optimizer of a name with these settings; what is not set keeps its default.
    ///
    /// - Parameter rate: the learning rate, or nil for the default one.
    /// - Parameter settings: by the labels of the initializer; 0 and 1 stand for no and yes.
    /// - Throws: where the name or a setting is not known, or a value is out of its range.
    public static func make(_ name: String, rate: Double? = nil, settings: [String: Double] = [:]) throws -> any Optimizer {
        let standard = try standard(name)
        for (key, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard standard.settings[key] != nil else {
                throw LearningError(
                    "optimizer", "has no setting '\(key)', only \(standard.settings.keys.sorted().joined(separator: ", "))", at: name)
            }
            try check(name, key, value)
        }
        let rate = rate ?? standard.rate
        guard rate.isFinite, rate >= 0 else {
            throw LearningError("optimizer", "the rate must be finite and not negative, got \(rate)", at: name)
        }
        let merged = standard.settings.merging(settings) { $1 }
        func value(_ key: String) -> Double { merged[key]! }
        func isOn(_ key: String) -> Bool { value(key) != 0 }
        switch standard {
        case is SGD:
            guard !isOn("nesterov") || value("momentum") != 0 && value("dampening") == 0 else {
                throw LearningError("optimizer", "Nesterov's rule needs a momentum and no dampening", at: name)
            }
            return SGD(
                rate: rate, momentum: value("momentum"), dampening: value("dampening"), decay: value("decay"), nesterov: isOn("nesterov"))
        case is RMSProp:
            return RMSProp(
                rate: rate, alpha: value("alpha"), epsilon: value("epsilon"), decay: value("decay"), momentum: value("momentum"),
                centered: isOn("centered"))
        case is Adagrad:
            return Adagrad(
                rate: rate, rateDecay: value("rateDecay"), decay: value("decay"), initial: value("initial"), epsilon: value("epsilon"))
        case is Adam:
            return Adam(
                rate: rate, beta1: value("beta1"), beta2: value("beta2"), epsilon: value("epsilon"), decay: value("decay"))
        case is AdamW:
            return AdamW(
                rate: rate, beta1: value("beta1"), beta2: value("beta2"), epsilon: value("epsilon"), decay: value("decay"))
        case is NAdam:
            return NAdam(
                rate: rate, beta1: value("beta1"), beta2: value("beta2"), epsilon: value("epsilon"), decay: value("decay"),
                momentumDecay: value("momentumDecay"), decoupled: isOn("decoupled"))
        case is LAMB:
            return LAMB(
                rate: rate, beta1: value("beta1"), beta2: value("beta2"), epsilon: value("epsilon"), decay: value("decay"))
        default:
            return Lion(rate: rate, beta1: value("beta1"), beta2: value("beta2"), decay: value("decay"))
        }
    }

    private static func standard(_ name: String) throws -> any Optimizer {
        switch name {
        case "sgd": SGD(rate: 1e-2)
        case "momentum": SGD(rate: 1e-2, momentum: 0.9)
        case "nesterov": SGD(rate: 1e-2, momentum: 0.9, nesterov: true)
        case "rmsprop": RMSProp()
        case "adagrad": Adagrad()
        case "adam": Adam()
        case "adamw": AdamW()
        case "nadam": NAdam()
        case "lamb": LAMB()
        case "lion": Lion()
        default: throw LearningError("optimizer", "is not known, only \(all.joined(separator: ", "))", at: name)
        }
    }

    private static func check(_ name: String, _ key: String, _ value: Double) throws {
        let isShare = ["beta1", "beta2", "alpha", "momentum"].contains(key)
        guard value.isFinite, value >= 0, !isShare || value < 1 else {
            let range = isShare ? "at least 0 and less than 1" : "finite and not negative"
            throw LearningError("optimizer", "\(key) must be \(range), got \(value)", at: name)
        }
    }
}

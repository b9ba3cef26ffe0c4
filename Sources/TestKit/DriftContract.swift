import Learning
public import Streams

/// What every drift detector has to keep to.
public enum DriftContract {
    /// The names of the checks, in their order.
    public static let checks = ["change", "determinism", "save", "hostile", "memory", "bytes"]

    /// The checks that a detector fails, with what was found; empty for a good one.
    ///
    /// - Parameters:
    ///   - subject: a new one, with a warm-up or a reference of at most 2000 values.
    ///   - answers: whether it watches 0 and 1 instead of any numbers.
    public static func violations<Detector: DriftDetector>(_ subject: Detector, answers: Bool = false) -> [String] {
        let found: [String?] = [
            change(subject, answers), determinism(subject, answers), save(subject, answers), hostile(subject, answers),
            memory(subject, answers),
            bytes(subject, answers),
        ]
        return zip(checks, found).compactMap { check, found in found.map { "\(check): \($0)" } }
    }

    /// Values around 0 and, from `change` on, far from it; or answers with 5 and then 95 errors in 100.
    private static func values(_ count: Int, change: Int, _ answers: Bool, seed: UInt64 = 3) -> [Double] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { event in
            let unit = random.unit()
            if answers { return unit < (event < change ? 0.05 : 0.95) ? 1 : 0 }
            return unit + random.unit() - 1 + (event < change ? 0 : 60)
        }
    }

    /// A change that nobody can overlook is reported within 600 events.
    private static func change<Detector: DriftDetector>(_ subject: Detector, _ answers: Bool) -> String? {
        var subject = subject
        for (event, value) in values(3600, change: 3000, answers).enumerated() {
            if subject.on(value) == .drift && event >= 3000 { return nil }
        }
        return "a change of everything is not reported within 600 events"
    }

    private static func determinism<Detector: DriftDetector>(_ subject: Detector, _ answers: Bool) -> String? {
        var first = subject, second = subject
        let values = values(4000, change: 2500, answers)
        return values.map { first.on($0) } == values.map { second.on($0) } && first.stateBytes == second.stateBytes
            ? nil : "equal streams give other states"
    }

    /// Saved and read at any event it goes on as if nothing had been.
    private static func save<Detector: DriftDetector>(_ subject: Detector, _ answers: Bool) -> String? {
        var subject = subject
        let values = values(5000, change: 2600, answers)
        for (event, value) in values.enumerated() {
            _ = subject.on(value)
            guard [0, 29, 999, 2400, 2700].contains(event) else { continue }
            guard var copy = try? Detector(stateBytes: subject.stateBytes) else { return "its state after \(event + 1) events is refused" }
            var original = subject
            for value in values[(event + 1)...] where original.on(value) != copy.on(value) { return "another course after event \(event)" }
            guard original.stateBytes == copy.stateBytes else { return "other bits after event \(event)" }
        }
        return nil
    }

    /// What is no number is counted and changes nothing else; the largest numbers do not trap.
    private static func hostile<Detector: DriftDetector>(_ subject: Detector, _ answers: Bool) -> String? {
        var clean = subject, disturbed = subject
        for (event, value) in values(3500, change: 2600, answers).enumerated() {
            let wanted = clean.on(value)
            if event % 100 == 50 {
                for bad in [Double.nan, .infinity, -.infinity] where disturbed.on(bad) == .drift { return "a drift at \(bad)" }
            }
            guard disturbed.on(value) == wanted else { return "another course at event \(event) after values that are not finite" }
        }
        guard disturbed.refused == clean.refused + 105 else { return "\(disturbed.refused - clean.refused) of 105 values counted" }
        for value in [1e308, -1e308, Double.leastNonzeroMagnitude, 1e200, -0.0, 1e154] + values(200, change: 100, answers) {
            _ = disturbed.on(value)
        }
        return nil
    }

    private static func memory<Detector: DriftDetector>(_ subject: Detector, _ answers: Bool) -> String? {
        var subject = subject
        let limit = subject.memoryLimit
        for (event, value) in values(60_000, change: 60_000, answers).enumerated() {
            _ = subject.on(value)
            if event % 1000 == 0 && subject.memoryBytes > limit {
                return "\(subject.memoryBytes) bytes after event \(event), the limit is \(limit)"
            }
        }
        let bytes = subject.stateBytes.count
        return bytes <= 2 * limit + 4096 ? nil : "the state takes \(bytes) bytes, the limit is \(limit)"
    }

    private static func bytes<Detector: DriftDetector>(_ subject: Detector, _ answers: Bool) -> String? {
        var subject = subject
        for value in values(2700, change: 2600, answers) { _ = subject.on(value) }
        let more = values(150, change: 75, answers, seed: 8)
        return StateContract.violation(of: subject) { state in
            for value in more { _ = state.on(value) }
        }
    }
}

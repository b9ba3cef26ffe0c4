/// Finds the epoch from which on a model learns its training data by heart.
enum Overfitting {
    /// A warning in words, or nil.
    ///
    /// The validation score must have been worse than its best for three epochs in a row, by more than a hundredth of it, while the
    /// training loss went on falling.
    static func warning(_ history: [EpochRecord], monitor: TrainerOptions.Monitor) -> String? {
        let name = history.allSatisfy { $0.score("loss") != nil } ? "loss" : monitor.name
        let larger = name == "loss" ? false : monitor.largerIsBetter
        let values = history.compactMap { $0.score(name) }
        guard values.count == history.count, values.count >= 4, values.allSatisfy(\.isFinite) else { return nil }
        let best = values.indices.reduce(0) { larger ? (values[$1] > values[$0] ? $1 : $0) : (values[$1] < values[$0] ? $1 : $0) }
        let after = values[(best + 1)...], margin = 0.01 * values[best].magnitude
        guard after.count >= 3, after.suffix(3).allSatisfy({ larger ? $0 < values[best] - margin : $0 > values[best] + margin }) else {
            return nil
        }
        let first = history[best], last = history[history.count - 1]
        guard last.loss < first.loss else { return nil }
        return
            "overfitting: since epoch \(first.epoch) the training loss fell from \(Wording.plain(first.loss)) to \(Wording.plain(last.loss)), "
            + "but the validation \(name) went from \(Wording.plain(values[best])) to \(Wording.plain(values[values.count - 1])); "
            + "more data, augmentation, dropout, weight decay or an earlier end help"
    }
}

import Learning

/// Chooses how sensitive any detector may be, on a reference part of the stream that it will watch.
public enum Sensitivity {
    /// The most sensitive setting whose detector keeps to a rate of false alarms.
    ///
    /// The detector runs over `events` values that are drawn from the reference in blocks; each alarm is a false one. Settings are tried by
    /// bisection, so more sensitive ones must give no fewer alarms.
    ///
    ///     let delta = Sensitivity.choose(from: (0..<20).map { 1e-9 * pow(3, Double($0)) }, reference: calm, falseAlarms: 1e-4) {
    ///         ADWIN(delta: $0)
    ///     }
    ///
    /// - Parameters:
    ///   - settings: from calm to sensitive.
    ///   - reference: values without a change, at least 100.
    ///   - falseAlarms: alarms per event.
    ///   - block: how many neighbouring values are drawn together; as long as neighbours depend on each other.
    /// - Returns: nil if even the calmest setting alarms more often.
    public static func choose<Detector: DriftDetector>(
        from settings: [Double], reference: [Double], falseAlarms: Double, events: Int = 100_000, block: Int = 1, seed: UInt64 = 0,
        _ make: (_ setting: Double) -> Detector
    ) -> Double? {
        precondition(reference.count >= 100 && block > 0 && events > 0, "Sensitivity: the reference, the block or the events are too few")
        func keeps(_ setting: Double) -> Bool {
            var detector = make(setting), random = SplitMix(seed: seed), place = 0, alarms = 0
            for event in 0..<events {
                place = event % block == 0 ? random.below(reference.count) : (place + 1) % reference.count
                if detector.on(reference[place]) == .drift { alarms += 1 }
            }
            return Double(alarms) <= falseAlarms * Double(events)
        }
        var kept: Double?
        var low = 0, high = settings.count
        while low < high {
            let middle = (low + high) / 2
            if keeps(settings[middle]) {
                kept = settings[middle]
                low = middle + 1
            } else {
                high = middle
            }
        }
        return kept
    }
}

import Streams
import Testing

@Suite struct DriftGoldenTests {
    private func events<Detector: DriftDetector>(_ values: [Double], _ detector: Detector) -> (drifts: [Int], warnings: [Int]) {
        var detector = detector, drifts: [Int] = [], warnings: [Int] = []
        for (event, value) in values.enumerated() {
            switch detector.on(value) {
            case .drift: drifts.append(event)
            case .warning: warnings.append(event)
            case .stable: break
            }
        }
        return (drifts, warnings)
    }

    private func events(_ example: DriftCases.Line, _ values: [Double]) throws -> (drifts: [Int], warnings: [Int]) {
        let options = try #require(example.options)
        switch example.detector {
        case "adwin":
            return events(
                values,
                ADWIN(
                    delta: options.delta ?? 0.002, clock: options.clock ?? 32, bucketsPerSize: options.max_buckets ?? 5,
                    shortestPart: options.min_window_length ?? 5, warmUp: options.grace_period ?? 10))
        case "page-hinkley":
            return events(
                values,
                PageHinkley(
                    threshold: options.threshold ?? 50, tolerance: options.delta ?? 0.005, retention: options.alpha ?? 1 - 0.0001,
                    warmUp: options.min_instances ?? 30, direction: options.mode == "up" ? .up : options.mode == "down" ? .down : .both))
        case "kswin":
            return events(
                values,
                KSWIN(
                    alpha: options.alpha ?? 0.005, windowLength: options.window_size ?? 100, sampleLength: options.stat_size ?? 30,
                    seed: try #require(options.seed)))
        case "ddm":
            return events(
                values,
                DDM(
                    warningLevel: options.warning_threshold ?? 2, driftLevel: options.drift_threshold ?? 3, warmUp: options.warm_start ?? 30
                ))
        case "eddm":
            return events(
                values, EDDM(warningRatio: options.alpha ?? 0.95, driftRatio: options.beta ?? 0.9, warmUp: options.warm_start ?? 30))
        default:
            Issue.record("no detector is called \(example.detector ?? "nil")")
            return ([], [])
        }
    }

    @Test func `alarms and warnings come at the events at which River gives them`() throws {
        let golden = try DriftCases()
        var counts: [String: Int] = [:]
        for example in golden.cases {
            let found = try events(example, try #require(golden.streams[example.stream ?? ""]))
            #expect(
                found.drifts == example.drifts,
                "\(example.detector ?? "") on \(example.stream ?? ""), \(String(describing: example.options))")
            #expect(found.warnings == example.warnings, "\(example.detector ?? "") on \(example.stream ?? "")")
            counts[example.detector ?? "", default: 0] += found.drifts.count
        }
        #expect(counts.keys.sorted() == ["adwin", "ddm", "eddm", "kswin", "page-hinkley"])
        #expect(counts.values.allSatisfy { $0 >= 10 }, "\(counts)")
    }
}

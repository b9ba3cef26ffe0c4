import Foundation

/// Small streams and the events at which River alarms on them.
struct DriftCases {
    struct Options: Decodable {
        var delta: Double?, clock: Int?, max_buckets: Int?, min_window_length: Int?, grace_period: Int?
        var threshold: Double?, alpha: Double?, beta: Double?, mode: String?, min_instances: Int?
        var seed: UInt64?, window_size: Int?, stat_size: Int?
        var warm_start: Int?, warning_threshold: Double?, drift_threshold: Double?
    }

    struct Line: Decodable {
        let reference: String?
        let stream: String?
        let values: [Double]?
        let detector: String?
        let options: Options?
        let drifts: [Int]?
        let warnings: [Int]?
    }

    var streams: [String: [Double]] = [:]
    var cases: [Line] = []

    init() throws {
        let place = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            "Golden/drift.jsonl")
        for text in try Data(contentsOf: place).split(separator: UInt8(ascii: "\n")) {
            let line = try JSONDecoder().decode(Line.self, from: Data(text))
            if let name = line.stream, let values = line.values { streams[name] = values }
            if line.detector != nil { cases.append(line) }
        }
    }
}

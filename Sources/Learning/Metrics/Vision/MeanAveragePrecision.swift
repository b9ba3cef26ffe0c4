/// The area under the precision-recall curve of detections, averaged over classes and thresholds of overlap, as COCO does it.
///
/// A detection hits the free true box of its class that it overlaps most, if their IoU reaches the threshold; precision is made
/// falling and read at 101 recalls. Classes without a true box take no part. Lin and others: Microsoft COCO (2014).
public struct MeanAveragePrecision: Metric {
    public let thresholds: [Double]
    /// Detections of a class in an image beyond these many best ones are left out.
    public let limit: Int
    public let name: String
    public let higherIsBetter = true

    /// The mean over IoU 0.50, 0.55, …, 0.95.
    public init() {
        thresholds = (0..<10).map { 0.5 + 0.05 * Double($0) }
        limit = 100
        name = "map"
    }

    /// At one threshold, such as 0.5.
    public init(at threshold: Double, limit: Int = 100) {
        demand(threshold > 0 && threshold <= 1 && limit > 0, LearningError("meanAveragePrecision", "IoU \(threshold), \(limit) detections"))
        thresholds = [threshold]
        self.limit = limit
        name = "map_\(Int((threshold * 100).rounded()))"
    }

    /// One sample is one image: its detections and its true boxes.
    public func weighted(_ predictions: [[DetectedBox]], _ targets: [[TrueBox]]) throws -> WeightedMetric {
        for boxes in predictions { for box in boxes where box.score.isNaN { throw LearningError(name, "a score is not a number") } }
        let labels = Set(targets.flatMap { $0.lazy.filter { !$0.isCrowd }.map(\.label) }).sorted()
        let classes = labels.map { label in
            thresholds.map { threshold in
                RankedDetections(predictions, targets, label: label, threshold: min(threshold, 1 - 1e-10), limit: limit)
            }
        }
        return WeightedMetric(count: targets.count, undefined: "there is no true box") { weights in
            var sum = 0.0, count = 0.0
            for ranked in classes {
                for one in ranked {
                    let value = one.averagePrecision(weights)
                    if !value.isNaN {
                        sum += value
                        count += 1
                    }
                }
            }
            return sum / count
        }
    }
}

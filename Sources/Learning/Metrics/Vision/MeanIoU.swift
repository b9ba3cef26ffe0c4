/// Intersection over union of each class over all pixels of all images, averaged over the classes that are predicted or true.
public struct MeanIoU: SumMetric {
    public typealias Prediction = [Int]
    public typealias Target = [Int]

    public let classes: Int
    /// The label of pixels that do not count, such as 255.
    public let ignored: Int?
    public let name = "mean_iou"
    public let higherIsBetter = true
    public var undefined: String { "no pixel counts" }

    public init(classes: Int, ignored: Int? = nil) {
        demand((1...65_536).contains(classes), LearningError("meanIoU", "\(classes) classes"))
        self.classes = classes
        self.ignored = ignored
    }

    /// One image: the label of each pixel.
    public func add(_ prediction: [Int], _ target: [Int], to sums: inout SampleSums) throws {
        try RegionSums.add(name, prediction, target, classes: classes, ignored: ignored, to: &sums)
    }

    public func value(of sums: [Double]) -> Double { RegionSums.mean(sums) { $0 / ($1 + $2 - $0) } }

    /// That of each class; NaN for one that is neither predicted nor true.
    public func perClass(_ sums: [Double]) -> [Double] {
        (0..<classes).map { label in
            guard 3 * label < sums.count else { return .nan }
            let part = (0..<3).map { 3 * label + $0 < sums.count ? sums[3 * label + $0] : 0 }
            return part[0] / (part[1] + part[2] - part[0])
        }
    }
}

/// 2 · intersection / (predicted + true) of each class over all pixels of all images, averaged over the classes that are predicted or true.
public struct Dice: SumMetric {
    public typealias Prediction = [Int]
    public typealias Target = [Int]

    public let classes: Int
    /// The label of pixels that do not count, such as 255.
    public let ignored: Int?
    public let name = "dice"
    public let higherIsBetter = true
    public var undefined: String { "no pixel counts" }

    public init(classes: Int, ignored: Int? = nil) {
        demand((1...65_536).contains(classes), LearningError("dice", "\(classes) classes"))
        self.classes = classes
        self.ignored = ignored
    }

    /// One image: the label of each pixel.
    public func add(_ prediction: [Int], _ target: [Int], to sums: inout SampleSums) throws {
        try RegionSums.add(name, prediction, target, classes: classes, ignored: ignored, to: &sums)
    }

    public func value(of sums: [Double]) -> Double { RegionSums.mean(sums) { 2 * $0 / ($1 + $2) } }
}

/// A box that a model claims to hold an object of this class.
public struct DetectedBox: Hashable, Sendable, Codable {
    public var box: Box
    public var label: Int
    public var score: Double

    public init(_ box: Box, label: Int, score: Double) {
        self.box = box
        self.label = label
        self.score = score
    }
}

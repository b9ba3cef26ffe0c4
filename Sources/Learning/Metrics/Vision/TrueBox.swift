/// A box that holds an object of this class.
public struct TrueBox: Hashable, Sendable, Codable {
    public var box: Box
    public var label: Int
    /// A group that nobody counted: detections inside it count neither for nor against the model.
    public var isCrowd: Bool

    public init(_ box: Box, label: Int, isCrowd: Bool = false) {
        self.box = box
        self.label = label
        self.isCrowd = isCrowd
    }
}

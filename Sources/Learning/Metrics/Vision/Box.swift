/// A rectangle along the axes: left and top in, right and bottom out.
public struct Box: Hashable, Sendable, Codable {
    public var left: Double
    public var top: Double
    public var right: Double
    public var bottom: Double

    public init(left: Double, top: Double, right: Double, bottom: Double) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// 0 for a box that is inside out.
    public var area: Double { max(0, right - left) * max(0, bottom - top) }

    public func intersection(_ other: Box) -> Double {
        let width = min(right, other.right) - max(left, other.left), height = min(bottom, other.bottom) - max(top, other.top)
        return width > 0 && height > 0 ? width * height : 0
    }

    /// Intersection over union; 0 for two empty boxes.
    public func iou(_ other: Box) -> Double {
        let common = intersection(other), union = area + other.area - common
        return union > 0 ? common / union : 0
    }
}

/// How a resized picture's values follow from the old ones. When a picture gets smaller, the filter is stretched so that every old pixel
/// counts (antialiasing).
public enum ResizeFilter: String, Hashable, Sendable, CaseIterable {
    /// The mean over the area that a new pixel covers.
    case box
    /// A triangle of one pixel to each side.
    case bilinear
    /// The cubic of Keys with a = -1/2, two pixels to each side.
    case bicubic

    /// Half the filter's width in pixels.
    var support: Double {
        switch self {
        case .box: 0.5
        case .bilinear: 1
        case .bicubic: 2
        }
    }

    func weight(_ x: Double) -> Double {
        switch self {
        case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
        case .bilinear: return max(0, 1 - abs(x))
        case .bicubic:
            let a = -0.5, x = abs(x)
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
        }
    }
}

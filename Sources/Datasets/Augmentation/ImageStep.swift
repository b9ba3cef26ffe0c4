/// One way of changing a picture at random. Neighbouring geometric steps are carried out as one, so that a picture is sampled only once.
public enum ImageStep: Hashable, Sendable {
    // Geometric.

    /// By up to so many whole pixels each way: the same as padding on all sides and cutting out at random.
    case shift(Int)
    /// By up to so many degrees either way about the middle, bilinear.
    case rotate(Float)
    /// By a factor between the two about the middle, drawn evenly on a logarithmic scale, bilinear; above 1 things get larger.
    case scale(Float, Float)
    /// By up to so many degrees either way along the rows, bilinear.
    case shear(Float)
    /// Left and right change places, with this probability.
    case flip(Float)
    /// Top and bottom change places, with this probability.
    case flipVertically(Float)

    // Values.

    /// Brightness, contrast and saturation are multiplied by 1 ± up to so much; hues are turned by up to so much of the circle
    /// (0.5 is half of it). In this order. Saturation and hue leave grey pictures alone.
    case colour(brightness: Float, contrast: Float, saturation: Float, hue: Float)
    /// Normal noise of this deviation, where white is 1.
    case noise(Float)
    /// A square of this side around a random pixel is filled (DeVries and Taylor, 2017), with this probability.
    case cutout(Int, probability: Float)

    var isGeometric: Bool {
        switch self {
        case .shift, .rotate, .scale, .shear, .flip, .flipVertically: true
        case .colour, .noise, .cutout: false
        }
    }

    /// Whether pixels only change places, so that a picture keeps its values.
    var movesPixels: Bool {
        switch self {
        case .shift, .flip, .flipVertically: true
        case .rotate, .scale, .shear, .colour, .noise, .cutout: false
        }
    }

    /// Whether its numbers make sense.
    var problem: String? {
        switch self {
        case .shift(let pixels): pixels < 0 ? "shift by \(pixels) pixels" : nil
        case .rotate(let degrees): degrees.isFinite && degrees >= 0 ? nil : "rotate by \(degrees) degrees"
        case .scale(let low, let high): low > 0 && high >= low && high.isFinite ? nil : "scale by \(low) to \(high)"
        case .shear(let degrees): degrees >= 0 && degrees < 80 ? nil : "shear by \(degrees) degrees"
        case .flip(let chance), .flipVertically(let chance): 0...1 ~= chance ? nil : "flip with the probability \(chance)"
        case .colour(let brightness, let contrast, let saturation, let hue):
            [brightness, contrast, saturation].allSatisfy { 0...1 ~= $0 } && 0...0.5 ~= hue
                ? nil : "colour by \(brightness), \(contrast), \(saturation), \(hue)"
        case .noise(let deviation): deviation.isFinite && deviation >= 0 ? nil : "noise of the deviation \(deviation)"
        case .cutout(let side, let chance): side > 0 && 0...1 ~= chance ? nil : "cutout of \(side) pixels with the probability \(chance)"
        }
    }
}

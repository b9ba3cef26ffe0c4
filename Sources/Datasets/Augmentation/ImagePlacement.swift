#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a new pixel (x, y) comes from: (a x + b y + c, d x + e y + f), in pixels about the middle of the picture.
struct ImagePlacement {
    private(set) var a: Float = 1, b: Float = 0, c: Float = 0, d: Float = 0, e: Float = 1, f: Float = 0
    /// Whether pixels go onto pixels: nothing has to be interpolated.
    private(set) var isWhole = true
    private(set) var isIdentity = true
    let height: Int
    let width: Int

    init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// Lets a step follow what is there already.
    mutating func add(_ step: ImageStep, _ random: inout SampleRandom) {
        switch step {
        case .shift(let pixels):
            let x = Float(random.below(2 * pixels + 1) - pixels), y = Float(random.below(2 * pixels + 1) - pixels)
            if x != 0 || y != 0 { follow(1, 0, -x, 0, 1, -y) }
        case .rotate(let degrees):
            let angle = random.uniform(-degrees, degrees) * .pi / 180
            guard angle != 0 else { return }
            isWhole = false
            follow(cos(angle), sin(angle), 0, -sin(angle), cos(angle), 0)
        case .scale(let low, let high):
            let factor = exp(random.uniform(log(low), log(high)))
            guard factor != 1 else { return }
            isWhole = false
            follow(1 / factor, 0, 0, 0, 1 / factor, 0)
        case .shear(let degrees):
            let slope = tan(random.uniform(-degrees, degrees) * .pi / 180)
            guard slope != 0 else { return }
            isWhole = false
            follow(1, -slope, 0, 0, 1, 0)
        case .flip(let chance): if random.chance(chance) { follow(-1, 0, 0, 0, 1, 0) }
        case .flipVertically(let chance): if random.chance(chance) { follow(1, 0, 0, 0, -1, 0) }
        case .colour, .noise, .cutout: break
        }
    }

    /// A later step maps new pixels to the places that this one then maps on: this after that.
    private mutating func follow(_ p: Float, _ q: Float, _ r: Float, _ s: Float, _ t: Float, _ u: Float) {
        (a, b, c, d, e, f) = (a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f)
        isIdentity = false
    }

    /// The same map in coordinates that count from the first pixel.
    var fromCorner: (a: Float, b: Float, c: Float, d: Float, e: Float, f: Float) {
        let x = Float(width - 1) / 2, y = Float(height - 1) / 2
        return (a, b, c + x - a * x - b * y, d, e, f + y - d * x - e * y)
    }
}

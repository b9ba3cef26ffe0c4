#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A picture in floats that augmentation works on, with a second one to sample into.
struct Canvas {
    let height: Int
    let width: Int
    let channels: Int
    let white: Float
    let fill: Float
    /// Values of a picture.
    let size: Int
    private var pixels: [Float]
    private var next: [Float]

    init(height: Int, width: Int, channels: Int, white: Float, fill: Float) {
        self.height = height
        self.width = width
        self.channels = channels
        self.white = white
        self.fill = fill
        size = height * width * channels
        pixels = [Float](repeating: 0, count: size)
        next = pixels
    }

    // MARK: In and out

    mutating func load<Value: PictureValue>(_ source: UnsafeMutableBufferPointer<Value>) {
        pixels.withUnsafeMutableBufferPointer { pixels in for place in 0..<pixels.count { pixels[place] = source[place].number } }
    }

    func store<Value: PictureValue>(_ target: UnsafeMutableBufferPointer<Value>) {
        pixels.withUnsafeBufferPointer { pixels in for place in 0..<pixels.count { target[place] = Value(number: pixels[place]) } }
    }

    // MARK: Geometry

    mutating func place(_ placement: ImagePlacement) {
        if placement.isIdentity { return }
        if placement.isWhole {
            pixels.withUnsafeBufferPointer { source in
                next.withUnsafeMutableBufferPointer { placement.move(source, to: $0, channels: channels, fill: fill) }
            }
        } else if channels == 1 {
            sampleGrey(placement)
        } else {
            sample(placement)
        }
        swap(&pixels, &next)
    }

    /// Bilinear; what lies outside counts as `fill`.
    private mutating func sample(_ placement: ImagePlacement) {
        let map = placement.fromCorner, fill = fill, width = width, height = height, channels = channels
        pixels.withUnsafeBufferPointer { source in
            next.withUnsafeMutableBufferPointer { target in
                var place = 0
                for y in 0..<height {
                    for x in 0..<width {
                        let fromX = map.a * Float(x) + map.b * Float(y) + map.c, fromY = map.d * Float(x) + map.e * Float(y) + map.f
                        let (left, top) = Self.corner(fromX, fromY, width, height)
                        let right = fromX - Float(left), down = fromY - Float(top)
                        for channel in 0..<channels {
                            func value(_ x: Int, _ y: Int) -> Float {
                                x >= 0 && x < width && y >= 0 && y < height ? source[(y * width + x) * channels + channel] : fill
                            }
                            let upper = value(left, top) * (1 - right) + value(left + 1, top) * right
                            let lower = value(left, top + 1) * (1 - right) + value(left + 1, top + 1) * right
                            target[place] = upper * (1 - down) + lower * down
                            place += 1
                        }
                    }
                }
            }
        }
    }

    /// The same for one channel, where most pixels have all four neighbours inside.
    private mutating func sampleGrey(_ placement: ImagePlacement) {
        let map = placement.fromCorner, fill = fill, width = width, height = height
        pixels.withUnsafeBufferPointer { source in
            next.withUnsafeMutableBufferPointer { target in
                let source = source.baseAddress!, target = target.baseAddress!
                for y in 0..<height {
                    let startX = map.b * Float(y) + map.c, startY = map.e * Float(y) + map.f
                    for x in 0..<width {
                        let fromX = map.a * Float(x) + startX, fromY = map.d * Float(x) + startY
                        let (left, top) = Self.corner(fromX, fromY, width, height)
                        let right = fromX - Float(left), down = fromY - Float(top)
                        let from = top * width + left
                        let corners: SIMD4<Float>
                        if left >= 0 && left < width - 1 && top >= 0 && top < height - 1 {
                            corners = SIMD4(source[from], source[from + 1], source[from + width], source[from + width + 1])
                        } else {
                            let hasLeft = left >= 0 && left < width, hasRight = left >= -1 && left < width - 1
                            let hasTop = top >= 0 && top < height, hasBottom = top >= -1 && top < height - 1
                            corners = SIMD4(
                                hasLeft && hasTop ? source[from] : fill, hasRight && hasTop ? source[from + 1] : fill,
                                hasLeft && hasBottom ? source[from + width] : fill, hasRight && hasBottom ? source[from + width + 1] : fill)
                        }
                        let upper = corners.x + (corners.y - corners.x) * right, lower = corners.z + (corners.w - corners.z) * right
                        target[y * width + x] = upper + (lower - upper) * down
                    }
                }
            }
        }
    }

    /// The pixel above and left of a place; places far outside are brought near, where everything is `fill` just the same.
    @inline(__always) private static func corner(_ x: Float, _ y: Float, _ width: Int, _ height: Int) -> (Int, Int) {
        // Truncation after a shift into the positive is the floor, and much faster.
        let x = max(-2, min(Float(width + 1), x)), y = max(-2, min(Float(height + 1), y))
        return (Int(x + 2) - 2, Int(y + 2) - 2)
    }

    // MARK: Values

    mutating func apply(_ step: ImageStep, _ random: inout SampleRandom) {
        switch step {
        case .colour(let brightness, let contrast, let saturation, let hue):
            func factor(_ extent: Float) -> Float { 1 + random.uniform(-extent, extent) }
            let (bright, steep, strong, turn) = (factor(brightness), factor(contrast), factor(saturation), random.uniform(-hue, hue))
            if brightness > 0 { brighten(bright) }
            if contrast > 0 { spread(steep) }
            if channels >= 3 {
                if saturation > 0 { saturate(strong) }
                if hue > 0 { turnHue(turn) }
            }
        case .noise(let deviation):
            for place in 0..<size { pixels[place] = max(0, min(white, pixels[place] + random.normal() * deviation * white)) }
        case .cutout(let side, let probability):
            guard random.chance(probability) else { return }
            let x = random.below(width) - side / 2, y = random.below(height) - side / 2
            for row in max(0, y)..<min(height, y + side) {
                for place in (row * width + max(0, x)) * channels..<(row * width + min(width, x + side)) * channels { pixels[place] = fill }
            }
        case .shift, .rotate, .scale, .shear, .flip, .flipVertically: break
        }
    }

    private func clip(_ value: Float) -> Float { max(0, min(white, value)) }

    private mutating func brighten(_ factor: Float) { for place in 0..<size { pixels[place] = clip(pixels[place] * factor) } }

    private func luma(_ pixel: Int) -> Float {
        let place = pixel * channels
        if channels < 3 { return pixels[place] }
        return 0.299 * pixels[place] + 0.587 * pixels[place + 1] + 0.114 * pixels[place + 2]
    }

    /// Away from the mean luma or towards it.
    private mutating func spread(_ factor: Float) {
        let mean = (0..<height * width).reduce(Float(0)) { $0 + luma($1) } / Float(height * width)
        for place in 0..<size { pixels[place] = clip(mean + (pixels[place] - mean) * factor) }
    }

    /// Away from each pixel's grey or towards it.
    private mutating func saturate(_ factor: Float) {
        for pixel in 0..<height * width {
            let grey = luma(pixel)
            for place in pixel * channels..<pixel * channels + 3 { pixels[place] = clip(grey + (pixels[place] - grey) * factor) }
        }
    }

    /// Every hue is turned by this part of the circle; value and chroma stay.
    mutating func turnHue(_ turn: Float) {
        for pixel in 0..<height * width {
            let place = pixel * channels
            let red = pixels[place], green = pixels[place + 1], blue = pixels[place + 2]
            let high = max(red, green, blue), chroma = high - min(red, green, blue)
            guard chroma > 0 else { continue }
            var hue: Float
            if high == red {
                hue = (green - blue) / chroma
            } else if high == green {
                hue = (blue - red) / chroma + 2
            } else {
                hue = (red - green) / chroma + 4
            }
            hue += turn * 6
            func value(_ offset: Float) -> Float {
                var place = (offset + hue).truncatingRemainder(dividingBy: 6)
                if place < 0 { place += 6 }
                return high - chroma * max(0, min(place, 4 - place, 1))
            }
            pixels[place] = value(5)
            pixels[place + 1] = value(3)
            pixels[place + 2] = value(1)
        }
    }
}

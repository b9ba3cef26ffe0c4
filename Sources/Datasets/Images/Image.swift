import Engine

/// A picture in memory: eight bits a value, row after row, channels next to each other.
public struct Image: Hashable, Sendable {
    public let width: Int
    public let height: Int
    /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
    public let channels: Int
    public let pixels: [UInt8]

    public init(_ pixels: [UInt8], width: Int, height: Int, channels: Int) {
        if width < 1 || height < 1 || !(1...4 ~= channels) || pixels.count != width * height * channels {
            trap(DatasetError("image", "\(pixels.count) values are not \(width) x \(height) pixels of \(channels) channels"))
        }
        self.pixels = pixels
        self.width = width
        self.height = height
        self.channels = channels
    }

    /// The pixels as u8[height, width, channels].
    public var array: HostArray { HostArray(pixels, [height, width, channels]) }

    // MARK: Channels

    /// Grey by the weights of ITU-R 601, in sixteen bits as Pillow has them. Alpha is dropped.
    public var grey: Image {
        switch channels {
        case 1: return self
        case 2: return Image((0..<width * height).map { pixels[2 * $0] }, width: width, height: height, channels: 1)
        default:
            let values = (0..<width * height).map { pixel -> UInt8 in
                let place = pixel * channels
                let red = 19_595 * UInt32(pixels[place]), green = 38_470 * UInt32(pixels[place + 1]),
                    blue = 7_471 * UInt32(pixels[place + 2])
                return UInt8((red + green + blue + 0x8000) >> 16)
            }
            return Image(values, width: width, height: height, channels: 1)
        }
    }

    /// Red, green and blue; grey is repeated, alpha is dropped.
    public var rgb: Image {
        if channels == 3 { return self }
        var values = [UInt8](repeating: 0, count: width * height * 3)
        for pixel in 0..<width * height {
            for channel in 0..<3 { values[pixel * 3 + channel] = pixels[pixel * channels + (channels == 4 ? channel : 0)] }
        }
        return Image(values, width: width, height: height, channels: 3)
    }

    /// With one channel or three.
    public func converted(to count: Int) -> Image { count == 1 ? grey : rgb }

    // MARK: Geometry

    /// The part of this size whose upper left corner is at (x, y); what lies outside is `fill`.
    public func cropped(x: Int, y: Int, width: Int, height: Int, fill: UInt8 = 0) -> Image {
        var values = [UInt8](repeating: fill, count: width * height * channels)
        let first = max(0, -x), last = min(width, self.width - x)
        if first < last {
            for row in max(0, -y)..<max(max(0, -y), min(height, self.height - y)) {
                let source = ((y + row) * self.width + x + first) * channels, target = (row * width + first) * channels
                let count = (last - first) * channels
                values.replaceSubrange(target..<target + count, with: pixels[source..<source + count])
            }
        }
        return Image(values, width: width, height: height, channels: channels)
    }

    /// The middle of this size, as torchvision's CenterCrop takes it.
    public func centreCropped(width: Int, height: Int) -> Image {
        func start(_ own: Int, _ wanted: Int) -> Int { Int((Double(own - wanted) / 2).rounded(.toNearestOrEven)) }
        return cropped(x: start(self.width, width), y: start(self.height, height), width: width, height: height)
    }

    /// Scaled to this size; the same values as the `resize` of Pillow up to version 12, to the bit.
    public func resized(width: Int, height: Int, by filter: ResizeFilter = .bilinear) -> Image {
        if width == self.width && height == self.height { return self }
        let values = Resize(from: (self.height, self.width), to: (height, width), channels: channels, filter).run(pixels)
        return Image(values, width: width, height: height, channels: channels)
    }

    /// Brought to this size, in one of two ways.
    public func fitted(height: Int, width: Int, by fit: ImageFolder.Fit = .centreCrop) -> Image {
        switch fit {
        case .stretch: return resized(width: width, height: height)
        case .centreCrop:
            // Scaled so that it just covers the wanted size.
            let scale = max(Double(width) / Double(self.width), Double(height) / Double(self.height))
            let scaled = resized(
                width: max(width, Int((Double(self.width) * scale).rounded())),
                height: max(height, Int((Double(self.height) * scale).rounded())))
            return scaled.centreCropped(width: width, height: height)
        }
    }

    /// Scaled so that the shorter side has this length, the other in proportion (as torchvision's Resize of one number).
    public func resized(shorterSide: Int, by filter: ResizeFilter = .bilinear) -> Image {
        width <= height
            ? resized(width: shorterSide, height: max(1, shorterSide * height / width), by: filter)
            : resized(width: max(1, shorterSide * width / height), height: shorterSide, by: filter)
    }
}

public import Datasets
import Engine
import Formats

/// Pictures of any size become f32 [height, width, channels]: brought to the size, then (x - mean) / deviation for each channel.
public struct PicturePreparation: Codable, Hashable, Sendable {
    var kind = "pictures"
    var version = Preparation.version
    public let height: Int
    public let width: Int
    /// 1 for grey, 3 for red, green and blue.
    public let channels: Int
    public let mean: [Float]
    public let deviation: [Float]

    init(_ shape: Shape, _ normalisation: Normalisation) {
        (height, width, channels) = (shape[0], shape[1], shape[2])
        (mean, deviation) = (normalisation.mean, normalisation.deviation)
    }

    /// Numbers of a picture.
    var count: Int { height * width * channels }

    func check() throws {
        let sides = 1...1 << 14
        guard sides.contains(height), sides.contains(width), (1...4).contains(channels), mean.count == channels,
            deviation.count == channels, mean.allSatisfy(\.isFinite), deviation.allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            throw RecipeError("run", "pictures of \(height) x \(width) x \(channels) by mean \(mean) and deviation \(deviation)")
        }
    }

    /// The numbers of a picture: scaled until it just covers the size, and its middle cut out; a picture of this size is taken as it is.
    public func callAsFunction(_ image: Image) throws -> [Float] {
        let isConverted = image.channels == channels || channels == 1 || channels == 3
        guard isConverted else {
            throw RecipeError("run", "has \(image.channels) channels, the net takes \(channels)")
        }
        let own = image.channels == channels ? image : image.converted(to: channels)
        let pixels = HostArray(own.fitted(height: height, width: width).pixels, [1, height, width, channels])
        return try Normalisation(mean: mean, deviation: deviation)(pixels).values(Float.self)
    }
}

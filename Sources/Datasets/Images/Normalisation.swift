import Engine
import Learning

/// Scales images channel by channel: (x - mean) / deviation, where bytes count as 0 … 1.
public struct Normalisation: Hashable, Sendable {
    public let mean: [Float]
    public let deviation: [Float]

    public init(mean: [Float], deviation: [Float]) {
        if mean.isEmpty || mean.count != deviation.count || !deviation.allSatisfy({ $0 > 0 }) {
            trap("\(DatasetError("normalisation", "mean \(mean) and deviation \(deviation)"))")
        }
        self.mean = mean
        self.deviation = deviation
    }

    /// The mean and deviation of these images, u8 or f32 [..., channels]; a channel that never changes keeps its scale.
    public init(of images: HostArray) throws {
        guard images.shape.rank > 1, images.shape.count > 0 else {
            throw DatasetError("normalisation", "takes [...,channels], not \(images.type)")
        }
        let channels = images.shape[-1]
        var sums = [Double](repeating: 0, count: channels), squares = sums
        func add<Value>(_ values: UnsafeBufferPointer<Value>, _ scale: Double, _ number: (Value) -> Double) {
            var start = 0
            while start < values.count {
                for channel in 0..<channels {
                    let value = number(values[start + channel]) * scale
                    sums[channel] += value
                    squares[channel] += value * value
                }
                start += channels
            }
        }
        switch images.dtype {
        case .u8: images.withElements(of: UInt8.self) { add($0, 1 / 255) { Double($0) } }
        case .f32: images.withElements(of: Float.self) { add($0, 1) { Double($0) } }
        default: throw DatasetError("normalisation", "takes u8 or f32, not \(images.type)")
        }
        let count = Double(images.shape.count / channels)
        mean = sums.map { Float($0 / count) }
        deviation = zip(sums, squares).map { sum, square in
            let variance = max(0, square / count - sum / count * (sum / count))
            return variance > 1e-12 ? Float(variance.squareRoot()) : 1
        }
    }

    /// f32 of the same shape.
    public func callAsFunction(_ images: HostArray) throws -> HostArray {
        guard images.shape.rank > 0, images.shape[-1] == mean.count else {
            throw DatasetError("normalisation", "has \(mean.count) channels, the images are \(images.type)")
        }
        var result = HostArray(TensorType(images.shape, .f32))
        let channels = mean.count
        func write<Value>(_ values: UnsafeBufferPointer<Value>, _ factor: Float, _ number: (Value) -> Float) {
            let scale = deviation.map { factor / $0 }, shift = zip(mean, deviation).map { -$0 / $1 }
            result.withMutableElements(of: Float.self) { target in
                if channels == 1 {
                    let a = scale[0], b = shift[0]
                    for place in 0..<values.count { target[place] = number(values[place]) * a + b }
                } else {
                    for start in stride(from: 0, to: values.count, by: channels) {
                        for channel in 0..<channels {
                            target[start + channel] = number(values[start + channel]) * scale[channel] + shift[channel]
                        }
                    }
                }
            }
        }
        switch images.dtype {
        case .u8: images.withElements(of: UInt8.self) { write($0, 1 / 255) { Float($0) } }
        case .f32: images.withElements(of: Float.self) { write($0, 1) { $0 } }
        default: throw DatasetError("normalisation", "takes u8 or f32, not \(images.type)")
        }
        return result
    }
}

extension HostSource {
    /// Images in f32, scaled on the loader's threads.
    public func normalised(_ column: String = "images", by normalisation: Normalisation) -> AugmentedSource<Self> {
        mapped { batch in batch[column] = try normalisation(batch.array(column)) }
    }
}

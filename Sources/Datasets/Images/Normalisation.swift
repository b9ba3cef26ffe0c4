import Engine
import Learning

/// Scales images channel by channel: (x - mean) / deviation, where bytes count as 0 … 1.
public struct Normalisation: Hashable, Sendable {
    public let mean: [Float]
    public let deviation: [Float]

    public init(mean: [Float], deviation: [Float]) {
        if mean.isEmpty || mean.count != deviation.count || !deviation.allSatisfy({ $0 > 0 }) {
            trap(DatasetError("normalisation", "mean \(mean) and deviation \(deviation)"))
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
        return try HostArray(TensorType(images.shape, .f32)) { target in
            let target = target.assumingMemoryBound(to: Float.self)
            switch images.dtype {
            case .u8: images.withElements(of: UInt8.self) { scale($0, by: 1 / 255, into: target) { Float($0) } }
            case .f32: images.withElements(of: Float.self) { scale($0, by: 1, into: target) { $0 } }
            default: throw DatasetError("normalisation", "takes u8 or f32, not \(images.type)")
            }
        }
    }

    @inline(__always) private func scale<Value>(
        _ values: UnsafeBufferPointer<Value>, by factor: Float, into target: UnsafeMutableBufferPointer<Float>,
        _ number: (Value) -> Float
    ) {
        // The channels' factors and shifts side by side, often enough that vectors of them run on without a break.
        let channels = mean.count, period = channels * 64
        let factors = (0..<period).map { factor / deviation[$0 % channels] }
        let shifts = (0..<period).map { -mean[$0 % channels] / deviation[$0 % channels] }
        guard let from = values.baseAddress, let to = target.baseAddress else { return }
        factors.withUnsafeBufferPointer { factors in
            shifts.withUnsafeBufferPointer { shifts in
                let factors = factors.baseAddress!, shifts = shifts.baseAddress!
                for start in stride(from: 0, to: values.count, by: period) {
                    let from = from + start, to = to + start
                    for place in 0..<min(period, values.count - start) { to[place] = number(from[place]) * factors[place] + shifts[place] }
                }
            }
        }
    }
}

extension HostSource {
    /// Images in f32, scaled on the loader's threads.
    public func normalised(_ column: String = "images", by normalisation: Normalisation) -> AugmentedSource<Self> {
        mapped { batch in batch[column] = try normalisation(batch.array(column)) }
    }
}

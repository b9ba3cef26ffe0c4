import Engine
import Learning

/// Windows over a long series for forecasting: `inputs` f32[batch, lookBack, channels] and `targets` f32[batch, horizon, targets], cut out
/// when a batch is made; the series itself is never copied.
///
/// Sample `n` begins at step `range.lowerBound + n * stride`: its inputs are the `lookBack` steps from there on, its targets the `horizon`
/// steps that follow.
public struct WindowSource: HostSource {
    /// f32[time, channels].
    public let series: HostArray
    public let lookBack: Int
    public let horizon: Int
    public let stride: Int
    /// The steps that windows lie in, inputs and targets.
    public let range: Range<Int>
    /// The channels that are forecast; all by default.
    public let targets: [Int]
    public let batchSize: Int
    public let order: SampleOrder
    public let dropLast: Bool
    private let windows: Int

    public init(
        _ series: HostArray, lookBack: Int, horizon: Int, stride: Int = 1, range: Range<Int>? = nil, targets: [Int]? = nil, batch: Int,
        order: SampleOrder, dropLast: Bool = false
    ) throws {
        guard series.dtype == .f32, series.shape.rank == 2, series.shape[1] > 0 else {
            throw DatasetError("windows", "a series is f32[time,channels], not \(series.type)")
        }
        let range = range ?? 0..<series.count, targets = targets ?? Array(0..<series.shape[1])
        guard lookBack > 0, horizon >= 0, stride > 0, batch > 0 else {
            throw DatasetError("windows", "look-back \(lookBack), horizon \(horizon), stride \(stride), batch \(batch)")
        }
        guard range.lowerBound >= 0, range.upperBound <= series.count else {
            throw DatasetError("windows", "the steps \(range) lie outside the series of \(series.count)")
        }
        guard targets.allSatisfy({ 0..<series.shape[1] ~= $0 }), !targets.isEmpty else {
            throw DatasetError("windows", "the targets \(targets) are not all among \(series.shape[1]) channels")
        }
        guard range.count - lookBack >= horizon else {
            throw DatasetError("windows", "\(range.count) steps hold no window of \(lookBack) + \(horizon)")
        }
        self.series = series
        self.lookBack = lookBack
        self.horizon = horizon
        self.stride = stride
        self.range = range
        self.targets = targets
        self.batchSize = batch
        self.order = order
        self.dropLast = dropLast
        windows = (range.count - lookBack - horizon) / stride + 1
    }

    public var sampleCount: Int { dropLast ? windows / batchSize * batchSize : windows }

    public func epoch(_ number: Int) -> any HostEpoch {
        Epoch(source: self, number: number, order: order.order(of: windows, epoch: number))
    }

    private struct Epoch: HostEpoch {
        let source: WindowSource
        let number: Int
        let order: [Int]

        var batchCount: Int { source.batchCount }

        func batch(_ place: Int) -> HostBatch {
            let chosen = Array(order[batchRange(place, of: source.batchSize, in: source.sampleCount)])
            let channels = source.series.shape[1], lookBack = source.lookBack, horizon = source.horizon, targets = source.targets
            var inputs = HostArray(TensorType([chosen.count, lookBack, channels], .f32))
            var outputs = HostArray(TensorType([chosen.count, horizon, targets.count], .f32))
            source.series.withElements(of: Float.self) { series in
                inputs.withMutableElements(of: Float.self) { inputs in
                    for (row, sample) in chosen.enumerated() {
                        let start = (source.range.lowerBound + sample * source.stride) * channels
                        let size = lookBack * channels
                        _ = UnsafeMutableBufferPointer(rebasing: inputs[row * size..<(row + 1) * size])
                            .update(fromContentsOf: UnsafeBufferPointer(rebasing: series[start..<start + size]))
                    }
                }
                outputs.withMutableElements(of: Float.self) { outputs in
                    var place = 0
                    for sample in chosen {
                        let start = source.range.lowerBound + sample * source.stride + lookBack
                        for step in start..<start + horizon {
                            for target in targets {
                                outputs[place] = series[step * channels + target]
                                place += 1
                            }
                        }
                    }
                }
            }
            return HostBatch(epoch: number, number: place, samples: chosen, names: ["inputs", "targets"], arrays: [inputs, outputs])
        }
    }
}

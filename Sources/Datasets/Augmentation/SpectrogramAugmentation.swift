import Engine

/// SpecAugment (Park et al., 2019) for f32 [batch, time, bands] or [batch, time, bands, 1], with numbers that are a function of
/// (seed, epoch, sample).
public struct SpectrogramAugmentation: Augmentation {
    public let column: String
    /// Frames that a point in the middle may be moved by in time (W).
    public let warp: Int
    /// Masks of up to `bands` neighbouring bands (F).
    public let bands: Int
    public let bandMasks: Int
    /// Masks of up to `frames` neighbouring frames (T).
    public let frames: Int
    public let frameMasks: Int
    /// What masked places become; nil: the mean of the spectrogram.
    public let fill: Float?

    public init(
        bands: Int, bandMasks: Int = 1, frames: Int, frameMasks: Int = 1, warp: Int = 0, fill: Float? = nil, column: String = "spectrograms"
    ) {
        if min(bands, bandMasks, frames, frameMasks, warp) < 0 {
            trap(DatasetError("augment", "masks of \(bands) bands and \(frames) frames, a warp of \(warp)", at: column))
        }
        self.bands = bands
        self.bandMasks = bandMasks
        self.frames = frames
        self.frameMasks = frameMasks
        self.warp = warp
        self.fill = fill
        self.column = column
    }

    public func apply(to batch: inout HostBatch, seed: UInt64) throws {
        let samples = batch.samples, epoch = batch.epoch
        try batch.update(column) { array in
            guard array.dtype == .f32, array.shape.rank == 3 || array.shape.rank == 4 && array.shape[3] == 1 else {
                throw DatasetError(
                    "augment", "spectrograms are f32 [batch,time,bands] or [batch,time,bands,1], not \(array.type)", at: column)
            }
            let time = array.shape[1], width = array.shape[2]
            guard time > 0, width > 0 else { return }
            array.withMutableElements(of: Float.self) { all in
                for (row, sample) in samples.enumerated() {
                    var random = SampleRandom(seed: seed, epoch: epoch, sample: sample)
                    change(UnsafeMutableBufferPointer(rebasing: all[row * time * width..<(row + 1) * time * width]), time, width, &random)
                }
            }
        }
    }

    private func change(_ values: UnsafeMutableBufferPointer<Float>, _ time: Int, _ width: Int, _ random: inout SampleRandom) {
        if warp > 0, time > 2 * warp + 1 {
            let old = Array(values), middle = warp + random.below(time - 2 * warp), moved = middle + random.below(2 * warp + 1) - warp
            // What was at `middle` comes to `moved`; both sides are stretched linearly.
            let last = Float(time - 1), target = Float(min(max(moved, 1), time - 2)), source = Float(min(max(middle, 1), time - 2))
            for step in 0..<time {
                let place = Float(step)
                let from = place <= target ? place * source / target : source + (place - target) * (last - source) / (last - target)
                SignalAugmentation.interpolate(old, at: from, time, width, into: values, step)
            }
        }
        let blank = fill ?? values.reduce(0, +) / Float(values.count)
        for _ in 0..<bandMasks {
            let length = random.below(min(bands, width) + 1), start = random.below(width - length + 1)
            for step in 0..<time { for band in start..<start + length { values[step * width + band] = blank } }
        }
        for _ in 0..<frameMasks {
            let length = random.below(min(frames, time) + 1), start = random.below(time - length + 1)
            for place in start * width..<(start + length) * width { values[place] = blank }
        }
    }
}

import Engine

/// Changes the pictures of a batch at random: steps in order, each with numbers that are a function of (seed, epoch, sample).
///
/// Pictures are u8 or f32 [batch, height, width, channels]; white is 255 in u8 and 1 in f32. Augment before normalising.
public struct ImageAugmentation: Augmentation {
    public let column: String
    public let steps: [ImageStep]
    /// What comes in where a picture is moved away or cut out, in the picture's own units.
    public let fill: Float

    public init(_ steps: [ImageStep], column: String = "images", fill: Float = 0) {
        for step in steps { if let problem = step.problem { trap("\(DatasetError("augment", problem, at: column))") } }
        self.column = column
        self.steps = steps
        self.fill = fill
    }

    public func apply(to batch: inout HostBatch, seed: UInt64) throws {
        let samples = batch.samples, epoch = batch.epoch
        try batch.update(column) { array in
            guard array.shape.rank == 4, array.dtype == .u8 || array.dtype == .f32, array.sampleShape.count > 0 else {
                throw DatasetError("augment", "pictures are u8 or f32 [batch,h,w,channels], not \(array.type)", at: column)
            }
            let bytes = array.dtype == .u8
            var canvas = Canvas(height: array.shape[1], width: array.shape[2], channels: array.shape[3], white: bytes ? 255 : 1, fill: fill)
            for (row, sample) in samples.enumerated() {
                var random = SampleRandom(seed: seed, epoch: epoch, sample: sample)
                if bytes {
                    array.withMutableElements(of: UInt8.self) { all in
                        let own = UnsafeMutableBufferPointer(rebasing: all[row * canvas.size..<(row + 1) * canvas.size])
                        canvas.load(own)
                        change(&canvas, &random)
                        canvas.store(own)
                    }
                } else {
                    array.withMutableElements(of: Float.self) { all in
                        let own = UnsafeMutableBufferPointer(rebasing: all[row * canvas.size..<(row + 1) * canvas.size])
                        canvas.load(own)
                        change(&canvas, &random)
                        canvas.store(own)
                    }
                }
            }
        }
    }

    private func change(_ canvas: inout Canvas, _ random: inout SampleRandom) {
        var placement = ImagePlacement(height: canvas.height, width: canvas.width)
        for step in steps {
            if step.isGeometric {
                placement.add(step, &random)
                continue
            }
            canvas.place(placement)
            placement = ImagePlacement(height: canvas.height, width: canvas.width)
            canvas.apply(step, &random)
        }
        canvas.place(placement)
    }
}

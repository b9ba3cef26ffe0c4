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
        for step in steps { if let problem = step.problem { trap(DatasetError("augment", problem, at: column)) } }
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
            let draws = samples.lazy.map { SampleRandom(seed: seed, epoch: epoch, sample: $0) }
            if array.dtype == .u8 { change(&array, UInt8.self, draws, white: 255) } else { change(&array, Float.self, draws, white: 1) }
        }
    }

    /// - Parameter draws: the random numbers of each picture.
    private func change<Value: TensorElement & PictureValue>(
        _ array: inout HostArray, _: Value.Type, _ draws: some Sequence<SampleRandom>, white: Float
    ) {
        let (height, width, channels) = (array.shape[1], array.shape[2], array.shape[3]), size = height * width * channels
        func picture(_ all: UnsafeMutableBufferPointer<Value>, _ row: Int) -> UnsafeMutableBufferPointer<Value> {
            UnsafeMutableBufferPointer(rebasing: all[row * size..<(row + 1) * size])
        }
        array.withMutableElements(of: Value.self) { all in
            if steps.allSatisfy(\.movesPixels) {
                let fill = Value(number: fill)
                withUnsafeTemporaryAllocation(of: Value.self, capacity: size) { old in
                    for (row, draw) in draws.enumerated() {
                        var random = draw, placement = ImagePlacement(height: height, width: width)
                        for step in steps { placement.add(step, &random) }
                        if placement.isIdentity { continue }
                        _ = old.initialize(fromContentsOf: picture(all, row))
                        placement.move(UnsafeBufferPointer(old), to: picture(all, row), channels: channels, fill: fill)
                    }
                }
            } else {
                var canvas = Canvas(height: height, width: width, channels: channels, white: white, fill: fill)
                for (row, draw) in draws.enumerated() {
                    var random = draw
                    canvas.load(picture(all, row))
                    change(&canvas, &random)
                    canvas.store(picture(all, row))
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

import Engine

/// Krizhevsky's small colour images in the binary layout: a record is the label and 32 x 32 pixels, plane after plane.
public enum CIFAR {
    /// The class names of CIFAR-10.
    public static let classes10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]

    /// The samples of one or several files, also of those that gzip has packed: `images` u8[count, 32, 32, 3], `labels` i32[count].
    ///
    /// - Parameter coarse: CIFAR-100 has two bytes of label, coarse then fine; `coarseLabels` is then a third array.
    public static func samples(_ files: [String], coarse: Bool = false, classes: [String] = []) throws -> Samples {
        let header = coarse ? 2 : 1, pixels = 32 * 32, record = header + 3 * pixels
        let classCount = coarse ? 100 : 10
        var labels: [Int32] = [], coarseLabels: [Int32] = [], images: [UInt8] = []
        for file in files {
            let bytes = try FileBytes.read(file, for: "cifar")
            guard bytes.count > 0, bytes.count % record == 0 else {
                throw DatasetError("cifar", "has \(bytes.count) bytes, which is not a multiple of \(record)", at: file)
            }
            let count = bytes.count / record, start = images.count
            images.append(contentsOf: repeatElement(0, count: count * 3 * pixels))
            for number in 0..<count {
                let place = number * record, target = start + number * 3 * pixels
                let label = Int(bytes[place + header - 1])
                guard label < classCount else { throw DatasetError("cifar", "record \(number) has the label \(label)", at: file) }
                labels.append(Int32(label))
                if coarse { coarseLabels.append(Int32(bytes[place])) }
                for channel in 0..<3 {
                    let plane = place + header + channel * pixels
                    for pixel in 0..<pixels { images[target + pixel * 3 + channel] = bytes[plane + pixel] }
                }
            }
        }
        guard !labels.isEmpty else { throw DatasetError("cifar", "no file is named") }
        let samples = Samples(
            ["images": HostArray(images, [labels.count, 32, 32, 3]), "labels": HostArray(labels, [labels.count])],
            classes: classes.isEmpty && !coarse ? classes10 : classes)
        return coarse ? samples.with("coarseLabels", HostArray(coarseLabels, [labels.count])) : samples
    }
}

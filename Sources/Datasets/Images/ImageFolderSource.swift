import Engine
import Learning

/// Batches of pictures that are read from their files when they are needed.
public struct ImageFolderSource: HostSource {
    let folder: ImageFolder
    let height: Int
    let width: Int
    let channels: Int
    let fit: ImageFolder.Fit
    public let batchSize: Int
    let order: SampleOrder
    let dropLast: Bool

    public var sampleCount: Int { dropLast ? folder.files.count / batchSize * batchSize : folder.files.count }

    public func epoch(_ number: Int) -> any HostEpoch {
        if batchSize < 1 || height < 1 || width < 1 || channels != 1 && channels != 3 {
            trap(DatasetError("image folder", "batches of \(batchSize) x \(height) x \(width) x \(channels)"))
        }
        return Epoch(source: self, number: number, order: order.order(of: folder.files.count, epoch: number))
    }

    /// The picture of this file in the wanted size.
    func picture(_ path: String) throws -> Image {
        try ImageFile.read(path).converted(to: channels).fitted(height: height, width: width, by: fit)
    }

    private struct Epoch: HostEpoch {
        let source: ImageFolderSource
        let number: Int
        let order: [Int]

        var batchCount: Int { source.batchCount }

        func batch(_ place: Int) throws -> HostBatch {
            let chosen = Array(order[batchRange(place, of: source.batchSize, in: source.sampleCount)])
            var images = HostArray(TensorType([chosen.count, source.height, source.width, source.channels], .u8))
            let size = images.sampleBytes
            for (row, sample) in chosen.enumerated() {
                let picture = try source.picture(source.folder.files[sample].path)
                images.withMutableBytes {
                    UnsafeMutableRawBufferPointer(rebasing: $0[row * size..<(row + 1) * size]).copyBytes(from: picture.pixels)
                }
            }
            let labels = HostArray(chosen.map { Int32(source.folder.files[$0].label) }, [chosen.count])
            return HostBatch(epoch: number, number: place, samples: chosen, names: ["images", "labels"], arrays: [images, labels])
        }
    }
}

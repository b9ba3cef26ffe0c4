import Engine

/// A data set of MedMNIST v2 (Yang et al., 2023): one `.npz` with three parts.
///
/// The parts have `images` u8[count, h, w, channels] and `labels` i32[count]; data sets with several labels an image have i32[count, labels].
public struct MedMNIST: Sendable {
    public let train: Samples
    public let validation: Samples
    public let test: Samples

    public init(_ path: String) throws {
        let arrays = Dictionary(try NumPyFile.archive(path).map { ($0.name, $0.array) }) { first, _ in first }
        func part(_ name: String) throws -> Samples {
            guard let images = arrays["\(name)_images"], let labels = arrays["\(name)_labels"] else {
                throw DatasetError("medmnist", "has no \(name)_images or no \(name)_labels", at: path)
            }
            guard images.dtype == .u8, 3...4 ~= images.shape.rank, labels.dtype == .u8, 1...2 ~= labels.shape.rank else {
                throw DatasetError(
                    "medmnist", "images are u8[count,h,w] or u8[count,h,w,c] and labels u8, these are \(images.type), \(labels.type)",
                    at: path)
            }
            guard images.count == labels.count else {
                throw DatasetError("medmnist", "\(images.count) images have \(labels.count) labels", at: path)
            }
            let pictures = images.shape.rank == 4 ? images : images.reshaped(Shape(images.shape.extents + [1]))
            let single = labels.shape.rank == 2 && labels.shape[1] == 1
            return Samples([
                "images": pictures, "labels": (single ? labels.reshaped([labels.count]) : labels).classIndices,
            ])
        }
        train = try part("train")
        validation = try part("val")
        test = try part("test")
    }
}

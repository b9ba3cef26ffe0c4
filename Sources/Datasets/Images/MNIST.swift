import Engine

/// The handwritten digits of LeCun, Cortes and Burges, or another data set in the same four files (Fashion-MNIST, KMNIST).
///
/// Both parts have `images` u8[count, 28, 28, 1] and `labels` i32[count].
public struct MNIST: Sendable {
    public let train: Samples
    public let test: Samples

    /// - Parameter folder: with `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`,
    ///   each as it stands or with `.gz`.
    public init(at folder: String) throws {
        train = try Self.part(folder, "train")
        test = try Self.part(folder, "t10k")
    }

    private static func part(_ folder: String, _ prefix: String) throws -> Samples {
        func file(_ name: String) throws -> String {
            let path = "\(folder)/\(prefix)-\(name)"
            guard let found = FileBytes.find(path) else { throw DatasetError("mnist", "there is no such file, nor one with .gz", at: path) }
            return found
        }
        let images = try IDXFile.array(file("images-idx3-ubyte")), labels = try IDXFile.array(file("labels-idx1-ubyte"))
        guard images.dtype == .u8, images.shape.rank == 3 else {
            throw DatasetError("mnist", "images are u8[count,h,w], these are \(images.type)", at: folder)
        }
        guard labels.dtype == .u8, labels.shape.rank == 1 else {
            throw DatasetError("mnist", "labels are u8[count], these are \(labels.type)", at: folder)
        }
        guard images.count == labels.count else {
            throw DatasetError("mnist", "\(images.count) images have \(labels.count) labels", at: folder)
        }
        return Samples(
            ["images": images.reshaped(Shape(images.shape.extents + [1])), "labels": labels.classIndices],
            classes: (0..<10).map(String.init))
    }
}

extension HostArray {
    /// Bytes as class numbers i32.
    var classIndices: HostArray { HostArray(values(UInt8.self).map(Int32.init), shape) }
}

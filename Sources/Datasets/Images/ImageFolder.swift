import Engine

/// Pictures in folders, one folder a class: `folder/cat/1.jpg`, `folder/dog/a/2.png`.
public struct ImageFolder: Sendable {
    /// The names of the folders, sorted: label `n` is class `n`.
    public let classes: [String]
    /// Every JPEG and PNG file, by class and then by path.
    public let files: [(path: String, label: Int)]

    public init(at folder: String) throws {
        classes = try FileBytes.names(in: folder, for: "image folder").filter { FileBytes.isFolder("\(folder)/\($0)") }
        guard !classes.isEmpty else { throw DatasetError("image folder", "has no folders: each class is one", at: folder) }
        var files: [(String, Int)] = []
        for (label, name) in classes.enumerated() { try Self.collect("\(folder)/\(name)", depth: 0) { files.append(($0, label)) } }
        guard !files.isEmpty else { throw DatasetError("image folder", "has no .jpg, .jpeg or .png files", at: folder) }
        self.files = files
    }

    private static func collect(_ folder: String, depth: Int, _ found: (String) -> Void) throws {
        // Links could go round in circles.
        guard depth < 16 else { throw DatasetError("image folder", "is nested more than 16 folders deep", at: folder) }
        for name in try FileBytes.names(in: folder, for: "image folder") {
            let path = "\(folder)/\(name)", lower = name.lowercased()
            if FileBytes.isFolder(path) {
                try collect(path, depth: depth + 1, found)
            } else if [".jpg", ".jpeg", ".png"].contains(where: lower.hasSuffix) {
                found(path)
            }
        }
    }

    /// How a picture comes to the wanted size.
    public enum Fit: Hashable, Sendable {
        /// Both sides are scaled, whatever the proportions.
        case stretch
        /// The shorter side is scaled and the middle is cut out.
        case centreCrop
    }

    /// Batches whose pictures are read when they are needed, by the loader's threads: `images` u8[batch, height, width, channels],
    /// `labels` i32[batch].
    ///
    /// - Parameter channels: 1 (grey) or 3 (RGB).
    public func source(
        height: Int, width: Int, channels: Int = 3, fit: Fit = .centreCrop, batch: Int, order: SampleOrder, dropLast: Bool = false
    ) -> ImageFolderSource {
        ImageFolderSource(
            folder: self, height: height, width: width, channels: channels, fit: fit, batchSize: batch, order: order, dropLast: dropLast)
    }

    /// All pictures in memory.
    public func samples(height: Int, width: Int, channels: Int = 3, fit: Fit = .centreCrop) throws -> Samples {
        let source = source(height: height, width: width, channels: channels, fit: fit, batch: files.count, order: .stored)
        let all = try source.epoch(0).batch(0)
        return Samples(["images": all["images"], "labels": all["labels"]], classes: classes)
    }
}

import Datasets
import Engine
import Formats

extension NamedItems {
    /// Pictures: a folder of JPEG and PNG files, also in folders within, one such file, or a file of many: IDX, CIFAR's binary layout,
    /// NumPy's `.npy` and `.npz`.
    ///
    /// - Parameter array: of an `.npz` file with several arrays of pictures.
    static func pictures(_ path: String, _ prepare: PicturePreparation, array: String?, batch: Int) throws -> NamedItems {
        if Files.isFolder(path) {
            let (files, others) = try FolderFiles.all(in: path, ending: [".jpg", ".jpeg", ".png"])
            guard !files.isEmpty else { throw RecipeError("run", "holds no .jpg, .jpeg or .png file", at: path) }
            let remarks = others > 0 ? ["\(others) files in '\(path)' are neither JPEG nor PNG by their names and were left out"] : []
            return NamedItems(
                files.map { file in Entry(name: file.name) { try prepare(ImageFile.read(file.path)) } }, batch: batch, remarks: remarks)
        }
        let name = path.lowercased(), plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        let pictures: HostArray
        if plain.hasSuffix(".npz") {
            pictures = try chosen(NumPyFile.archive(path), array, at: path)
        } else if plain.hasSuffix(".npy") {
            pictures = try NumPyFile.array(path)
        } else if plain.hasSuffix(".bin") {
            pictures = try CIFAR.samples([path])["images"]
        } else if plain.contains("idx") {
            pictures = try IDXFile.array(path)
        } else {
            return NamedItems([Entry(name: Files.name(of: path)) { try prepare(ImageFile.read(path)) }], batch: batch)
        }
        guard arePictures(pictures) else {
            throw RecipeError("run", "pictures are u8[count,h,w] or u8[count,h,w,c], this is \(pictures.type)", at: path)
        }
        let shape = pictures.shape, channels = shape.rank == 4 ? shape[3] : 1
        return NamedItems(
            (0..<pictures.count).map { row in
                Entry(name: Files.name(of: path), row: row) {
                    let pixels = pictures.gathered([row]).values(UInt8.self)
                    return try prepare(Image(pixels, width: shape[2], height: shape[1], channels: channels))
                }
            }, batch: batch)
    }

    private static func arePictures(_ array: HostArray) -> Bool {
        let shape = array.shape
        return array.dtype == .u8 && (shape.rank == 3 || shape.rank == 4 && (1...4).contains(shape[3])) && shape[1] > 0 && shape[2] > 0
    }

    /// The array that is named, or the only one of pictures, or the test part of a data set in the manner of MedMNIST.
    private static func chosen(_ arrays: [(name: String, array: HostArray)], _ name: String?, at path: String) throws -> HostArray {
        let names = arrays.map(\.name).joined(separator: ", ")
        if let name {
            guard let found = arrays.first(where: { $0.name == name }) else {
                throw RecipeError("run", "has no array '\(name)', only \(names)\(Schema.guess(name, arrays.map(\.name)))", at: path)
            }
            return found.array
        }
        let pictures = arrays.filter { arePictures($0.array) }
        if let only = pictures.count == 1 ? pictures[0] : pictures.first(where: { $0.name == "test_images" }) { return only.array }
        throw RecipeError("run", "say with --array which of its arrays holds the pictures: \(names)", at: path)
    }
}

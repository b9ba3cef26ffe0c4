import Formats

/// The identity of a recipe's data: a hash over the contents of its files.
enum DataHash {
    /// SHA-256 over the names and the hashes of all files that the recipe reads, in the order of their names.
    static func hash(of recipe: Recipe) throws -> String {
        let data = recipe.data, path = try DataFolder.resolve(data.path, for: recipe)
        let named = [data.train, data.validate, data.test, data.remaining?.test].compactMap(\.self)
        var files: [(name: String, path: String)] = []
        if !Files.isFolder(path) {
            files = [(Files.name(of: path), path)]
        } else if !named.isEmpty {
            files = named.map { ($0, Files.join(path, $0)) }
        } else {
            files = try FolderFiles.all(in: path)
        }
        var hash = SHA256()
        for file in files.sorted(by: { $0.name < $1.name }) {
            let line = Array("\(file.name) \(try SHA256.digest(ofFile: file.path).hexadecimal)\n".utf8)
            line.withUnsafeBytes { hash.update($0) }
        }
        return hash.finish().hexadecimal
    }
}

import Formats

/// The files of a folder and of the folders within.
enum FolderFiles {
    /// Files that are looked at, at most.
    private static let most = 1_000_000

    /// All of them but hidden ones, each with its name from the folder on, sorted by it.
    static func all(in folder: String) throws -> [(name: String, path: String)] {
        var files: [(name: String, path: String)] = []
        try collect(folder, "", depth: 0, into: &files)
        return files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Those whose names end so, in small letters or capitals, and how many others there are.
    static func all(in folder: String, ending endings: [String]) throws -> (files: [(name: String, path: String)], others: Int) {
        let files = try all(in: folder), wanted = files.filter { file in endings.contains { file.name.lowercased().hasSuffix($0) } }
        return (wanted, files.count - wanted.count)
    }

    private static func collect(_ folder: String, _ prefix: String, depth: Int, into files: inout [(name: String, path: String)]) throws {
        // Links could go round in circles.
        guard depth < 32 else { throw RecipeError("data", "is nested more than 32 folders deep", at: folder) }
        for name in try Files.list(folder) where !name.hasPrefix(".") {
            let path = Files.join(folder, name)
            if Files.isFolder(path) {
                try collect(path, "\(prefix)\(name)/", depth: depth + 1, into: &files)
            } else {
                files.append(("\(prefix)\(name)", path))
                if files.count > most { throw RecipeError("data", "has more than \(most) files", at: folder) }
            }
        }
    }
}

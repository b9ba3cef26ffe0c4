import Foundation
import Formats

/// Where recipes find their data.
public enum DataFolder {
    /// `MILLRACE_DATA`, or `../shared/data` beside the working folder.
    public static var path: String {
        ProcessInfo.processInfo.environment["MILLRACE_DATA"] ?? "../shared/data"
    }

    /// A path of a recipe: `${data}` is the folder of the data sets.
    static func resolve(_ path: String?, for recipe: Recipe) throws -> String {
        guard let path else { throw RecipeError("data", "path: is missing", at: recipe.name) }
        let resolved = path.replacingOccurrences(of: "${data}", with: Self.path)
        guard Files.exists(resolved) else {
            throw RecipeError("data", "'\(resolved)' does not exist; the folder of the data sets is set by MILLRACE_DATA", at: recipe.name)
        }
        return resolved
    }
}

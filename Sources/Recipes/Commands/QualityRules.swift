public import Datasets
import Formats

/// A file of rules on data: a list in YAML or JSON.
public struct QualityRules: Sendable {
    public let rules: [QualityRule]

    /// - Throws: naming the file and the rule that cannot be read.
    public init(at path: String) throws {
        let value = try JSON(yaml: Files.readText(path, limit: 1 << 20), at: path)
        guard let list = value.array ?? value["rules"]?.array, !list.isEmpty else {
            throw RecipeError("rules", "is no list of rules", at: path)
        }
        rules = try list.enumerated().map { place, rule in
            do { return try rule.decoded(as: QualityRule.self) } catch {
                throw RecipeError("rules", "rule \(place + 1): \(error)", at: path)
            }
        }
    }
}

import ArgumentParser
import Formats
import Learning
import Recipes

/// Changes to a recipe's file.
struct RecipeOptions: ParsableArguments {
    @Option(name: .customLong("set"), help: ArgumentHelp("Change a setting, such as train.rate=0.01; may be repeated.", valueName: "a.b=c"))
    var changes: [String] = []

    /// The recipe that a bundle was trained by.
    func recipe(of bundle: ModelBundle) throws -> Recipe {
        guard let stored = bundle.training.notes["recipe"] else {
            throw Refusal(code: 1, description: "bundle '\(bundle.name)': carries no recipe, so name one")
        }
        do {
            // JSON is YAML.
            return try Recipe(yaml: stored.text(), at: bundle.name, setting: changes)
        } catch let error as RecipeError {
            throw Refusal.usage("\(error)")
        }
    }

    /// Reads a recipe; what is wrong in it is wrong usage.
    func recipe(_ path: String) throws -> Recipe {
        guard Files.exists(path) else { throw Refusal(code: 1, description: "recipe '\(path)': there is no such file") }
        do {
            return try Recipe(at: path, setting: changes)
        } catch let error as RecipeError {
            throw Refusal.usage("\(error)")
        }
    }
}

import Formats
import Learning
import Recipes
let arguments = CommandLine.arguments.dropFirst()
do {
    for path in arguments where path.hasSuffix(".yaml") {
        let recipe = try Recipe(at: path, setting: arguments.filter { $0.contains("=") })
        let run = try RecipeRun(recipe, display: arguments.contains("-v") ? .lines : .silent) { print($0) }
        print(try run.line().json.text())
    }
} catch { print("\(error)") }

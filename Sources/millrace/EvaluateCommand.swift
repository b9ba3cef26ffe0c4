import ArgumentParser
import Learning
import Recipes

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a bundle on the test part of a recipe.",
        discussion: "The data must be prepared as the bundle learned it: other data or statistics are refused in words.")

    @OptionGroup var source: BundleOptions
    @Argument(help: "The recipe, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
    var recipe: String
    @OptionGroup var changes: RecipeOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        let recipe = try changes.recipe(recipe)
        let evaluation = try Evaluation(source.read(), recipe, threads: common.threads)
        if common.json { return Console.out(evaluation.json) }
        for interval in evaluation.intervals { Console.out("\(interval) on \(evaluation.sampleCount) test samples") }
    }
}

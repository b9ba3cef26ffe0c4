import ArgumentParser
import Learning
import Recipes

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a bundle on the test part of a recipe.",
        discussion: """
            The data must be prepared as the bundle learned it: other data or statistics are refused in words. A bundle carries the \
            recipe that it was trained by.

              millrace evaluate runs/digits/digits.millrace
              millrace evaluate runs/digits/digits.millrace digits.yaml --json
            """)

    @OptionGroup var source: BundleOptions
    @Argument(help: "The recipe, a YAML file (default: the bundle's own).", completion: .file(extensions: ["yaml", "yml"]))
    var recipe: String?
    @OptionGroup var changes: RecipeOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        let bundle = try source.read(), recipe = try recipe.map { try changes.recipe($0) } ?? changes.recipe(of: bundle)
        let evaluation = try Evaluation(bundle, recipe, threads: common.threads)
        if common.json { return Console.out(evaluation.json) }
        for interval in evaluation.intervals { Console.out("\(interval) on \(evaluation.sampleCount) test samples") }
    }
}

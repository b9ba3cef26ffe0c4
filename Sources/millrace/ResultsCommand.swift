import ArgumentParser
import Learning
import Recipes

struct ResultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Train recipes with all their seeds and shallow models: a line of JSON each.",
        discussion: "Nothing is kept but the numbers. A recipe that fails is reported, the others run on, and the exit code is 1.")

    @Argument(help: "Recipes, YAML files.", completion: .file(extensions: ["yaml", "yml"]))
    var recipes: [String]
    @Option(help: "The first seed; the runs and nets of a recipe derive theirs from it.")
    var seed: UInt64 = 1
    @Option(help: "Runs of each recipe (default: as many as it says).")
    var runs: Int?
    @Flag(help: "Show the progress of every net.")
    var progress = false
    @Option(help: "A folder in which the results are kept: results.jsonl and RESULTS.md.")
    var book: String?
    @OptionGroup var changes: RecipeOptions
    @OptionGroup var common: CommonOptions

    func validate() throws { if let runs, runs < 1 { throw ValidationError("--runs is at least 1, not \(runs).") } }

    func run() throws {
        common.apply()
        let read = try recipes.map { try changes.recipe($0) }
        var failed = 0
        for recipe in read {
            do {
                let run = try RecipeRun(
                    recipe, seed: seed, runs: runs, display: progress ? .automatic : .silent, threads: common.threads
                ) { Console.log($0) }
                let line = try run.line()
                Console.out(try line.json)
                if let book {
                    var results = try ResultBook(in: book)
                    try results.record(line)
                }
            } catch {
                failed += 1
                Console.error("\(recipe.name): \(error)")
            }
        }
        if failed > 0 { throw ExitCode(1) }
    }
}

import ArgumentParser
import Recipes

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure how fast a recipe's net learns and answers here.",
        discussion:
            "The training step is measured with loading and augmentation; inference in the recipe's batches and with single samples.")

    @Argument(help: "The recipe, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
    var recipe: String
    @Option(help: "Seconds for each of the three measurements.")
    var seconds = 5.0
    @OptionGroup var changes: RecipeOptions
    @OptionGroup var common: CommonOptions

    func validate() throws { if !(0.1...3_600).contains(seconds) { throw ValidationError("--seconds is between 0.1 and 3600.") } }

    func run() throws {
        common.apply()
        let bench = try RecipeBench(changes.recipe(recipe), seconds: seconds, threads: common.threads)
        if common.json { return Console.out(try bench.json) }
        func count(_ number: Double) -> String { number >= 100 ? "\(Int(number))" : "\((number * 10).rounded() / 10)" }
        func micro(_ seconds: Double) -> String { "\((seconds * 1e7).rounded() / 10) µs" }
        Console.out(
            "training   \(count(bench.trainingSamplesPerSecond)) samples/s in batches of \(bench.batch), \(bench.trainingSteps) steps")
        Console.out("inference  \(count(bench.inferenceSamplesPerSecond)) samples/s")
        Console.out(
            "latency    \(micro(bench.latencyMedian)) median, \(micro(bench.latencyP99)) p99 of \(bench.latencyRuns) single samples")
        Console.log("\(bench.recipe): \(bench.parameters) parameters, \(bench.kernels) kernels")
    }
}

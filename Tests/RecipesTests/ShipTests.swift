import Datasets
import Engine
import Features
import Formats
import Testing

@testable import Learning
@testable import Recipes

@Suite("Which model is shipped", .enabled(if: TableSupport.problem == nil, "tables need Arrow's shim: run 'make setup'"))
struct ShipTests {
    /// A checkerboard, which trees see and a net does not in one epoch; `value` is its number.
    private func recipe(in scratch: Scratch, _ changes: [String] = [], target: String = "{column: side, classes: []}") throws -> Recipe {
        var lines = "x,y,z,side,value\n"
        for number in 0..<900 {
            let x = number * 37 % 900 * 4 / 900, y = number * 101 % 900 * 4 / 900
            let place = [Double(number * 37 % 900) / 225, Double(number * 101 % 900) / 225, Double(number % 7)]
            let isBlack = (x + y) % 2 == 0
            lines += "\(place[0]),\(number % 40 == 7 ? "" : "\(place[1])"),\(place[2]),\(isBlack ? "black" : "white"),\(isBlack ? 7 : 2)\n"
        }
        try Files.replace(scratch("board.csv"), with: Array(lines.utf8))
        let yaml = """
            name: board
            data: {kind: table, path: "\(scratch("board.csv"))", validation: 0.2}
            features:
              inputs: [{name: place, columns: [x, y, z], impute: mean, scale: standard}]
              target: \(target)
            model: {kind: perceptron, bins: 2, embedding: 2, hidden: 4, depth: 1}
            train: {rate: 1e-4, epochs: 1, batch: 64}
            evaluate: {metric: \(target.contains("classes") ? "accuracy" : "rmse")}
            compare: {baselines: [constant, linear, trees]}
            """
        return try Recipe(yaml: yaml, at: "", setting: changes)
    }

    @Test(arguments: ["{column: side, classes: []}", "{column: value, cap: 6}"])
    func `boosted trees that are better on the validation part become the bundle`(target: String) throws {
        let scratch = try Scratch(), recipe = try recipe(in: scratch, target: target)
        let training = try RecipeTraining(recipe, folder: scratch("out"), comparesShallow: true)
        #expect(training.shipped?["model"] == "boosted trees")
        let scores = try #require(training.shipped?["validation"]?.object)
        #expect(scores.keys.first == "net" && scores.keys.contains("boosted trees") && scores.count == 3)
        #expect(training.baselines.map(\.name).first == "net" && !training.baselines.map(\.name).contains("boosted trees"))
        let evaluation = try #require(training.evaluation), made = try #require(training.bundle)
        let bundle = try ModelBundle(reading: made.path)
        #expect(bundle.training.notes["shipped"] == training.shipped)
        #expect(bundle.training.metrics.values.first == evaluation.intervals[0].value)
        #expect(try Evaluation(bundle, recipe).answers.values == evaluation.answers.values)
        #expect(try Files.readText(scratch("out/card.md")).contains("The bundle holds the boosted trees, the best on the validation part"))

        // The graph answers as the trees do.
        let corpus = try recipe.corpusMaker().corpus(run: 0)
        let trees = try #require(try Baselines(recipe: recipe, corpus: corpus).answers().first { $0.name == "boosted trees" })
        for (one, other) in zip(trees.answers.values, evaluation.answers.values) { #expect(abs(one - other) < 1e-5) }

        let frame = try Table(at: scratch("board.csv")).frame(),
            check = try BundleCheck(bundle, frame: frame, limit: 1e-4, scratch: scratch("copy"))
        #expect(check.holds, "\(check.findings)")
        var predict = try Prediction(bundle)
        #expect(try predict(frame).column("prediction").nullCount == 0)
    }

    @Test func `the net is shipped where the recipe says so, and where nothing can tell`() throws {
        let scratch = try Scratch()
        for changes in [["ship=net"], ["data.validation=0"]] {
            let training = try RecipeTraining(recipe(in: scratch, changes), folder: scratch(changes[0]), comparesShallow: true)
            #expect(training.shipped == nil)
            #expect(training.baselines.map(\.name).contains("boosted trees"))
        }
        let error = #expect(throws: RecipeError.self) {
            try TrainingPlan(recipe(in: scratch, ["ship=best", "data.validation=0"]), seed: 1)
        }
        #expect(error?.reason == "ship: best needs rows of a table and a validation part, such as data.validation: 0.1")
    }
}

import Engine
import Formats
import Foundation
import Testing

@testable import Recipes

@Suite("RecipeRun") struct RecipeRunTests {
    private var package: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    private func digits(_ changes: [String] = []) throws -> Recipe {
        try Recipe(
            at: package.appending(path: "Recipes/digits/digits.yaml").path,
            setting: ["data.path=\(package.appending(path: "Examples/Digits/data").path)", "model.width=4", "train.epochs=4"] + changes)
    }

    @Test func `every recipe of the repository is read`() throws {
        let folder = package.appending(path: "Recipes")
        var count = 0
        for name in try Files.list(folder.path) where Files.isFolder(folder.appending(path: name).path) {
            for file in try Files.list(folder.appending(path: name).path) where file.hasSuffix(".yaml") {
                _ = try Recipe(at: folder.appending(path: "\(name)/\(file)").path)
                count += 1
            }
        }
        #expect(count == 16)
    }

    @Test func `digits are learned, beside shallow models on the same samples`() throws {
        let run = try RecipeRun(try digits(["evaluate.runs=1", "compare.baselines=[constant, linear]"]))
        let line = try run.line()
        #expect(line.value > 0.94)
        #expect(line.ci[0] < line.value && line.value <= line.ci[1])
        #expect(line.baselineName == "logistic regression")
        #expect(line.baseline! > 0.9)
        #expect(run.outcomes[0].baselines.map(\.name) == ["majority class", "logistic regression"])
        #expect(try line.json.decoded(as: ResultLine.self) == line)
    }

    @Test func `a capped target is also measured beside the truth before the cap`() throws {
        let scratch = try Scratch()
        let rows = (0..<200).map { row in "\(row % 40),\((row % 40) * 5)" }
        try Files.replace(scratch("life.csv"), with: Array(("x,life\n" + rows.joined(separator: "\n") + "\n").utf8))
        let recipe = try Recipe(
            yaml: """
                name: life
                data: {kind: table, path: "\(scratch("life.csv"))"}
                features: {inputs: [{name: numbers, columns: [x], scale: standard}], target: {column: life, cap: 100}}
                model: {kind: perceptron}
                train: {epochs: 3}
                evaluate: {metric: rmse, runs: 1}
                compare: {baselines: []}
                """, at: "life.yaml")
        let run = try RecipeRun(recipe), outcome = try #require(run.outcomes.first), free = try #require(outcome.uncapped)
        #expect(free.values == outcome.deep.values)
        #expect(free.truths.map { min($0, 100) } == outcome.deep.truths)
        #expect(free.truths.contains { $0 > 100 })
        let line = try run.line()
        #expect(try #require(line.also?["rmse_uncapped"]) > line.value)
    }

    @Test func `a seed fixes the answers, an ensemble averages them`() throws {
        let recipe = try digits(["evaluate.runs=1", "evaluate.ensemble=2", "train.epochs=1", "compare.baselines=[]"])
        let first = try RecipeRun(recipe, seed: 5), second = try RecipeRun(recipe, seed: 5)
        #expect(first.outcomes[0].deep.values == second.outcomes[0].deep.values)
        let members = try first.outcomes[0].fits.map { try $0.answers(to: $0.corpus.test).values }
        for (place, mean) in first.outcomes[0].deep.values.enumerated() {
            #expect(abs(mean - (members[0][place] + members[1][place]) / 2) < 1e-6)
        }
    }

    @Test func `a book of results replaces a recipe's former line`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "book-\(UUID().uuidString)").path
        try Files.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func line(_ recipe: String, _ value: Double) -> ResultLine {
            ResultLine(recipe: recipe, metric: "accuracy", value: value, ci: [0.9, 1], runs: [value], seeds: 1, seconds: 60)
        }
        var book = try ResultBook(in: folder)
        try book.record(line("b", 0.5))
        try book.record(line("a", 0.25))
        try book.record(line("b", 0.75))
        #expect(try Files.readText(Files.join(folder, "results.jsonl")).split(separator: "\n").count == 2)
        #expect(try ResultBook(in: folder).table.contains("| b | accuracy | 0.75 [0.9, 1.0] | 0.75 |"))
    }

    @Test func `a net that does not fit the data is refused in words`() throws {
        let recipe = try digits(["model.kind=window"])
        #expect(throws: RecipeError("model", "'window' takes windows, the data is f32[1,8,8,1]", at: "digits")) {
            try recipe.model.net(for: try recipe.corpusMaker().corpus(run: 0), recipe: recipe.name)
        }
    }
}

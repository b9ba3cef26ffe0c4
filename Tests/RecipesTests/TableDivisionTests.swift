import Datasets
import Features
import Testing

@testable import Recipes

@Suite("TableDivision") struct TableDivisionTests {
    /// Rows whose moments fall while their numbers rise; 1 of 10 is of the rare class; five rows a unit.
    private let frame = try! Frame([
        "row": Column((0..<200).map { (row: Int) -> Int in row }),
        "when": Column((0..<200).map { (row: Int) -> Int in 1_000 - 3 * row }),
        "unit": Column((0..<200).map { (row: Int) -> Int in row / 5 }),
        "kind": Column((0..<200).map { (row: Int) -> Int in row % 10 == 0 ? 1 : 0 }),
    ])

    private func recipe(_ data: String, _ evaluate: String = "metric: accuracy", window: Bool = false) throws -> Recipe {
        let text = """
            name: small
            data: {kind: table, path: rows.csv, testing: 0.25, \(data)}
            features:
              inputs: [{name: numbers, columns: [row]}]
              \(window ? "window: {length: 3}" : "missing: refuse")
              target: {column: kind, classes: ["0", "1"]}
            model: {kind: perceptron}
            train: {epochs: 1}
            evaluate: {\(evaluate)}
            """
        return try Recipe(yaml: text, at: "small.yaml")
    }

    private func numbers(_ frame: Frame, _ column: String = "row") throws -> [Int] {
        try #require(try frame.column(column).numbers).map { Int($0) }
    }

    @Test(arguments: ["split: random", "split: stratified", "split: group, group: unit", "split: time, order: when", "group: unit"])
    func `every row is in one part, and the same run divides the same way`(_ data: String) throws {
        let division = try TableDivision(try recipe(data))
        let (known, unseen) = try division.divided(frame, run: 0)
        #expect(unseen.rowCount == 50)
        #expect(try (numbers(known) + numbers(unseen)).sorted() == Array(0..<200))
        #expect(try numbers(division.divided(frame, run: 0).unseen) == numbers(unseen))
        let (rest, held) = try division.validating(known, share: 0.2, run: 0)
        #expect(held.rowCount == 30)
        #expect(try (numbers(rest) + numbers(held)).sorted() == numbers(known))
    }

    @Test func `a stratified split gives each part its share of every class`() throws {
        let division = try TableDivision(try recipe("split: stratified", "metric: f1, over: splits"))
        var seen = Set<[Int]>()
        for run in 0..<8 {
            let (known, unseen) = try division.divided(frame, run: run)
            #expect(try numbers(unseen, "kind").reduce(0, +) == 5)
            #expect(try numbers(known, "kind").reduce(0, +) == 15)
            seen.insert(try numbers(unseen))
        }
        #expect(seen.count == 8, "runs over splits differ in their parts")
        // What a random split of the same recipe does not do in every run.
        let random = try TableDivision(try recipe("split: random", "metric: f1, over: splits"))
        #expect(try (0..<8).contains { try numbers(random.divided(frame, run: $0).unseen, "kind").reduce(0, +) != 5 })
    }

    @Test func `a split by time learns from the past, in whatever order rows come`() throws {
        let division = try TableDivision(try recipe("split: time, order: when"))
        let (known, unseen) = try division.divided(frame, run: 0)
        #expect(try numbers(known, "when").max()! < numbers(unseen, "when").min()!)
        #expect(try numbers(unseen) == Array(0..<50))
        let (rest, held) = try division.validating(known, share: 0.2, run: 0)
        #expect(try numbers(rest, "when").max()! < numbers(held, "when").min()!)
    }

    @Test func `groups stay together in every kind of run`() throws {
        for evaluate in ["metric: accuracy", "metric: accuracy, over: splits", "metric: accuracy, over: folds, runs: 4"] {
            let division = try TableDivision(try recipe("group: unit", evaluate))
            for run in 0..<4 {
                let (known, unseen) = try division.divided(frame, run: run)
                #expect(try Set(numbers(known, "unit")).isDisjoint(with: numbers(unseen, "unit")))
                let (rest, held) = try division.validating(known, share: 0.1, run: run)
                #expect(try Set(numbers(rest, "unit")).isDisjoint(with: numbers(held, "unit")))
            }
        }
    }

    @Test(arguments: ["split: random", "split: stratified", "group: unit"])
    func `folds test every row once`(_ data: String) throws {
        let division = try TableDivision(try recipe(data, "metric: accuracy, over: folds, runs: 4"))
        let tests = try (0..<4).map { try division.divided(frame, run: $0).unseen }
        #expect(try tests.flatMap { try numbers($0) }.sorted() == Array(0..<200))
        if data == "split: stratified" { #expect(try tests.allSatisfy { try numbers($0, "kind").reduce(0, +) == 5 }) }
        #expect(throws: RecipeError("evaluate", "there is no run 5 of 4 folds", at: "small")) { try division.divided(frame, run: 4) }
    }

    @Test func `runs over groups leave out one at a time`() throws {
        let division = try TableDivision(try recipe("group: unit", "metric: accuracy, over: groups"))
        #expect(try division.divisions(of: frame) == 40)
        #expect(try numbers(division.divided(frame, run: 7).unseen, "unit") == [7, 7, 7, 7, 7])
    }

    @Test(arguments: [
        ("split: time", "metric: accuracy", "split: time needs the column 'order'"),
        ("split: group", "metric: accuracy", "split: group needs the column 'group'"),
        ("split: last", "metric: accuracy", "split: last needs the column 'group'"),
        ("split: random, group: unit", "metric: accuracy", "split: random tears the rows of one 'unit' apart: group and time do not"),
        ("split: time, order: when", "metric: accuracy, over: folds", "split: time divides in one way only: evaluate over seeds"),
        ("split: stratified", "metric: accuracy, over: groups", "split: stratified has no groups to evaluate over"),
    ]) func `rules that cannot be followed are refused`(_ data: String, _ evaluate: String, _ reason: String) throws {
        let recipe = try recipe(data, evaluate)
        #expect(throws: RecipeError("data", reason, at: "small")) { try TableDivision(recipe) }
    }

    @Test func `windows are not torn apart`() throws {
        let windows = try recipe("split: random", window: true)
        #expect(throws: RecipeError("data", "split: random tears windows apart: group and time do not", at: "small")) {
            try TableDivision(windows)
        }
        _ = try TableDivision(recipe("split: time, order: when", window: true))
    }

    @Test func `a target of numbers has no strata`() throws {
        var recipe = try recipe("split: stratified")
        recipe.features?.target = TargetDefinition("row")
        #expect(throws: RecipeError("data", "split: stratified needs classes", at: "small")) { try TableDivision(recipe) }
    }

    @Test func `an unknown rule is refused with a guess`() {
        #expect {
            try recipe("split: stratifed")
        } throws: {
            "\($0)".hasPrefix(
                "recipe 'small.yaml': data.split: 'stratifed' is not one of random, stratified, group, time, last; did you mean")
        }
    }
}

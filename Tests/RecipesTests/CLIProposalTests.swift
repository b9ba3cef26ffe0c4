import Features
import Testing

@testable import Recipes

@Suite("The proposal of a recipe") struct CLIProposalTests {
    private func frame(_ count: Int = 60) throws -> Frame {
        let rows = Array(0..<count)
        let heat = rows.map { (row: Int) -> Double in Double(row % 17) + 0.5 }
        let gap = rows.map { (row: Int) -> Double? in row % 7 == 0 ? nil : Double(row) * 0.25 }
        let kind = rows.map { (row: Int) -> String in row % 3 == 0 ? "x" : "y" }
        let alarm = rows.map { (row: Int) -> Int in row % 4 == 0 ? 1 : 0 }
        let failure = rows.map { (row: Int) -> Int in row % 4 == 0 || row % 9 == 1 ? 1 : 0 }
        var frame = Frame()
        try frame.add("Id", Column(rows.map { $0 + 1 }))
        try frame.add("Heat [K]", Column(heat))
        try frame.add("gap", Column(gap))
        try frame.add("kind: \"odd\"", Column(kind))
        try frame.add("alarm", Column(alarm))
        try frame.add("flat", Column([Int](repeating: 3, count: count)))
        try frame.add("unit", Column(rows.map { $0 / 10 }))
        try frame.add("when", Column(timestamps: rows.map { Int64($0) * 1_000_000 }))
        try frame.add("failure", Column(failure))
        return frame
    }

    @Test func `types, task, target and groups are guessed, and the recipe can be read`() throws {
        let proposal = try RecipeProposal(frame(), path: "plant/Pump 7.parquet")
        let recipe = try Recipe(yaml: proposal.yaml, at: "proposal")
        #expect(recipe.name == "pump-7")
        #expect(recipe.data.path == "plant/Pump 7.parquet")
        #expect(recipe.data.group == "unit")
        #expect(recipe.features?.target?.columns == ["failure"])
        #expect(recipe.features?.target?.classes == ["0", "1"])
        #expect(recipe.features?.inputs.map(\.columns) == [["Heat [K]", "gap", "alarm"], ["kind: \"odd\""]])
        #expect(recipe.features?.inputs[0].steps == [.impute(.median), .scale(.standard)])
        #expect(recipe.evaluate.metric == "roc_auc")
        for left in ["\"Id\" differs in every row", "\"flat\" has one value only", "\"when\" is a time"] {
            #expect(proposal.yaml.contains("# left out: \(left)"))
        }
        #expect(proposal.yaml.contains("# is it known beforehand? \"alarm\" = 1 always comes with 1 (15 rows)"))
    }

    @Test func `numbers are a task of their own`() throws {
        let proposal = try RecipeProposal(frame(), path: "a.csv", target: "gap")
        let recipe = try Recipe(yaml: proposal.yaml, at: "proposal")
        #expect(recipe.features?.target?.classes == nil)
        #expect(recipe.evaluate.metric == "rmse")
        #expect(!proposal.yaml.contains("impute"))
    }

    @Test func `whole numbers with few values are classes in the order of the numbers`() throws {
        let x = (0..<60).map { (row: Int) -> Double in Double(row) + 0.5 }, grade = (0..<60).map { (row: Int) -> Int in row % 12 }
        let frame = try Frame(["x": Column(x), "grade": Column(grade)])
        let recipe = try Recipe(yaml: RecipeProposal(frame, path: "a.csv").yaml, at: "proposal")
        #expect(recipe.features?.target?.classes == (0..<12).map(String.init))
        #expect(recipe.evaluate.metric == "accuracy")
    }

    @Test func `what cannot be learned is refused with the reason`() throws {
        func reason(_ frame: Frame, _ target: String?) -> String? {
            (#expect(throws: RecipeError.self) { try RecipeProposal(frame, path: "a.csv", target: target) })?.reason
        }
        #expect(reason(try frame(), "flat") == "the target 'flat' has one value only: there is nothing to learn")
        #expect(reason(try frame(), "when") == "the target 'when' is a time, which is neither a class nor a number")
        #expect(reason(try frame(5), nil) == "has 5 rows, at least 10 are needed")
        let lonely = try Frame(["row": Column(Array(0..<20)), "y": Column((0..<20).map { (row: Int) -> Int in row % 2 })])
        #expect(reason(lonely, "y") == "no column is left to learn 'y' from")
        #expect(throws: FeatureError("frame", "no column 'failur'; did you mean 'failure'?")) {
            try RecipeProposal(frame(), path: "a.csv", target: "failur")
        }
    }
}

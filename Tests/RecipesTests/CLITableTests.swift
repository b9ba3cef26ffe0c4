import Datasets
import Features
import Formats
import Testing

@testable import Learning
@testable import Recipes

@Suite("Tables and the commands", .enabled(if: TableSupport.problem == nil, "tables need Arrow's shim: run 'make setup'"))
struct CLITableTests {
    /// Two machines' events: the warmer and faster, the likelier it is worn.
    private func machines(_ count: Int = 400) throws -> Frame {
        var random: UInt64 = 7
        func next() -> Double {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(random >> 40) / Double(1 << 24)
        }
        let heat = (0..<count).map { _ in next() * 80 }, speed = (0..<count).map { _ in next() * 3_000 }
        let kinds = (0..<count).map { ["big", "small", "tiny"][$0 % 3] }
        let rows = Array(0..<count)
        let missing = rows.map { (row: Int) -> Double? in row % 50 == 3 ? nil : heat[row] }
        let state = rows.map { (row: Int) -> String in heat[row] / 80 + speed[row] / 3_000 > 1 ? "worn" : "sound" }
        var frame = Frame()
        try frame.add("step", Column(rows.map { $0 / 2 }))
        try frame.add("machine", Column(rows.map { (row: Int) -> String in row % 2 == 0 ? "a" : "b" }))
        try frame.add("heat", Column(missing))
        try frame.add("speed", Column(speed))
        try frame.add("kind", Column(kinds))
        try frame.add("state", Column(state))
        return frame
    }

    private func write(_ frame: Frame, to path: String) throws {
        let writer = try TableWriter(to: path)
        try writer.write(frame)
        try writer.finish()
    }

    private func trained(_ scratch: Scratch, windowed: Bool) throws -> ModelBundle {
        try write(machines(), to: scratch("data.parquet"))
        let window = windowed ? "window: {length: 4}" : ""
        let yaml = """
            name: machines
            data: {kind: table, path: "\(scratch("data.parquet"))"\(windowed ? ", group: machine, testing: 0.5" : "")}
            features:
              entity: machine
              order: step
              inputs:
                - {name: numbers, columns: [heat, speed], impute: \(windowed ? "previous" : "mean"), scale: standard}
                - {name: kinds, columns: [kind], one-hot: {other: true}}
              missing: drop
              \(window)
              target: {column: state, classes: []}
            model: {kind: \(windowed ? "window, hidden: 16" : "perceptron, bins: 4, embedding: 4, hidden: 16, depth: 1")}
            train: {optimizer: adamw, rate: 1e-2, epochs: 10, batch: 32}
            evaluate: {metric: accuracy}
            """
        let training = try RecipeTraining(Recipe(yaml: yaml, at: "machines.yaml"), folder: scratch("out"))
        return try ModelBundle(reading: #require(training.bundle).path)
    }

    @Test(arguments: [false, true]) func `tables and live events give the same answers`(windowed: Bool) throws {
        let scratch = try Scratch(), bundle = try trained(scratch, windowed: windowed)
        // Classes that were learned from the data have their names.
        #expect(bundle.signature.outputs[0].labels == ["sound", "worn"])
        #expect((bundle.signature.inputs[0].window != nil) == windowed)
        let check = try BundleCheck(bundle, frame: machines(), limit: 1e-4, scratch: scratch("copy"))
        #expect(check.holds, "\(check.findings)")
        #expect(check.findings.contains { $0.way.hasPrefix("features of events") && $0.samples > 300 && $0.difference == 0 })
    }

    @Test(arguments: [false, true]) func `every row of a table is in the output, and those without a sample say why`(windowed: Bool) throws
    {
        let scratch = try Scratch(), bundle = try trained(scratch, windowed: windowed), frame = try machines()
        var predict = try Prediction(bundle, keeping: ["machine", "step"], batch: 64)
        let result = try predict(frame)
        #expect(result.names == ["machine", "step", "prediction", "probability_sound", "probability_worn"])
        #expect(result.rowCount == frame.rowCount)
        let nulls = try result.column("prediction").nullCount
        #expect(predict.answered + nulls == frame.rowCount)
        #expect(predict.unanswered.values.reduce(0, +) == nulls)
        #expect(windowed ? nulls >= 6 : nulls == 0)
        let words = try result.column("prediction"), worn = try #require(result.column("probability_worn").numbers)
        let sound = try #require(result.column("probability_sound").numbers)
        var right = 0
        for row in 0..<frame.rowCount where !words.isNull(row) {
            #expect(abs(worn[row] + sound[row] - 1) < 1e-5)
            #expect(words[row] == .string(worn[row] > sound[row] ? "worn" : "sound"))
            right += words[row] == frame[row, "state"] ? 1 : 0
        }
        #expect(windowed || Double(right) / Double(frame.rowCount) > 0.85)
    }

    @Test func `a name that is taken stays what it was`() throws {
        let scratch = try Scratch(), bundle = try trained(scratch, windowed: false)
        var frame = try machines()
        try frame.add("prediction", Column([String](repeating: "mine", count: frame.rowCount)))
        var predict = try Prediction(bundle)
        let result = try predict(frame)
        #expect(result[0, "prediction"] == "mine")
        #expect(result.contains("prediction_"))
    }

    @Test func `a bundle of pictures does not answer rows`() throws {
        let scratch = try Scratch()
        let made = try #require(try RecipeTraining(Samples8x8.recipe(["train.epochs=1"]), folder: scratch("out")).bundle)
        let bundle = try ModelBundle(reading: made.path)
        var predict = try Prediction(bundle)
        #expect(throws: RecipeError("run", "the bundle answers pictures, not rows of a table", at: "digits")) {
            try predict(machines())
        }
    }
}

import Engine
import Formats
import Testing

@testable import Learning
@testable import Recipes

@Suite("Training a recipe to a bundle") struct CLITrainingTests {
    @Test func `the seven steps are told in their order, and what is left belongs together`() throws {
        let scratch = try Scratch()
        var steps: [TrainingPlan.Step] = []
        let training = try RecipeTraining(
            Samples8x8.recipe(), folder: scratch("out"),
            log: { step, text in
                steps.append(step)
                #expect(!text.isEmpty)
            })
        #expect(steps == TrainingPlan.Step.allCases)
        #expect(steps.count == 7)
        let made = try #require(training.bundle)
        #expect(made.path == scratch("out/digits.millrace"))
        let bundle = try ModelBundle(reading: made.path)
        #expect(bundle.identity == made.identity)
        #expect(bundle.signature.inputs[0].description == "inputs f32[batch,8,8,1]")
        #expect(bundle.signature.outputs[0].labels == (0..<10).map(String.init))
        #expect(bundle.training.seed == 1)
        #expect(bundle.training.data?.count == 64)
        let evaluation = try #require(training.evaluation)
        #expect(bundle.training.metrics["test/accuracy"] == evaluation.intervals[0].value)
        #expect(evaluation.intervals[0].value > 0.5)
        // The bundle from disk answers the test part as the net did.
        let again = try Evaluation(bundle, Samples8x8.recipe())
        #expect(again.json == evaluation.json)
        for file in ["report.html", "card.md", "run/log.jsonl"] { #expect(Files.exists(scratch("out/\(file)"))) }
    }

    @Test func `shallow models stand beside the net in report and result`() throws {
        let scratch = try Scratch()
        let recipe = try Samples8x8.recipe(["train.epochs=1", "compare={baselines: [constant, neighbours]}"])
        let training = try RecipeTraining(recipe, folder: scratch("out"), comparesShallow: true)
        #expect(training.baselines.map(\.name) == ["majority class", "k-nearest neighbours"])
        let value = try #require(training.evaluation?.intervals[0].value)
        for baseline in training.baselines {
            #expect(abs((baseline.difference ?? .nan) - (value - baseline.value)) < 1e-12)
            #expect((baseline.low ?? .nan) <= (baseline.difference ?? .nan) && (baseline.difference ?? .nan) <= (baseline.high ?? .nan))
        }
        #expect(try Files.readText(scratch("out/card.md")).contains("k-nearest neighbours"))
    }

    @Test func `an interrupted training leaves no bundle, and goes on to the bits of the unbroken one`() throws {
        let scratch = try Scratch(), recipe = try Samples8x8.recipe()
        var batches = 0
        let broken = try RecipeTraining(
            recipe, folder: scratch("a"),
            stop: {
                batches += 1
                return batches > 10
            })
        #expect(broken.result.ending == .interrupted)
        #expect(broken.bundle == nil)
        #expect(!Files.exists(scratch("a/digits.millrace")))
        let continued = try #require(try RecipeTraining(recipe, folder: scratch("a")).bundle)
        let unbroken = try #require(try RecipeTraining(recipe, folder: scratch("b")).bundle)
        let one = try ModelBundle(reading: continued.path), other = try ModelBundle(reading: unbroken.path)
        #expect(one.weights.map(\.name) == other.weights.map(\.name))
        for (a, b) in zip(one.weights, other.weights) { #expect(a.values.withBytes { Array($0) } == b.values.withBytes { Array($0) }) }
        #expect(one.training == other.training)
    }

    @Test func `a run of another recipe does not go on from the checkpoint that lies there`() throws {
        let scratch = try Scratch()
        _ = try RecipeTraining(Samples8x8.recipe(["train.epochs=1"]), folder: scratch("out"))
        let error = #expect(throws: RecipeError.self) {
            try RecipeTraining(Samples8x8.recipe(["model.dropout=0.5", "train.rate=1e-3"]), folder: scratch("out"))
        }
        #expect(error?.reason == "holds a run with another model.dropout, train.rate: take another folder, or begin anew with --fresh")
        let more = try RecipeTraining(Samples8x8.recipe(["train.epochs=2", "title=Digits"]), folder: scratch("out"))
        #expect(more.result.history.map(\.epoch) == [1, 2])
        let anew = try RecipeTraining(Samples8x8.recipe(["model.dropout=0.5", "train.epochs=1"]), folder: scratch("out"), startsAnew: true)
        #expect(anew.result.history.map(\.epoch) == [1])
    }

    @Test func `a bundle is the same on every way, and one that is not is found out`() throws {
        let scratch = try Scratch()
        let made = try #require(try RecipeTraining(Samples8x8.recipe(["evaluate.mirror=true"]), folder: scratch("out")).bundle)
        var bundle = try ModelBundle(reading: made.path)
        let check = try BundleCheck(bundle, limit: 1e-4, scratch: scratch("copy"))
        #expect(check.findings.count == (Program.Options.Kernels.preferred == .native ? 4 : 3))
        #expect(check.holds, "\(check.findings)")
        #expect(!Files.exists(scratch("copy")))

        var golden = try #require(bundle.training.notes["golden"]?.object)
        var answers = try #require(golden["answers"]?.array)
        answers[0] = .number((answers[0].double ?? 0) + 0.5)
        golden["answers"] = .array(answers)
        bundle.training.notes["golden"] = .object(golden)
        let changed = try BundleCheck(bundle, limit: 1e-4, scratch: scratch("copy"))
        #expect(!changed.holds)
        #expect(changed.findings.filter { !$0.holds }.map(\.way) == ["stored answers"])

        golden["answers"] = .array([1])
        bundle.training.notes["golden"] = .object(golden)
        #expect(throws: RecipeError("verify", "the samples that the bundle carries are damaged", at: "digits")) {
            try BundleCheck(bundle, limit: 1e-4, scratch: scratch("copy"))
        }
    }

    @Test func `weights go out and come in, and what does not fit is listed at once`() throws {
        let scratch = try Scratch()
        let made = try #require(try RecipeTraining(Samples8x8.recipe(["train.epochs=1"]), folder: scratch("out")).bundle)
        let bundle = try ModelBundle(reading: made.path)
        try bundle.exportWeights(to: scratch("w.safetensors"))
        let same = try bundle.importingWeights(from: scratch("w.safetensors"))
        for (a, b) in zip(same.weights, bundle.weights) { #expect(a.values.withBytes { Array($0) } == b.values.withBytes { Array($0) }) }
        #expect(same.training.parent == bundle.identity)
        #expect(same.training.metrics.isEmpty)
        #expect(try BundleCheck(same, limit: 1e-4, scratch: scratch("copy")).holds)

        let names = bundle.weights.filter { $0.role != .constant }.map(\.name)
        var items = names.dropFirst().map { Safetensors.Item($0, bundle[$0]!.values) }
        items[0] = Safetensors.Item(names[1], Tensor([Float](repeating: 0, count: 3), [3]))
        items.append(Safetensors.Item("odd", Tensor([Float](repeating: 0, count: 1), [1])))
        try Safetensors.write(items, to: scratch("bad.safetensors"))
        let error = #expect(throws: LearningError.self) { try bundle.importingWeights(from: scratch("bad.safetensors")) }
        let reason = try #require(error?.reason)
        #expect(reason.contains("1 missing in the file: \(names[0])"))
        #expect(reason.contains("1 unknown to the bundle: odd"))
        #expect(reason.contains("1 of another type: \(names[1])"))
    }

    @Test func `a bundle is not measured on data that are prepared in another way`() throws {
        let scratch = try Scratch()
        let made = try #require(try RecipeTraining(Samples8x8.recipe(["train.epochs=1"]), folder: scratch("out")).bundle)
        let bundle = try ModelBundle(reading: made.path)
        // Another share tests, so that the mean of the training pictures is another one.
        let error = #expect(throws: RecipeError.self) { try Evaluation(bundle, Samples8x8.recipe(["data.testing=0.5"])) }
        #expect(error?.reason.contains("prepares its data in another way") == true)
    }
}

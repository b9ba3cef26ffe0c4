import Datasets
import Engine
import Features
import Formats
import Testing

@testable import Learning
@testable import Recipes

/// A bundle answers its kind of data without its recipe: the bits are those of the evaluation in training.
@Suite(
    "Answering every kind of data",
    .enabled(if: TableSupport.problem == nil, "answers are tables, which need Arrow's shim: run 'make setup'"))
struct CLIRunTests {
    private func trained(_ recipe: Recipe, _ scratch: Scratch) throws -> (bundle: ModelBundle, answers: [Float]) {
        let training = try RecipeTraining(recipe, folder: scratch("out"))
        let bundle = try ModelBundle(reading: #require(training.bundle).path)
        let answers = try #require(training.evaluation).answers.values
        #expect(try Evaluation(bundle, recipe).answers.values == answers)
        return (bundle, answers)
    }

    /// What stands behind the items in a table of answers, row by row.
    private func probabilities(_ path: String, _ bundle: ModelBundle) throws -> [Float] {
        let frame = try Table(at: path).frame(), labels = try #require(bundle.signature.outputs[0].labels)
        let columns = try labels.map { try #require(frame.column("probability_\($0)").numbers) }
        let names = try frame.column("prediction")
        for row in 0..<frame.rowCount where !names.isNull(row) {
            let best = columns.indices.max { columns[$0][row] < columns[$1][row] }
            #expect(names[row] == best.map { .string(labels[$0]) })
        }
        return (0..<frame.rowCount).flatMap { row in columns.map { Float($0[row]) } }
    }

    private func run(_ bundle: ModelBundle, _ input: String, _ scratch: Scratch, _ options: InputOptions = InputOptions()) throws
        -> BundleRun
    {
        try BundleRun(bundle, input: input, output: scratch("answers.parquet"), options: options, quarantine: scratch("bad.jsonl"))
    }

    // MARK: Pictures

    @Test func `pictures in a file of many`() throws {
        let scratch = try Scratch(), recipe = try Samples8x8.recipe(["train.epochs=1", "evaluate.mirror=true"])
        let (bundle, answers) = try trained(recipe, scratch)
        let pictures = try IDXFile.array(Files.join(Samples8x8.folder, "digits-images.idx3-ubyte"))
        let part = Samples(["images": pictures]).split(0.2, seed: 1).part["images"], pixels = part.values(UInt8.self)
        try Files.replace(
            scratch("test.idx"),
            with: [[0, 0, 8, 3], FileBytes.big(part.count), FileBytes.big(8), FileBytes.big(8), pixels].flatMap { $0 })
        let outcome = try run(bundle, scratch("test.idx"), scratch)
        #expect(outcome.answered == part.count && outcome.items == part.count && outcome.rows == part.count)
        #expect(outcome.quarantine == nil)
        #expect(try probabilities(scratch("answers.parquet"), bundle) == answers)
        let frame = try Table(at: scratch("answers.parquet")).frame()
        #expect(frame[3, "input"] == "test.idx" && frame[3, "row"] == 3)

        let head = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(part.count), 8, 8), }\n"
        try Files.replace(
            scratch("test.npy"),
            with: [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0], FileBytes.little(head.utf8.count, 2), Array(head.utf8), pixels].flatMap {
                $0
            })
        #expect(try run(bundle, scratch("test.npy"), scratch).answered == part.count)
        #expect(try probabilities(scratch("answers.parquet"), bundle) == answers)
        let check = try BundleCheck(
            bundle, input: scratch("test.idx"), options: InputOptions(), rows: 1_000, limit: 1e-4, scratch: scratch("copy"))
        #expect(check.holds, "\(check.findings)")
        #expect(check.findings.contains { $0.way == "one by one against the batch" && $0.samples == part.count })
    }

    @Test func `pictures of CIFAR's layout`() throws {
        let scratch = try Scratch()
        var random = SampleRandom(seed: 4, epoch: 0, sample: 0)
        func records(_ count: Int) -> [UInt8] {
            (0..<count).flatMap { (number: Int) -> [UInt8] in
                [UInt8(number % 2)] + (0..<3_072).map { _ -> UInt8 in UInt8(random.below(100) + number % 2 * 120) }
            }
        }
        try Files.replace(scratch("train.bin"), with: records(40))
        try Files.replace(scratch("test.bin"), with: records(12))
        let yaml = """
            name: small
            data: {kind: cifar, path: "\(scratch.path)", train: train.bin, test: test.bin}
            model: {kind: cifar}
            train: {epochs: 1, batch: 20}
            evaluate: {metric: accuracy}
            """
        let (bundle, answers) = try trained(Recipe(yaml: yaml, at: ""), scratch)
        #expect(try run(bundle, scratch("test.bin"), scratch).answered == 12)
        #expect(try probabilities(scratch("answers.parquet"), bundle) == answers)
    }

    @Test func `pictures in folders, of which the bad ones are named and counted`() throws {
        let scratch = try Scratch()
        var random = SampleRandom(seed: 5, epoch: 0, sample: 0), bytes: [UInt8] = []
        for (shade, name) in ["dark", "light"].enumerated() {
            try Files.makeFolder(scratch("pictures/\(name)"))
            for number in 0..<20 {
                bytes = FileBytes.png((0..<120).map { _ in UInt8(random.below(120) + shade * 130) }, width: 10, height: 12)
                try Files.replace(scratch("pictures/\(name)/\(100 + number).png"), with: bytes)
            }
        }
        let yaml = """
            name: shades
            data: {kind: images, path: "\(scratch("pictures"))", size: 8, testing: 0.3}
            model: {kind: resnet9, width: 2}
            train: {epochs: 1, batch: 8}
            evaluate: {metric: accuracy}
            """
        let recipe = try Recipe(yaml: yaml, at: "")
        let (bundle, answers) = try trained(recipe, scratch)
        #expect(bundle.signature.outputs[0].labels == ["dark", "light"])
        // Folders and files are read in the order of their names here and there.
        let tests = SampleOrder.shuffled(seed: 1).order(of: 40, epoch: 0)[..<12].sorted()
        #expect(try run(bundle, scratch("pictures"), scratch).answered == 40)
        let all = try probabilities(scratch("answers.parquet"), bundle)
        #expect(tests.flatMap { [all[2 * $0], all[2 * $0 + 1]] } == answers)

        try Files.replace(scratch("pictures/dark/cut.png"), with: Array(bytes.prefix(80)))
        try Files.replace(scratch("pictures/dark/notes.txt"), with: [65])
        try Files.replace(scratch("pictures/no.jpg"), with: Array("no picture".utf8))
        let damaged = try run(bundle, scratch("pictures"), scratch)
        #expect(damaged.items == 42 && damaged.answered == 40 && damaged.problems == 2 && damaged.rows == 42)
        #expect(damaged.remarks.count == 1)
        let lines = try Files.readText(scratch("bad.jsonl")).split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(lines.map { $0["item"]?.string } == ["dark/cut.png", "no.jpg"])
        #expect(lines[1]["reason"]?.string == "is neither JPEG nor PNG")
        let frame = try Table(at: scratch("answers.parquet")).frame()
        #expect(frame[20, "input"] == "dark/cut.png" && frame[20, "prediction"] == .null && frame[20, "probability_dark"] == .null)

        // One file by itself; and what was bad is gone, so is the file about it.
        let single = try run(bundle, scratch("pictures/light/100.png"), scratch)
        #expect(single.answered == 1 && single.quarantine == nil && !Files.exists(scratch("bad.jsonl")))
        let alone = try probabilities(scratch("answers.parquet"), bundle)
        for (one, other) in zip(alone, all[40..<42]) { #expect(abs(one - other) < 1e-6) }
    }

    // MARK: Sound

    /// Sixteen bits at a rate.
    private func wav(_ values: [Double], rate: Int = 8_000, channels: Int = 1) -> [UInt8] {
        let data = values.flatMap { FileBytes.little(Int(($0 * 32_000).rounded()), 2) }
        let parts: [[UInt8]] = [
            Array("RIFF".utf8), FileBytes.little(36 + data.count, 4), Array("WAVEfmt ".utf8), FileBytes.little(16, 4),
            FileBytes.little(1, 2), FileBytes.little(channels, 2),
            FileBytes.little(rate, 4), FileBytes.little(rate * channels * 2, 4), FileBytes.little(channels * 2, 2), FileBytes.little(16, 2),
            Array("data".utf8),
            FileBytes.little(data.count, 4), data,
        ]
        return parts.flatMap { $0 }
    }

    private func tone(_ digit: Int, _ take: Int, rate: Int = 8_000) -> [Double] {
        (0..<rate / 5).map { triangle(Double($0) / Double(rate) * Double(200 + digit * 150 + take)) * 0.5 }
    }
    private func triangle(_ phase: Double) -> Double { abs((phase - phase.rounded(.down)) * 4 - 2) - 1 }

    @Test func `sounds in a folder`() throws {
        let scratch = try Scratch()
        try Files.makeFolder(scratch("all"))
        try Files.makeFolder(scratch("tests"))
        for digit in 0..<10 {
            for take in 0..<7 {
                let bytes = wav(tone(digit, take)), name = "\(digit)_a_\(take).wav"
                try Files.replace(scratch("all/\(name)"), with: bytes)
                if take < 5 { try Files.replace(scratch("tests/\(name)"), with: bytes) }
            }
        }
        let yaml = """
            name: tones
            data: {kind: spoken-digits, path: "\(scratch("all"))"}
            model: {kind: spectrogram, width: 2}
            train: {epochs: 1, batch: 10}
            evaluate: {metric: accuracy}
            """
        let (bundle, answers) = try trained(Recipe(yaml: yaml, at: ""), scratch)
        #expect(try run(bundle, scratch("tests"), scratch).answered == 50)
        #expect(try probabilities(scratch("answers.parquet"), bundle) == answers)

        // Two channels at twice the rate, and a file that is no sound.
        try Files.replace(scratch("tests/wide.wav"), with: wav(tone(3, 0, rate: 16_000).flatMap { [$0, $0] }, rate: 16_000, channels: 2))
        try Files.replace(scratch("tests/bad.wav"), with: Array("nothing".utf8))
        let mixed = try run(bundle, scratch("tests"), scratch)
        #expect(mixed.answered == 51 && mixed.problems == 1)
        #expect(try Files.readText(scratch("bad.jsonl")).contains("bad.wav"))
    }

    // MARK: Text

    @Test func `texts as lines and in a column`() throws {
        let scratch = try Scratch()
        let good = ["fine", "warm", "bright", "caf\u{e9}"], bad = ["dull", "cold", "grim", "stale"]
        func line(_ number: Int) -> String { "a \((number % 2 == 0 ? bad : good)[number / 2 % 4]) film number \(number % 7)" }
        let tests = (40..<70).map { "\($0 % 2) \(line($0))\n" }.joined()
        try Files.replace(scratch("train.txt"), with: Array((0..<40).map { "\($0 % 2) \(line($0))\n" }.joined().utf8))
        try Files.replace(scratch("test.txt"), with: Array(tests.utf8))
        let yaml = """
            name: mood
            data: {kind: text, path: "\(scratch.path)", train: train.txt, test: test.txt}
            model: {kind: text-cnn, width: 4, filters: 4}
            train: {epochs: 1, batch: 10}
            evaluate: {metric: accuracy}
            """
        let (bundle, answers) = try trained(Recipe(yaml: yaml, at: ""), scratch)
        let lines = (40..<70).map(line)
        try Files.replace(scratch("lines.txt"), with: Array((lines.joined(separator: "\n") + "\n \n").utf8))
        let outcome = try run(bundle, scratch("lines.txt"), scratch)
        #expect(outcome.items == 31 && outcome.answered == 30)
        #expect(outcome.unanswered == ["has no words": 1])
        #expect(try Files.readText(scratch("bad.jsonl")).contains("\"item\":\"row 30\""))
        #expect(try Array(probabilities(scratch("answers.parquet"), bundle)[..<60]) == answers)
        #expect(try Table(at: scratch("answers.parquet")).frame()[1, "text"] == .string(lines[1]))

        var frame = try Frame(["number": Column(Array(0..<31)), "review": Column(lines.map { String?($0) } + [nil])])
        for name in ["reviews.csv", "reviews.jsonl", "reviews.parquet"] {
            let writer = try TableWriter(to: scratch(name))
            try writer.write(frame)
            try writer.finish()
            #expect(try run(bundle, scratch(name), scratch).problems == 1)
            #expect(try Array(probabilities(scratch("answers.parquet"), bundle)[..<60]) == answers)
        }
        try frame.add("title", Column([String](repeating: "t", count: 31)))
        let writer = try TableWriter(to: scratch("two.parquet"))
        try writer.write(frame)
        try writer.finish()
        #expect(
            throws: RecipeError("run", "say with --column which of its columns holds the text: review, title", at: scratch("two.parquet"))
        ) {
            try run(bundle, scratch("two.parquet"), scratch)
        }
        #expect(try run(bundle, scratch("two.parquet"), scratch, InputOptions(column: "title")).answered == 31)
    }

    // MARK: Series

    @Test func `forecasts of a series in its own scale`() throws {
        let scratch = try Scratch()
        func row(_ step: Int) -> [Double] { [triangle(Double(step) / 12) * 30 + 100, triangle(Double(step) / 6) + Double(step) * 0.01] }
        func csv(_ steps: Range<Int>, gap: Int? = nil) -> [UInt8] {
            let lines = steps.map { "\($0),\(row($0)[0]),\($0 == gap ? "" : "\(row($0)[1])")" }
            return Array((["hour,load,heat"] + lines).joined(separator: "\n").utf8)
        }
        try Files.replace(scratch("all.csv"), with: csv(0..<300))
        let yaml = """
            name: load
            data: {kind: series, path: "\(scratch("all.csv"))", order: hour, lookBack: 24, horizon: 6, parts: [180, 60, 60]}
            model: {kind: forecaster, period: 6, hidden: 8}
            train: {epochs: 1, batch: 16}
            evaluate: {metric: mse}
            """
        let (bundle, answers) = try trained(Recipe(yaml: yaml, at: ""), scratch)
        let series: SeriesPreparation? = if case .series(let found) = try Preparation(bundle) { found } else { nil }
        let prepare = try #require(series)
        // The rows of the test part with what its first window looks back at; its windows end with rows 23, 24, … of these.
        try Files.replace(scratch("test.csv"), with: csv(216..<300))
        let outcome = try run(bundle, scratch("test.csv"), scratch, InputOptions(every: 1))
        #expect(outcome.items == 61 && outcome.answered == 61 && outcome.rows == 61 * 6)
        let frame = try Table(at: scratch("answers.parquet")).frame()
        #expect(frame.names == ["origin", "hour", "step", "load", "heat"])
        let (load, heat) = try (#require(frame.column("load").numbers), #require(frame.column("heat").numbers))
        let found = zip(load, heat).flatMap { [Float($0), Float($1)] }
        #expect(answers.count == 55 * 6 * 2)
        #expect(answers.enumerated().map { prepare.restored($1, $0 % 2) } == Array(found[..<answers.count]))
        #expect(frame[0, "origin"] == 23 && frame[0, "hour"] == 239 && frame[7, "step"] == 2 && frame[7, "hour"] == 240)

        #expect(try run(bundle, scratch("test.csv"), scratch).rows == 6)
        try Files.replace(scratch("gap.csv"), with: csv(216..<300, gap: 250))
        let gap = try run(bundle, scratch("gap.csv"), scratch, InputOptions(every: 1))
        #expect(gap.problems == 24 && gap.answered == 37 && gap.rows == 61 * 6)
        #expect(gap.unanswered == ["row 34 has no number in 'heat'": 24])
        try Files.replace(scratch("short.csv"), with: csv(0..<23))
        #expect(throws: RecipeError("run", "has 23 rows, a forecast needs 24", at: scratch("short.csv"))) {
            try run(bundle, scratch("short.csv"), scratch)
        }
    }
}

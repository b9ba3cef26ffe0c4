import Datasets
import Engine
import Features
import Formats
import Foundation
import Testing

@testable import Learning
@testable import Recipes

/// Training over several processes of this machine, by the program itself.
@Suite(
    "Several processes", .serialized, .enabled(if: BuiltProgram.isBuilt, "the program millrace is not built"),
    .enabled(if: ProcessGroup.obstacle == nil, "needs the shim over gloo: run 'make setup'"),
    .enabled(if: TableSupport.problem == nil, "tables need Arrow's shim: run 'make setup'"))
struct CLIProcessesTests {
    /// 330 points in a plane, above or below a wave; 13 batches of 20 and a share that no two processes divide.
    private func recipe(in scratch: Scratch, batch: Int = 20) throws -> String {
        var lines = "x,y,side\n"
        for number in 0..<330 {
            let x = Double(number * 37 % 330) / 50 - 3.3, y = Double(number * 101 % 330) / 50 - 3.3
            lines += "\(x),\(y),\(y > sin(x) ? "above" : "below")\n"
        }
        try Files.replace(scratch("points.csv"), with: Array(lines.utf8))
        let yaml = """
            name: points
            data: {kind: table, path: "\(scratch("points.csv"))"}
            features:
              inputs: [{name: place, columns: [x, y], scale: standard}]
              target: {column: side, classes: []}
            model: {kind: perceptron, bins: 4, embedding: 4, hidden: 16, depth: 2, dropout: 0}
            train: {optimizer: adamw, rate: 3e-3, epochs: 4, batch: \(batch)}
            evaluate: {metric: accuracy}
            """
        try Files.replace(scratch("points.yaml"), with: Array(yaml.utf8))
        return scratch("points.yaml")
    }

    private func arguments(_ recipe: String, _ out: String, _ more: [String] = []) -> [String] {
        ["train", recipe, "--out", out, "--no-baselines", "--json"] + more
    }

    private func weights(_ folder: String) throws -> [Float] {
        try ModelBundle(reading: Files.join(folder, "points.millrace")).weights.flatMap { $0.values.cast(to: .f32).values(Float.self) }
    }

    private func difference(_ a: [Float], _ b: [Float]) -> Float {
        a.count == b.count && !a.isEmpty ? zip(a, b).map { abs($0 - $1) }.max()! : .infinity
    }

    @Test(arguments: [2, 3]) func `workers end where one process with the same whole batch does`(count: Int) throws {
        let scratch = try Scratch(), recipe = try recipe(in: scratch)
        let one = try BuiltProgram.run(arguments(recipe, scratch("one")))
        #expect(one.code == 0, "\(one.err)")
        let many = try BuiltProgram.run(arguments(recipe, scratch("many"), ["--workers", "\(count)"]))
        #expect(many.code == 0, "\(many.err)")
        let most = try difference(weights(scratch("one")), weights(scratch("many")))
        print("\(count) workers: weights differ by at most \(most) from those of one process")
        #expect(most < 1e-5)
        let (alone, together) = try (JSON(parsing: one.out), JSON(parsing: many.out))
        #expect(together["processes"]?.int == count)
        #expect(alone["data"] == together["data"])
        #expect(abs((alone["value"]?.double ?? .nan) - (together["value"]?.double ?? .nan)) < 1e-9)
        // One process speaks, and says how the batch is shared.
        #expect(many.out.split(separator: "\n").count == 1)
        #expect(many.err.contains(count == 2 ? "20 samples over 2 processes, 10 each" : "20 samples over 3 processes, 6 or 7 each"))
        #expect(!many.err.contains("[1] "), "\(many.err)")
    }

    @Test func `a killed process ends the run on the others with a reason and a checkpoint that leads to the same bits`() throws {
        let scratch = try Scratch(), recipe = try recipe(in: scratch)
        let long = ["--set", "train.epochs=30"]
        func ranks(_ out: String, _ meeting: String) throws -> [BuiltProgram] {
            try (0..<2).map { rank in
                try BuiltProgram(
                    arguments(recipe, scratch(out), long + ["--rank", "\(rank)", "--world", "2", "--rendezvous", scratch(meeting)]),
                    ["MILLRACE_INTERFACE": "127.0.0.1"])
            }
        }
        let unbroken = try ranks("unbroken", "meet-1").map { try $0.outcome() }
        #expect(unbroken.map(\.code) == [0, 0], "\(unbroken)")
        #expect(unbroken[1].out.isEmpty && unbroken[1].err.isEmpty)

        let broken = try ranks("broken", "meet-2"), clock = ContinuousClock(), start = clock.now
        let log = scratch("broken/run/log.jsonl")
        while clock.now - start < .seconds(30) {
            let epochs = (try? Files.readText(log))?.components(separatedBy: "\"epoch\"").count ?? 0
            if epochs > 6 || !broken[0].process.isRunning { break }
            usleep(1_000)
        }
        kill(broken[1].process.processIdentifier, SIGKILL)
        let (first, second) = try (broken[0].outcome(), broken[1].outcome())
        #expect(second.code == 137)
        #expect(first.code == 1)
        #expect(first.err.contains("process 0 of 2: another process has ended"), "\(first.err)")
        #expect(first.out.isEmpty)
        #expect(!Files.exists(scratch("broken/points.millrace")))
        let stored = try RunFolder(scratch("broken/run"), duringWrite: nil).read()
        #expect((1..<30 * 13).contains(stored.progress.step))

        let continued = try BuiltProgram.run(arguments(recipe, scratch("broken"), long + ["--workers", "2"]))
        #expect(continued.code == 0, "\(continued.err)")
        #expect(continued.err.contains("continues at epoch"), "\(continued.err)")
        #expect(try weights(scratch("broken")) == weights(scratch("unbroken")))
    }

    @Test func `what cannot be shared or does not agree is refused in words`() throws {
        let scratch = try Scratch(), recipe = try recipe(in: scratch)
        let small = try BuiltProgram.run(arguments(recipe, scratch("out"), ["--set", "train.batch=2", "--workers", "3"]))
        #expect(small.code == 1)
        #expect(small.err == "error: train 'points': batches of 2 samples cannot be shared by 3 processes\n")
        let both = try BuiltProgram.run(arguments(recipe, scratch("out"), ["--workers", "2", "--rank", "0"]))
        #expect(both.code == 2)
        #expect(both.err.contains("--workers starts the processes itself"))
        let half = try BuiltProgram.run(arguments(recipe, scratch("out"), ["--rank", "0"]))
        #expect(half.code == 2)
        #expect(half.err == "error: process group '--rank and --world': needs both rank and world\n", "\(half.err)")
        let slurm = ["SLURM_PROCID": "0", "SLURM_NTASKS": "4"]
        let mixed = try BuiltProgram.run(arguments(recipe, scratch("out"), ["--workers", "2", "--dry-run"]), slurm)
        #expect(mixed.code == 2, "\(mixed.err)")
        let dry = try BuiltProgram.run(
            arguments(recipe, scratch("out"), ["--dry-run", "--rank", "1", "--world", "4", "--rendezvous", scratch("meet")]))
        #expect(dry.code == 0)
        #expect(try JSON(parsing: dry.out)["steps"]?["forward"]?.string?.contains("20 samples over 4 processes, 5 each") == true)
        #expect(!Files.exists(scratch("out")))

        let settings = (0..<2).map { ["--rank", "\($0)", "--world", "2", "--rendezvous", scratch("meet"), "--seed", "\($0)"] }
        let unlike = try settings.map { try BuiltProgram(arguments(recipe, scratch("out"), $0), ["MILLRACE_INTERFACE": "127.0.0.1"]) }
            .map { try $0.outcome() }
        #expect(unlike[1].code == 1)
        #expect(
            unlike[1].err == "error: train '\(scratch("meet"))': process 1 has another seed than process 0\n", "\(unlike[1].err)")
        #expect(unlike[0].code == 1)
    }
}

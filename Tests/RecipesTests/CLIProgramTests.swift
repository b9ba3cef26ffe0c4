import Formats
import Foundation
import Testing

/// Starts the program itself.
@Suite("The program", .enabled(if: BuiltProgram.isBuilt, "the program millrace is not built")) struct CLIProgramTests {
    private func run(_ arguments: String...) throws -> BuiltProgram.Outcome { try BuiltProgram.run(arguments) }

    @Test func `every command has a help text on the standard output`() throws {
        let commands = [
            "init", "data", "train", "evaluate", "run", "verify", "export", "import", "results", "bench", "doctor", "schema", "completions",
        ]
        let root = try run("--help")
        #expect(root.code == 0)
        for command in commands {
            #expect(root.out.contains("\n  \(command) "))
            let help = try run(command, "--help")
            #expect(help.code == 0)
            #expect(help.out.hasPrefix("OVERVIEW: "))
            #expect(help.err.isEmpty)
        }
    }

    @Test func `wrong usage ends with 2 and says what was meant, on the standard error stream`() throws {
        let scratch = try Scratch()
        try Files.replace(scratch("bad.yaml"), with: Array("nam: x\n".utf8))
        for (arguments, words) in [
            (["trian"], "Unexpected argument 'trian'"), (["train"], "Missing expected argument '<recipe>'"),
            (["train", scratch("bad.yaml")], "nam: unknown key; did you mean 'name'?"),
            (["train", scratch("bad.yaml"), "--threads", "0"], "--threads is between 1 and 256, not 0."),
        ] {
            let process = try BuiltProgram.run(arguments)
            #expect(process.code == 2)
            #expect(process.out.isEmpty)
            #expect(process.err.contains(words), "\(process.err)")
        }
    }

    @Test func `what fails ends with 1 and one line`() throws {
        let missing = try run("verify", "nowhere.millrace")
        #expect(missing.code == 1)
        #expect(missing.out.isEmpty)
        #expect(missing.err.hasPrefix("error: "))
        #expect(missing.err.split(separator: "\n").count == 1)
    }

    @Test func `JSON goes to the standard output alone`() throws {
        let schema = try run("schema")
        #expect(schema.code == 0)
        #expect(try JSON(parsing: schema.out)["required"]?.array?.contains("data") == true)
        let doctor = try run("doctor", "--json")
        #expect(doctor.code == 0)
        #expect(try JSON(parsing: doctor.out)["arithmetic"]?["ok"] == true)
        #expect(try run("completions", "bash").out.contains("millrace"))
    }

    @Test func `a recipe is trained, checked and measured`() throws {
        let scratch = try Scratch()
        let yaml = """
            name: digits
            data: {kind: digits, path: "\(Samples8x8.folder)"}
            model: {kind: resnet9, width: 4}
            train: {optimizer: adamw, rate: 3e-3, epochs: 5, batch: 64}
            evaluate: {metric: accuracy}
            """
        try Files.replace(scratch("digits.yaml"), with: Array(yaml.utf8))
        let dry = try run("train", scratch("digits.yaml"), "--out", scratch("out"), "--dry-run", "--json")
        #expect(dry.code == 0)
        #expect(try JSON(parsing: dry.out)["steps"]?.object?.count == 7)
        #expect(!Files.exists(scratch("out")))
        let training = try run(
            "train", scratch("digits.yaml"), "--out", scratch("out"), "--set", "train.epochs=1", "--no-baselines", "--json")
        #expect(training.code == 0, "\(training.err)")
        #expect(training.err.contains("7/7 evaluate"))
        let bundle = try #require(try JSON(parsing: training.out)["bundle"]?.string)
        #expect(try run("verify", bundle).code == 0)
        let measured = try run("evaluate", bundle, scratch("digits.yaml"), "--json")
        #expect(try JSON(parsing: measured.out)["value"] == JSON(parsing: training.out)["value"])
    }
}

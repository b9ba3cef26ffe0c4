import Datasets
import Formats
import Foundation
import Testing

/// Starts the program itself.
@Suite("The program", .enabled(if: BuiltProgram.isBuilt, "the program millrace is not built")) struct CLIProgramTests {
    private func run(_ arguments: String...) throws -> BuiltProgram.Outcome { try BuiltProgram.run(arguments) }

    @Test func `every command has a help text on the standard output`() throws {
        let commands = [
            "init", "data", "train", "evaluate", "run", "verify", "export", "import", "results", "bench", "doctor", "schema", "completions",
            "manual",
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

    @Test(arguments: ["bash", "zsh", "fish"]) func `a shell takes its completions`(shell: String) throws {
        let scratch = try Scratch(), script = try run("completions", shell)
        #expect(script.code == 0)
        for word in ["train", "--workers", "--quarantine"] {
            #expect(script.out.contains(shell == "fish" ? String(word.drop { $0 == "-" }) : word))
        }
        try Files.replace(scratch("script"), with: Array(script.out.utf8))
        guard let program = ["/bin/\(shell)", "/usr/bin/\(shell)"].first(where: Files.exists) else { return }
        let check = try Process.run(URL(fileURLWithPath: program), arguments: ["-n", scratch("script")])
        check.waitUntilExit()
        #expect(check.terminationStatus == 0)
    }

    @Test func `the manual page of the repository is that of the program`() throws {
        let page = try run("manual")
        #expect(page.code == 0)
        #expect(page.out.hasPrefix(".TH MILLRACE 1 "))
        for section in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH COMMANDS", ".SS millrace data check", "\\fB\\-\\-workers\\fR"] {
            #expect(page.out.contains(section), "\(section)")
        }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let kept = try Files.readText(package.appendingPathComponent("Manual/millrace.1").path)
        #expect(page.out == kept, "run make manual")
    }

    @Test(.enabled(if: TableSupport.problem == nil, "answers are tables, which need Arrow's shim: run 'make setup'"))
    func `a run names bad items and ends with a code that says how it went`() throws {
        let scratch = try Scratch()
        let yaml = """
            name: digits
            data: {kind: digits, path: "\(Samples8x8.folder)"}
            model: {kind: resnet9, width: 4}
            train: {epochs: 1, batch: 64}
            evaluate: {metric: accuracy}
            """
        try Files.replace(scratch("digits.yaml"), with: Array(yaml.utf8))
        #expect(try run("train", scratch("digits.yaml"), "--out", scratch("out"), "--no-baselines", "--quiet").code == 0)
        let bundle = scratch("out/digits.millrace")
        // The bundle carries its recipe.
        #expect(try run("evaluate", bundle).code == 0)
        try Files.makeFolder(scratch("in"))
        try Files.replace(scratch("in/bad.png"), with: Array("no picture".utf8))
        let none = try run("run", bundle, scratch("in"), "-o", scratch("answers.csv"))
        #expect(none.code == 1, "\(none.err)")
        #expect(none.err.contains("not one of 1 items could be answered"))
        try Files.replace(scratch("in/good.png"), with: FileBytes.png([UInt8](repeating: 9, count: 64), width: 8, height: 8))
        let mixed = try run("run", bundle, scratch("in"), "-o", scratch("answers.csv"))
        #expect(mixed.code == 0)
        #expect(mixed.err.contains("1 of 2 items answered"))
        #expect(try Files.readText(scratch("answers.csv.quarantine.jsonl")).contains("\"reason\":\"is neither JPEG nor PNG\""))
        #expect(try run("run", bundle, scratch("in"), "-o", scratch("answers.csv"), "--strict").code == 3)
        let pictures = Files.join(Samples8x8.folder, "digits-images.idx3-ubyte")
        let all = try run("run", bundle, pictures, "-o", scratch("answers.csv"), "--strict", "--json")
        #expect(all.code == 0, "\(all.err)")
        let told = try JSON(parsing: all.out)
        #expect(told["problems"]?.int == 0 && told["answered"] == told["items"] && (told["items"]?.int ?? 0) > 1_000)
        #expect(!Files.exists(scratch("answers.csv.quarantine.jsonl")))
        try Files.replace(scratch("lines.txt"), with: [10])
        let wrong = try run("run", bundle, scratch("lines.txt"), "-o", scratch("answers.csv"))
        #expect(wrong.code == 1)
        #expect(try run("verify", bundle, "--input", pictures, "--rows", "50").code == 0)
    }
}

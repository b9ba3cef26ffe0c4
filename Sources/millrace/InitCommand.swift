import ArgumentParser
import Datasets
import Formats
import Foundation
import Recipes

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Propose a recipe for a data file.",
        discussion: "Looks at types and values, guesses target and task, and writes a commented recipe to the standard output or to a file."
    )

    @Argument(help: "A table: Parquet, CSV, JSON lines, Arrow or ORC.", completion: .file())
    var file: String
    @Option(help: "The column to be learned.")
    var target: String?
    @Option(name: [.short, .long], help: "The file for the recipe; it must not be there yet.", completion: .file(extensions: ["yaml"]))
    var output: String?
    @Option(help: "Rows to look at, from the start.")
    var rows = 200_000
    @OptionGroup var table: TableOptions

    func validate() throws { if rows < 10 { throw ValidationError("--rows is at least 10, not \(rows).") } }

    func run() throws {
        if let output, Files.exists(output) { throw Refusal.usage("init '\(output)': is there already") }
        let proposal = try RecipeProposal(table.table(file).frame(limit: rows), path: file, target: target)
        var yaml = proposal.yaml
        if table.delimiter != nil || !table.names.isEmpty || table.format != .auto {
            var lines = ""
            if table.format != .auto { lines += "  format: \(table.format.rawValue)\n" }
            if let delimiter = table.delimiter { lines += "  delimiter: \(JSON.string(String(delimiter)).text())\n" }
            if !table.names.isEmpty { lines += "  names: \(JSON.array(table.names.map(JSON.string)).text())\n" }
            yaml = yaml.replacingOccurrences(of: "\n  testing:", with: "\n\(lines)  testing:")
        }
        guard let output else { return Console.out(yaml) }
        try Files.replace(output, with: Array(yaml.utf8))
        Console.log("a recipe that learns '\(proposal.target)': \(output); try millrace train \(output) --dry-run")
    }
}

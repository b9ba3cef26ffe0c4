public import ArgumentParser
public import Datasets
import Features
import Formats
import Recipes

struct DataSplitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Divide a table into parts without leaks.",
        discussion: """
            Writes train, test and, if asked for, validation as files of their own. Says on the standard error stream what may let a test be \
            passed without learning: equal rows, later rows, shared groups, columns that know the target. With --strict such a warning \
            ends the command with code 3 before anything is written.
            """)

    @Argument(help: "The table.", completion: .file())
    var file: String
    @Option(name: [.short, .long], help: "Folder for the parts.", completion: .directory)
    var out: String
    @Option(help: "How: \(Split.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var by: Split.Kind = .random
    @Option(help: "The column whose shares are kept (stratified), that orders (time) or whose values stay together (group).")
    var column: String?
    @Option(help: "Share of the rows that test.")
    var test = 0.2
    @Option(help: "Share of the rows that validate.")
    var validation = 0.0
    @Option(help: "Fixes which rows go where.")
    var seed: UInt64 = 0
    @Flag(help: "A row's part never changes when rows are added; shares are then met on average.")
    var stable = false
    @Option(help: "The column to be learned, for the leak check.")
    var target: String?
    @Option(help: "Ending of the parts' names: parquet, csv, jsonl, arrow, orc (default: parquet).")
    var type = "parquet"
    @Flag(help: "Refuse a division that looks leaky.")
    var strict = false
    @OptionGroup var table: TableOptions
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if !["parquet", "csv", "jsonl", "arrow", "orc"].contains(type) {
            throw ValidationError("--type is parquet, csv, jsonl, arrow or orc, not '\(type)'.")
        }
        do { try split().check() } catch { throw ValidationError("\(error)") }
    }

    private func split() -> Split {
        if let column { return Split(by, by: column, validation: validation, test: test, seed: seed, stable: stable) }
        return Split(by, validation: validation, test: test, seed: seed, stable: stable)
    }

    func run() throws {
        let frame = try table.table(file).frame()
        if let target { _ = try frame.column(target) }
        let partition = try split()(frame)
        let check = LeakCheck(
            target: target, time: by == .time ? column : nil, group: by == .group ? [column].compactMap(\.self) : [])
        let warnings = try check(frame, partition)
        for warning in warnings { Console.warning("\(warning)") }
        if strict, !warnings.isEmpty { throw Refusal.gate("split '\(file)': \(warnings.count) signs of a leak; nothing was written") }
        try Files.makeFolder(out)
        var paths: [(String, JSON)] = []
        for (name, rows) in zip(partition.names, partition.rows) {
            let path = Files.join(out, "\(name).\(type)")
            let writer = try TableWriter(to: path)
            try writer.write(frame.rows(rows))
            try writer.finish()
            paths.append((name, ["path": .string(path), "rows": JSON(rows.count)]))
            if !json { Console.out("\(path) \(rows.count)") }
        }
        if json {
            Console.out(["parts": .object(JSON.Object(paths)), "warnings": .array(warnings.map { .string("\($0)") })])
        }
    }
}

extension Split.Kind: ExpressibleByArgument {}

import ArgumentParser
import Datasets
import Features
import Formats
import Foundation
import Recipes

struct DataInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Say what stands in the columns of a table.")

    @Argument(help: "A table: Parquet, CSV, JSON lines, Arrow or ORC.", completion: .file())
    var file: String
    @Option(help: "Rows to look at, from the start (default: all).")
    var rows: Int?
    @OptionGroup var table: TableOptions
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws { if let rows, rows < 1 { throw ValidationError("--rows is at least 1, not \(rows).") } }

    func run() throws {
        let table = try table.table(file)
        let summary = try TableSummary(table.frame(limit: rows))
        if json {
            var object = try summary.json.object ?? [:]
            object["file"] = .string(file)
            object["format"] = .string(table.format.rawValue)
            return Console.out(.object(object))
        }
        let width = min(40, summary.columns.map(\.name.count).max() ?? 0) + 2
        func cell(_ text: String, _ width: Int) -> String {
            text.count >= width ? text + " " : text.padding(toLength: width, withPad: " ", startingAt: 0)
        }
        func short(_ number: Double?) -> String {
            guard let number else { return "" }
            return number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : String(format: "%.5g", number)
        }
        Console.out(
            cell("column", width) + cell("type", 11) + cell("nulls", 9) + cell("distinct", 10) + cell("least", 13) + cell("mean", 13)
                + cell("most", 13) + "frequent")
        for column in summary.columns {
            let distinct = column.distinct >= TableSummary.mostDistinct ? "≥\(column.distinct)" : "\(column.distinct)"
            Console.out(
                cell(column.name, width) + cell(column.type.rawValue, 11) + cell("\(column.nulls)", 9) + cell(distinct, 10)
                    + cell(short(column.least), 13) + cell(short(column.mean), 13) + cell(short(column.most), 13)
                    + column.frequent.map { "\($0.value) (\($0.count))" }.joined(separator: ", "))
        }
        Console.log("\(summary.rows) rows, \(summary.columns.count) columns, \(table.format.rawValue)")
    }
}

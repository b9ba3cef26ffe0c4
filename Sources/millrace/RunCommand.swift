import ArgumentParser
import Datasets
import Features
import Formats
import Foundation
import Learning
import Recipes

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Answer the rows of a table with a bundle.",
        discussion: """
            Reads and writes Parquet, CSV, JSON lines, Arrow and ORC, by the names of the files. Behind the columns of the input stands \
            `prediction`, for classes also `probability_NAME` each. Every row of the input is in the output, with null where a window is \
            not complete or a value is missing. Needs a bundle that was trained on a table.
            """)

    @OptionGroup var source: BundleOptions
    @Option(name: [.short, .long], help: "The table to answer.", completion: .file())
    var input: String
    @Option(name: [.short, .long], help: "The file for rows and answers.", completion: .file())
    var output: String
    @Option(help: "Columns of the input to keep (default: all).", transform: { $0.split(separator: ",").map(String.init) })
    var keep: [String] = []
    @Option(help: "Rows that are computed at once.")
    var batch = 256
    @OptionGroup var table: TableOptions
    @OptionGroup var common: CommonOptions

    func validate() throws { if !(1...65_536).contains(batch) { throw ValidationError("--batch is between 1 and 65536, not \(batch).") } }

    func run() throws {
        common.apply()
        var predict = try Prediction(
            source.read(), keeping: keep.isEmpty ? nil : keep, batch: batch, threads: common.threads)
        let table = try self.table.table(input)
        for name in predict.requiredColumns { _ = try table.field(name) }
        let start = ContinuousClock.now
        let writer = try TableWriter(to: output)
        if predict.isRowByRow {
            // Nothing depends on other rows, so that a table larger than memory is answered piece by piece.
            let scan = try table.scan()
            while let piece = try scan.next() { try writer.write(predict(piece.frame())) }
        } else {
            try writer.write(predict(table.frame()))
        }
        try writer.finish()
        let seconds = Double((ContinuousClock.now - start) / .seconds(1))
        let silent = predict.unanswered.sorted { $0.key < $1.key }
        if common.json {
            Console.out([
                "rows": JSON(writer.rowCount), "answered": JSON(predict.answered), "output": .string(output), "seconds": .number(seconds),
                "unanswered": .object(JSON.Object(silent.map { ($0.key, JSON($0.value)) })),
            ])
        } else {
            Console.log(
                "\(predict.answered) of \(writer.rowCount) rows answered (\(predict.meaning)) in \((seconds * 100).rounded() / 100) s: \(output)"
            )
            for (reason, count) in silent { Console.log("\(count) rows without an answer: \(reason)") }
        }
    }
}

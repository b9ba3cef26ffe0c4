import ArgumentParser
import Datasets
import Formats
import Foundation
import Learning
import Recipes

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Answer an input with a bundle.",
        discussion: """
            The bundle knows how its training prepared the data, so that no recipe is needed:

              pictures  a folder of JPEG and PNG files, one such file, IDX, CIFAR's .bin, .npy or .npz
              sound     a folder of WAV, FLAC, Ogg and AIFF files, or one such file
              text      the lines of a .txt file, or a column of a table
              series    a table: the next steps after its last row, or after every so many rows
              table     a table

            Tables are read and written as Parquet, CSV, JSON lines, Arrow and ORC, by their names. Behind what names an item stands \
            `prediction`, for classes also `probability_NAME` each; of a series there is a row for every step. Every item is in the \
            output, with null where it could not be answered. Items with something wrong are counted and named with the reason in \
            the quarantine file.

            Exit codes: 0 all or some items were answered, 1 none was or the input cannot be read, 3 with --strict if something was \
            wrong with one.

              millrace run wear.millrace events.parquet -o answers.parquet
              millrace run digits.millrace scans/ -o digits.csv --quarantine bad.jsonl
              millrace run mood.millrace reviews.csv --column review -o mood.jsonl
              millrace run load.millrace hourly.csv --every 24 -o forecast.csv
            """)

    @OptionGroup var source: BundleOptions
    @Argument(help: "The file or folder to answer.", completion: .file())
    var input: String
    @Option(name: [.short, .long], help: "The table of answers.", completion: .file())
    var output: String
    @Option(help: "Columns of the input to keep (default: all).", transform: { $0.split(separator: ",").map(String.init) })
    var keep: [String] = []
    @Option(help: "Items that are computed at once.")
    var batch = BundleSession.batch
    @Option(help: "The file for items with something wrong (default: OUTPUT.quarantine.jsonl).", completion: .file())
    var quarantine: String?
    @Flag(help: "End with 3 if something is wrong with an item.")
    var strict = false
    @OptionGroup var reading: InputArguments
    @OptionGroup var common: CommonOptions

    func validate() throws { if !(1...65_536).contains(batch) { throw ValidationError("--batch is between 1 and 65536, not \(batch).") } }

    func run() throws {
        common.apply()
        let start = ContinuousClock.now
        let run = try BundleRun(
            source.read(), input: input, output: output, options: reading.options, keeping: keep.isEmpty ? nil : keep,
            quarantine: quarantine ?? output + ".quarantine.jsonl", batch: batch, threads: common.threads)
        let seconds = Double((ContinuousClock.now - start) / .seconds(1))
        let silent = run.unanswered.sorted { $0.key < $1.key }
        if common.json {
            Console.out([
                "items": JSON(run.items), "rows": JSON(run.rows), "answered": JSON(run.answered), "problems": JSON(run.problems),
                "quarantine": run.quarantine.map(JSON.string) ?? .null, "output": .string(output), "seconds": .number(seconds),
                "unanswered": .object(JSON.Object(silent.map { ($0.key, JSON($0.value)) })),
            ])
        } else {
            let time = (seconds * 100).rounded() / 100
            Console.log("\(run.answered) of \(run.items) items answered (\(run.meaning)) in \(time) s: \(output)")
            for (reason, count) in silent { Console.log("\(count) without an answer: \(reason)") }
        }
        for remark in run.remarks { Console.warning(remark) }
        if let quarantine = run.quarantine {
            let text = "run '\(input)': something is wrong with \(run.problems) of \(run.items) items, see \(quarantine)"
            if strict, run.answered > 0 { throw Refusal.gate(text) }
            Console.warning(text)
        }
        if run.answered == 0 { throw Refusal(code: 1, description: "run '\(input)': not one of \(run.items) items could be answered") }
    }
}

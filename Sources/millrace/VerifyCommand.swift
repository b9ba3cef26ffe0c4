import ArgumentParser
import Datasets
import Formats
import Foundation
import Learning
import Recipes

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that a bundle gives the same answers on every way.",
        discussion: """
            Compares with the answers that were stored when the bundle was made, after writing and reading it again, one by one against \
            the batch, and with portable against native kernels. With --input the rows of a table are answered as a whole and as single \
            live events, the items of another input (see run) together and one by one. Prints the largest difference of each way, |a - b| / max(1, |b|); the exit code is 1 if one is above the limit.

              millrace verify runs/wear/wear.millrace --input events.parquet
            """)

    @OptionGroup var source: BundleOptions
    @Option(name: [.short, .long], help: "A table, or whatever the bundle answers: its items are answered both ways.", completion: .file())
    var input: String?
    @Option(help: "Rows or items of the input that are looked at, from its start.")
    var rows = 10_000
    @Option(help: "The largest difference that is allowed.")
    var limit = 1e-4
    @OptionGroup var reading: InputArguments
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if rows < 1 { throw ValidationError("--rows is at least 1, not \(rows).") }
        if !(limit >= 0) { throw ValidationError("--limit is not negative.") }
    }

    func run() throws {
        common.apply()
        let model = try source.read()
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-verify-\(UUID().uuidString)").path
        let check =
            try input.map {
                try BundleCheck(
                    model, input: $0, options: reading.options, rows: rows, limit: limit, scratch: scratch, threads: common.threads)
            } ?? BundleCheck(model, limit: limit, scratch: scratch, threads: common.threads)
        if common.json {
            Console.out([
                "bundle": .string(model.name), "identity": .string(model.identity), "holds": .bool(check.holds),
                "ways": try JSON(encoding: check.findings), "remarks": .array(check.remarks.map(JSON.string)),
            ])
        } else {
            for finding in check.findings {
                let way = finding.way.padding(toLength: 46, withPad: " ", startingAt: 0)
                let allowed = finding.limit == 0 ? "no difference" : "\(finding.limit)"
                Console.out(
                    "\(finding.holds ? "ok  " : "FAIL") \(way)\(finding.difference) (allowed: \(allowed)), \(finding.samples) samples")
            }
            for remark in check.remarks { Console.log(remark) }
        }
        let broken = check.findings.filter { !$0.holds }.map(\.way)
        if !broken.isEmpty {
            throw Refusal(code: 1, description: "verify '\(source.bundle)': differs beyond the limit: \(broken.joined(separator: "; "))")
        }
    }
}

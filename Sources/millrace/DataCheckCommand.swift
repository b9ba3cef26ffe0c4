import ArgumentParser
import Datasets
import Features
import Formats
import Recipes

struct DataCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Hold a table to rules; bad rows go into quarantine.",
        discussion: """
            Rules are a YAML or JSON list, each with one of range, present, nulls, unique, matches, allowed, monotone, drift:
              - {column: torque, range: [0, 100]}
              - {column: "s*", present: true}
              - {column: type, allowed: [L, M, H]}
              - {column: time, monotone: strict, by: unit}
              - {column: torque, drift: psi, limit: 0.2}
            The exit code is 3 if a rule is broken.
            """)

    @Argument(help: "The table.", completion: .file())
    var file: String
    @Option(help: "The file of the rules.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var rules: String
    @Option(help: "A table to measure drift against.", completion: .file())
    var reference: String?
    @Option(help: "The file for good rows.", completion: .file())
    var good: String?
    @Option(help: "The file for bad rows, with their numbers and the reasons.", completion: .file())
    var quarantine: String?
    @OptionGroup var table: TableOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let rules: [QualityRule]
        do {
            rules = try QualityRules(at: self.rules).rules
        } catch let error as RecipeError {
            throw Refusal.usage("\(error)")
        }
        var check = try QualityCheck(rules, reference: reference.map { try table.table($0).frame() })
        let goodWriter = try good.map { try TableWriter(to: $0) }, badWriter = try quarantine.map { try TableWriter(to: $0) }
        let scan = try table.table(file).scan()
        while let piece = try scan.next() {
            let (good, bad) = try check.sort(piece.frame())
            try goodWriter?.write(good)
            try badWriter?.write(bad)
        }
        if let goodWriter, !goodWriter.fields.isEmpty { try goodWriter.finish() }
        if let badWriter, !badWriter.fields.isEmpty { try badWriter.finish() }
        let report = check.report
        if json { Console.out(try report.json) } else { Console.out("\(report)") }
        if !report.holds {
            throw Refusal.gate("\(report.findings.filter { !$0.holds }.count) of \(report.findings.count) rules are broken by \(file)")
        }
    }
}

import Datasets
import Features
import Formats
public import Learning

/// An input answered by a bundle: a table of answers, and a file that names what could not be answered.
public struct BundleRun {
    /// Items of the input, rows in the output.
    public let items: Int
    public let rows: Int
    public let answered: Int
    /// Reasons with counts for the items without an answer.
    public let unanswered: [String: Int]
    /// Items with something wrong, and the file with their names and reasons; nil where there are none.
    public let problems: Int
    public let quarantine: String?
    /// What the answers are, in words.
    public let meaning: String
    /// What was left out of the input.
    public let remarks: [String]

    /// Lines of the file with problems, at most; all are counted.
    private static let mostLines = 1_000_000

    /// - Parameters:
    ///   - output: a table by its name: Parquet, CSV, JSON lines, Arrow or ORC.
    ///   - columns: of the input to stand before the answers; nil for all.
    ///   - quarantine: the file of JSON lines for items with something wrong; it is removed where there are none.
    /// - Throws: if the input holds nothing, or cannot be read as a whole. One bad item is no error.
    public init(
        _ bundle: ModelBundle, input: String, output: String, options: InputOptions = InputOptions(), keeping columns: [String]? = nil,
        quarantine: String, batch: Int = BundleSession.batch, threads: Int? = nil
    ) throws {
        var predict = try Prediction(bundle, keeping: columns, batch: batch, threads: threads)
        var source = try predict.preparation.items(input, options, batch: batch)
        let writer = try TableWriter(to: output)
        var items = 0, problems = 0, lines: [UInt8] = []
        while let piece = try source.next() {
            items += piece.frame.rowCount
            for problem in piece.problems.prefix(max(0, Self.mostLines - problems)) {
                let line: JSON = ["input": .string(input), "item": .string(problem.name), "reason": .string(problem.reason)]
                lines += line.bytes() + [10]
            }
            problems += piece.problems.count
            try writer.write(predict(piece))
        }
        guard items > 0 else { throw RecipeError("run", "holds nothing to answer", at: input) }
        try writer.finish()
        if problems > 0 {
            try Files.replace(quarantine, with: lines)
        } else if Files.exists(quarantine) {
            try Files.remove(quarantine)
        }
        (self.items, self.problems, rows) = (items, problems, writer.rowCount)
        (answered, unanswered, meaning) = (predict.answered, predict.unanswered, predict.meaning)
        (self.quarantine, remarks) = (problems > 0 ? quarantine : nil, source.remarks)
    }
}

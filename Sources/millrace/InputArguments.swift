import ArgumentParser
import Recipes

/// How an input is read that does not say it itself.
struct InputArguments: ParsableArguments {
    @Option(help: "The column of a table that holds the text (default: text, or the only one of text).")
    var column: String?
    @Option(help: "The array of an .npz file that holds the pictures (default: the only one of pictures, or test_images).")
    var array: String?
    @Option(help: "Rows from one forecast of a series to the next, the last one among them (default: the last one alone).")
    var every: Int?
    @OptionGroup var table: TableOptions

    func validate() throws { if let every, every < 1 { throw ValidationError("--every is at least 1, not \(every).") } }

    var options: InputOptions {
        let table = table
        return InputOptions(table: { try table.table($0) }, column: column, array: array, every: every)
    }
}

public import ArgumentParser
public import Datasets

/// How a table is read that does not say it itself.
struct TableOptions: ParsableArguments {
    @Option(help: "Format of the table: \(TableFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: TableFormat = .auto
    @Option(help: "What stands between two values of text; a space stands for any number of them.", transform: TableOptions.character)
    var delimiter: Character?
    @Option(help: "Names of the columns of text without a header.", transform: { $0.split(separator: ",").map(String.init) })
    var names: [String] = []

    private static func character(_ text: String) throws -> Character {
        if text == "\\t" { return "\t" }
        guard text.count == 1, let character = text.first else { throw ValidationError("--delimiter is one character, not '\(text)'.") }
        return character
    }

    func table(_ path: String) throws -> Table {
        var text = TextOptions()
        text.delimiter = delimiter
        if !names.isEmpty {
            text.names = names
            text.hasHeader = false
        }
        return try Table(at: path, format: format, text: text)
    }
}

extension TableFormat: ExpressibleByArgument {}

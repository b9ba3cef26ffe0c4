public import ArgumentParser
public import Datasets

struct DataConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a table in another format.",
        discussion: "Formats follow from the names: .parquet, .csv, .tsv, .jsonl, .arrow, .orc. Tables may be larger than memory.")

    @Argument(help: "The table.", completion: .file())
    var input: String
    @Argument(help: "The new file.", completion: .file())
    var output: String
    @Option(help: "Columns to take, in this order (default: all).", transform: { $0.split(separator: ",").map(String.init) })
    var columns: [String] = []
    @Option(help: "Compression: none, snappy, gzip, zstd, lz4 (default: the format's own).")
    var compression: TableWriteOptions.Compression = .automatic
    @OptionGroup var table: TableOptions

    func run() throws {
        let source = try table.table(input)
        let writer = try TableWriter(to: output, options: TableWriteOptions(compression: compression))
        let scan = try source.scan(columns: columns.isEmpty ? nil : columns)
        while let piece = try scan.next() { try writer.write(piece) }
        try writer.finish()
        Console.log("\(writer.rowCount) rows, \(writer.fields.count) columns: \(output)")
    }
}

extension TableWriteOptions.Compression: ExpressibleByArgument {}

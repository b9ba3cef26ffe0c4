import CArrow
import Features

/// A table at rest: a file, a folder of files, or the files that a pattern matches, on a local disk or in an object store.
///
/// ```swift
/// let table = try Table(at: "turbines/*.parquet")
/// let scan = try table.scan(columns: ["torque", "speed"], where: Filter.column("unit") == 7)
/// while let batch = try scan.next() { … }
/// ```
/// Paths with a scheme are objects: `s3://bucket/key`, `gs://bucket/key`, `abfss://container@account.dfs.core.windows.net/key`;
/// credentials come from the environment as those services have it, and the query may hold options, such as
/// `s3://bucket/key?endpoint_override=localhost:5000&scheme=http&region=us-east-1`. In a folder, names that begin with `.` or `_`
/// are left out, and parts of its path such as `year=2024` are columns.
///
/// Fields of structures are columns of their own, `outer.inner`. Needs Arrow's shim, which `make setup` builds; it is loaded when
/// the first table is opened.
///
/// `@unchecked Sendable`: the data set behind it never changes, and Arrow allows scans of it from several threads.
public final class Table: @unchecked Sendable {
    /// Where it lies, as given.
    public let path: String
    public let format: TableFormat
    /// The files in the order in which their rows come.
    public let files: [String]
    /// The columns in their order.
    public let fields: [TableField]

    private let handle: OpaquePointer
    private let functions: mk_arrow_api

    /// Opens a table: finds its files, its format and its columns' types, and reads no rows beyond those that tell the types.
    ///
    /// - Parameter format: of all files.
    /// - Parameter text: how CSV and JSON lines are read.
    /// - Parameter dictionaries: string columns of Parquet files to be handed out as dictionaries: faster where few values are distinct.
    public convenience init(at path: String, format: TableFormat = .auto, text: TextOptions = TextOptions(), dictionaries: [String] = [])
        throws
    {
        try self.init(at: [path], format: format, text: text, dictionaries: dictionaries)
    }

    /// Opens several files or patterns as one table, whose rows come in this order.
    public init(at paths: [String], format: TableFormat = .auto, text: TextOptions = TextOptions(), dictionaries: [String] = []) throws {
        let path = paths.count == 1 ? paths[0] : "\(paths.first ?? "") and \(paths.count - 1) more"
        let functions = try Arrow.functions("table", at: path)
        self.path = path
        self.functions = functions
        var handle: OpaquePointer?
        try Table.withOptions(text, isTabular: paths.first?.contains(".tsv") == true, at: path) { options in
            try Arrow.withTexts(paths) { paths in
                try Arrow.withTexts(dictionaries) { dictionaries in
                    try Arrow.check(
                        functions.open(paths, format == .auto ? "" : format.rawValue, &options, dictionaries, &handle), "table", at: path)
                }
            }
        }
        self.handle = handle!
        var schema = ArrowSchema()
        var name: UnsafePointer<CChar>?
        do {
            try Arrow.check(functions.describe(handle!, &schema, &name), "table", at: path)
        } catch {
            functions.close(handle!)
            throw error
        }
        fields = Layout(schema).children.map { TableField($0.name, TableType($0)) }
        schema.release?(&schema)
        self.format = TableFormat(rawValue: String(cString: name!)) ?? .auto
        files = (0..<functions.file_count(handle!)).map { String(cString: functions.file(handle!, $0)!) }
    }

    deinit { functions.close(handle) }

    // MARK: Columns

    /// The column of this name; throws with the nearest name where there is none.
    public func field(_ name: String) throws -> TableField {
        guard let field = fields.first(where: { $0.name == name }) else {
            throw DatasetError("table", "there is no column '\(name)'\(hint(for: name, among: fields.map(\.name)))", at: path)
        }
        return field
    }

    // MARK: Reading

    /// How many rows there are, or how many pass a filter. Without a filter formats that know the number are not read.
    public func rowCount(where filter: Filter? = nil) throws -> Int {
        var rows: Int64 = 0
        try withScanOptions(columns: [], filter, batchRows: 65_536, readAhead: 1 << 25, threads: true) { options in
            try Arrow.check(functions.count(handle, &options, &rows), "count", at: path)
        }
        return Int(rows)
    }

    /// Reads the rows batch by batch, in the order of the files.
    ///
    /// - Parameter columns: those to read, in this order; nil for all. Others are not read.
    /// - Parameter filter: which rows to read.
    /// - Parameter batchRows: at most so many rows in a batch; batches may be smaller where files, row groups or blocks end.
    /// - Parameter readAhead: how many bytes of decoded rows may wait for the reader. Beside these a scan holds what it decodes: a
    ///   row group of Parquet, a stripe of ORC, a few megabytes of text.
    /// - Parameter threads: whether to decode on all cores rather than on the calling thread.
    public func scan(
        columns: [String]? = nil, where filter: Filter? = nil, batchRows: Int = 65_536, readAhead: Int = 1 << 25, threads: Bool = true
    ) throws -> TableScan {
        guard batchRows > 0 else { throw DatasetError("scan", "a batch has at least one row, not \(batchRows)", at: path) }
        let chosen = try columns.map { try $0.map(field) } ?? fields
        guard !chosen.isEmpty else { throw DatasetError("scan", "no column is chosen", at: path) }
        if Set(chosen.map(\.name)).count != chosen.count { throw DatasetError("scan", "a column is chosen twice", at: path) }
        return try TableScan(functions, fields: chosen, path: path) { stream in
            try withScanOptions(columns: columns ?? [], filter, batchRows: batchRows, readAhead: readAhead, threads: threads) { options in
                try Arrow.check(functions.scan(handle, &options, stream), "scan", at: path)
            }
        }
    }

    private func withScanOptions<R>(
        columns: [String], _ filter: Filter?, batchRows: Int, readAhead: Int, threads: Bool,
        _ body: (inout mk_arrow_scan_options) throws -> R
    ) throws -> R {
        for name in filter?.columns.sorted() ?? [] { _ = try field(name) }
        return try Arrow.withTexts(columns) { columns in
            func run(_ tokens: UnsafeBufferPointer<mk_arrow_token>) throws -> R {
                var options = mk_arrow_scan_options(
                    columns: columns, filter: tokens.baseAddress, filter_count: Int64(tokens.count), batch_rows: Int64(batchRows),
                    readahead_bytes: Int64(readAhead), threads: threads ? 1 : 0)
                return try body(&options)
            }
            return try filter?.withTokens(run) ?? run(UnsafeBufferPointer(start: nil, count: 0))
        }
    }

    private static func withOptions<R>(
        _ text: TextOptions, isTabular: Bool, at path: String, _ body: (inout mk_arrow_text_options) throws -> R
    ) throws -> R {
        func byte(_ character: Character, _ what: String) throws -> CChar {
            guard let value = character.asciiValue, value != 0, value != 10, value != 13 else {
                throw DatasetError("table", "the \(what) is one ASCII character, not '\(character)'", at: path)
            }
            return CChar(bitPattern: value)
        }
        let delimiter = try byte(text.delimiter ?? (isTabular ? "\t" : ","), "delimiter")
        let quote = try text.quote.map { try byte($0, "quote") } ?? 0
        guard text.skippedLines >= 0 else { throw DatasetError("table", "\(text.skippedLines) lines cannot be left out", at: path) }
        let typed = text.types.sorted { $0.key < $1.key }
        let names = try typed.map { name, type in
            guard let known = type.textName else { throw DatasetError("table", "'\(name)' cannot be read from text as \(type)", at: path) }
            return known
        }
        return try Arrow.withTexts(text.names) { given in
            try Arrow.withTexts(text.nulls ?? []) { nulls in
                try Arrow.withTexts(typed.map(\.key)) { typedNames in
                    try Arrow.withTexts(names) { typeNames in
                        var options = mk_arrow_text_options(
                            delimiter: delimiter, quote: quote, has_header: text.hasHeader ? 1 : 0,
                            newlines: text.hasNewlinesInValues.map { $0 ? 1 : 0 } ?? -1, skip_rows: Int64(text.skippedLines),
                            names: given, nulls: nulls, own_nulls: text.nulls == nil ? 0 : 1, typed_names: typedNames, type_names: typeNames
                        )
                        return try body(&options)
                    }
                }
            }
        }
    }
}

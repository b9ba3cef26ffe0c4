import CArrow
public import Features

/// Writes a table batch by batch.
///
/// ```swift
/// let writer = try TableWriter(to: "predictions.parquet")
/// while let batch = try scan.next() { try writer.write(batch) }
/// try writer.finish()
/// ```
/// On a local disk the file is made under another name beside its place, and `finish` brings it to the disk and moves it there: a
/// reader sees the old file or the whole new one, whatever happens. Object stores show a file when it is finished. A writer that is
/// dropped before `finish` leaves nothing behind. The first batch tells the columns, and later ones have the same.
///
/// CSV and JSON lines hold no not-a-number: JSON lines have null in its place. Dictionaries are written as their strings except to
/// Parquet. Belongs to one thread at a time.
public final class TableWriter {
    public let path: String
    public let format: TableFormat
    /// The columns, once the first batch is written.
    public private(set) var fields: [TableField] = []
    /// How many rows have been written.
    public private(set) var rowCount = 0

    private let options: TableWriteOptions
    private let functions: mk_arrow_api
    private var handle: OpaquePointer?
    private var layout: Layout?
    private var isFinished = false

    /// - Parameter path: a file, or an object with its scheme such as `s3://bucket/key`. Its folder has to be there.
    /// - Parameter format: `auto` takes it from the file's name.
    public init(to path: String, format: TableFormat = .auto, options: TableWriteOptions = TableWriteOptions()) throws {
        self.path = path
        self.options = options
        if format == .auto {
            guard let known = TableFormat(ofName: path) else {
                throw DatasetError("write", "the name does not tell the format: end it in .parquet, .csv, .jsonl, .arrow or .orc", at: path)
            }
            self.format = known
        } else {
            self.format = format
        }
        guard options.groupRows > 0 else {
            throw DatasetError("write", "a row group has at least one row, not \(options.groupRows)", at: path)
        }
        if let delimiter = options.delimiter, delimiter.asciiValue == nil || delimiter.isNewline {
            throw DatasetError("write", "the delimiter is one ASCII character, not '\(delimiter)'", at: path)
        }
        functions = try Arrow.functions("write", at: path)
    }

    deinit { if let handle { functions.write_close(handle) } }

    /// Writes the rows of a batch.
    public func write(_ batch: RecordBatch) throws { try write(batch.header.layout, rows: batch.rowCount) { batch.exported() } }

    /// Writes the rows of a frame: categories as strings, timestamps in UTC.
    public func write(_ frame: Frame) throws {
        guard !frame.names.isEmpty else { throw DatasetError("write", "the frame has no columns", at: path) }
        try write(frame.layout, rows: frame.rowCount) { frame.exported() }
    }

    /// Completes the file and puts it into its place.
    public func finish() throws {
        if isFinished { throw DatasetError("write", "the file is finished already", at: path) }
        guard let handle else { throw DatasetError("write", "no batch was written, so there are no columns", at: path) }
        try Arrow.check(functions.write_finish(handle), "write", at: path)
        functions.write_close(handle)
        self.handle = nil
        isFinished = true
    }

    private func write(_ layout: Layout, rows: Int, _ export: () -> ArrowArray) throws {
        if isFinished { throw DatasetError("write", "the file is finished already", at: path) }
        if let known = self.layout {
            guard known.children.count == layout.children.count,
                zip(known.children, layout.children).allSatisfy({ $0.fits($1) })
            else {
                let found = layout.children.map { "\(TableField($0.name, TableType($0)))" }.joined(separator: ", ")
                throw DatasetError(
                    "write", "the columns are \(fields.map(\.description).joined(separator: ", ")), the batch has \(found)", at: path)
            }
        } else {
            try open(layout)
        }
        var array = export()
        try Arrow.check(functions.write_batch(handle!, &array), "write", at: path)
        rowCount += rows
    }

    private func open(_ layout: Layout) throws {
        var options = mk_arrow_write_options()
        options.delimiter = CChar(bitPattern: self.options.delimiter?.asciiValue ?? (path.contains(".tsv") ? 9 : 44))
        options.has_header = self.options.hasHeader ? 1 : 0
        options.group_rows = Int64(self.options.groupRows)
        var schema = layout.exported()
        try format.rawValue.withCString { format in
            try self.options.compression.rawValue.withCString { compression in
                options.format = format
                options.compression = compression
                try Arrow.check(functions.write_open(path, &options, &schema, &handle), "write", at: path)
            }
        }
        self.layout = layout
        fields = layout.children.map { TableField($0.name, TableType($0)) }
    }
}

import CArrow

/// The rows of a table, batch by batch; belongs to one thread at a time.
public final class TableScan {
    /// The columns of the batches.
    public let fields: [TableField]

    private let stream: UnsafeMutablePointer<ArrowArrayStream>
    let header: BatchHeader
    private let path: String
    private var isDone = false

    init(_ functions: mk_arrow_api, fields: [TableField], path: String, _ start: (UnsafeMutablePointer<ArrowArrayStream>) throws -> Void)
        throws
    {
        let stream = UnsafeMutablePointer<ArrowArrayStream>.allocate(capacity: 1)
        stream.initialize(to: ArrowArrayStream())
        do {
            try start(stream)
            var schema = ArrowSchema()
            guard stream.pointee.get_schema(stream, &schema) == 0 else { throw TableScan.problem(stream, path) }
            header = BatchHeader(fields: fields, layout: Layout(schema))
            schema.release?(&schema)
        } catch {
            stream.pointee.release?(stream)
            stream.deallocate()
            throw error
        }
        self.stream = stream
        self.fields = fields
        self.path = path
    }

    deinit {
        stream.pointee.release?(stream)
        stream.deallocate()
    }

    /// The next batch, which has at least one row, or nil at the end. After an error there are no more batches.
    public func next() throws -> RecordBatch? {
        while !isDone {
            var array = ArrowArray()
            guard stream.pointee.get_next(stream, &array) == 0 else {
                isDone = true
                throw TableScan.problem(stream, path)
            }
            guard array.release != nil else {
                isDone = true
                break
            }
            let batch = RecordBatch(header, BatchStorage(array))
            if batch.rowCount > 0 { return batch }
        }
        return nil
    }

    /// What the stream says, in one line, with a way out where there is one.
    private static func problem(_ stream: UnsafeMutablePointer<ArrowArrayStream>, _ path: String) -> DatasetError {
        let text = stream.pointee.get_last_error(stream).map { String(cString: $0) } ?? "an unknown error"
        var line = String(text.prefix { $0 != "\n" }.prefix(1000))
        if line.contains("CSV conversion error") || line.contains("JSON parse error: Column") {
            line += "; give the column's type, because the values further up looked like another one"
        }
        if line.contains("out of sync with chunker") {
            line = "a quoted value holds the end of a line, the first one beyond the first 4 MiB; set hasNewlinesInValues"
        }
        return DatasetError("scan", line, at: path)
    }
}

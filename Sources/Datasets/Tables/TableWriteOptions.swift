/// How a table is written.
public struct TableWriteOptions: Sendable, Hashable {
    public enum Compression: String, Sendable, Hashable, CaseIterable {
        /// Snappy for Parquet, none for the others.
        case automatic = ""
        case none
        case snappy
        case gzip
        case zstd
        case lz4
    }

    /// Of Parquet (all), Arrow (`zstd`, `lz4`) and ORC.
    public var compression: Compression
    /// Of CSV; nil: a tabulator if the file's name contains `.tsv`, else a comma.
    public var delimiter: Character?
    /// Whether CSV begins with the columns' names.
    public var hasHeader: Bool
    /// Rows in a row group of Parquet. Writer and reader hold about one in memory.
    public var groupRows: Int

    public init(compression: Compression = .automatic, delimiter: Character? = nil, hasHeader: Bool = true, groupRows: Int = 131_072) {
        self.compression = compression
        self.delimiter = delimiter
        self.hasHeader = hasHeader
        self.groupRows = groupRows
    }
}

/// How text (CSV, JSON lines) is read.
///
/// Types that are not given are inferred from the first 4 MiB of each file. A column without a value there is read as strings.
public struct TextOptions: Sendable, Hashable {
    /// What stands between two values; nil: a tabulator in files whose names contain `.tsv`, else a comma.
    public var delimiter: Character?
    /// What encloses values that contain a delimiter or the end of a line; nil for none.
    public var quote: Character?
    /// Whether quoted values may hold ends of lines, which makes reading slower; nil for what the first 4 MiB tell. Where such a value comes
    /// as a surprise, reading throws.
    public var hasNewlinesInValues: Bool?
    /// Whether the first line names the columns.
    public var hasHeader: Bool
    /// Lines to leave out before the header.
    public var skippedLines: Int
    /// The columns' names, instead of those of the header if there is one; without both they are f0, f1, ….
    public var names: [String]
    /// What stands for null when it is not quoted; nil for the usual ones: the empty text, NA, N/A, NaN, nan, NULL, null, #N/A and the like.
    public var nulls: [String]?
    /// Types of columns, instead of inferred ones: `bool`, `i8`…`u64`, `f32`, `f64`, `string`, `date`, `timestamp(zone: nil)` for times without a
    /// zone, any other zone for times that tell theirs. In JSON lines times with fractions of a second are strings unless they are given here.
    public var types: [String: TableType]

    public init(
        delimiter: Character? = nil, quote: Character? = "\"", hasNewlinesInValues: Bool? = nil, hasHeader: Bool = true,
        skippedLines: Int = 0, names: [String] = [],
        nulls: [String]? = nil, types: [String: TableType] = [:]
    ) {
        self.delimiter = delimiter
        self.quote = quote
        self.hasNewlinesInValues = hasNewlinesInValues
        self.hasHeader = hasHeader
        self.skippedLines = skippedLines
        self.names = names
        self.nulls = nulls
        self.types = types
    }
}

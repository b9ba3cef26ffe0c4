/// The format of a table's files.
public enum TableFormat: String, Sendable, Hashable, CaseIterable, Codable {
    /// By the files' names (`.parquet`, `.pq`; `.csv`, `.tsv`; `.jsonl`, `.ndjson`, `.json`; `.arrow`, `.feather`, `.ipc`; `.orc`),
    /// where these are silent by their first bytes.
    case auto
    case parquet
    /// Text with a delimiter, also compressed as a whole (`.csv.gz`, `.csv.zst`, …).
    case csv
    /// JSON lines: an object a line.
    case json
    /// Arrow's own format for files, also known as Feather.
    case arrow
    case orc
}

extension TableFormat {
    /// The format that a file's name tells.
    init?(ofName path: String) {
        let name = path.prefix { $0 != "?" }.lowercased()
        let endings: [(String, TableFormat)] = [
            (".parquet", .parquet), (".parq", .parquet), (".pq", .parquet), (".csv", .csv), (".tsv", .csv), (".jsonl", .json),
            (".ndjson", .json), (".json", .json), (".arrow", .arrow), (".feather", .arrow), (".ipc", .arrow), (".orc", .orc),
        ]
        guard let found = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
        self = found.1
    }
}

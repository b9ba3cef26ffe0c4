public import Datasets

/// How an input is read that does not say it itself.
public struct InputOptions {
    /// Opens a table; with the format, the delimiter and the names that somebody gave.
    public var table: (String) throws -> Table
    /// Of a table that holds the text.
    public var column: String?
    /// Of an `.npz` file that holds the pictures.
    public var array: String?
    /// Rows from the end of one window of a series to the next; nil takes the last window alone.
    public var every: Int?

    public init(
        table: @escaping (String) throws -> Table = { try Table(at: $0) }, column: String? = nil, array: String? = nil,
        every: Int? = nil
    ) {
        (self.table, self.column, self.array, self.every) = (table, column, array, every)
    }
}

extension Preparation {
    /// The items of an input, prepared as the bundle's training had them.
    ///
    /// - Parameter batch: items that are read at once, where they are read one by one.
    public func items(_ path: String, _ options: InputOptions = InputOptions(), batch: Int = BundleSession.batch) throws -> any ItemSource {
        switch self {
        case .pictures(let prepare): try NamedItems.pictures(path, prepare, array: options.array, batch: batch)
        case .sound(let prepare): try NamedItems.sounds(path, prepare, batch: batch)
        case .text(let coder): try TextItems(path, coder, column: options.column, batch: batch, table: options.table)
        case .series(let prepare):
            try SeriesItems(options.table(path).frame(), prepare, every: options.every, batch: batch, at: path)
        case .table(let intake): try TableItems(options.table(path), intake)
        }
    }
}

/// Why something went wrong, without the place, which stands beside it.
func reason(of error: any Error) -> String {
    switch error {
    case let error as DatasetError: error.reason
    case let error as RecipeError: error.reason
    default: "\(error)"
    }
}

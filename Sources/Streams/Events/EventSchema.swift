public import Features

/// The columns of a stream's events, in order, and where their values lie in a row of an `EventBatch`.
///
/// Numbers and timestamps share one flat array, texts another: `place` says where in which.
public struct EventSchema: Hashable, Sendable {
    public enum Place: Hashable, Sendable {
        case number(Int)
        case text(Int)
    }

    public let columns: [ColumnDefinition]
    /// The names of the columns with numbers and timestamps, in their order in a row.
    public let numbers: [String]
    /// The names of the columns with texts, in their order in a row.
    public let texts: [String]
    private let places: [String: Place]

    /// Most columns of a schema.
    public static let most = 4096

    /// - Throws: `StreamError` where a name is empty or comes twice, and for more than `most` columns.
    public init(_ columns: [ColumnDefinition]) throws {
        guard columns.count <= Self.most else { throw StreamError("schema", "\(columns.count) columns, at most \(Self.most) are possible") }
        var numbers: [String] = [], texts: [String] = [], places: [String: Place] = [:]
        for column in columns {
            if column.name.isEmpty { throw StreamError("schema", "a column has no name") }
            let place: Place = column.type == .string ? .text(texts.count) : .number(numbers.count)
            guard places.updateValue(place, forKey: column.name) == nil else {
                throw StreamError("schema", "two columns have this name", at: column.name)
            }
            if case .text = place { texts.append(column.name) } else { numbers.append(column.name) }
        }
        self.columns = columns
        self.numbers = numbers
        self.texts = texts
        self.places = places
    }

    /// Where the values of a column lie; nil for a name that the schema does not have.
    public func place(_ name: String) -> Place? { places[name] }
}

/// The extent of an axis in a signature.
public enum Extent: Hashable, Sendable {
    case fixed(Int)
    /// Chosen for every run, equal for all axes of this name: `"batch"`.
    case named(String)
    /// Follows from the others.
    case derived
}

extension Extent: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, CustomStringConvertible {
    public init(integerLiteral value: Int) { self = .fixed(value) }
    public init(stringLiteral value: String) { self = .named(value) }

    public var description: String {
        switch self {
        case .fixed(let extent): String(extent)
        case .named(let name): name
        case .derived: "?"
        }
    }
}

/// On disk: a number, a name, or null where the extent follows from the others.
extension Extent: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .derived
        } else if let name = try? container.decode(String.self) {
            self = .named(name)
        } else {
            self = .fixed(try container.decode(Int.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .fixed(let extent): try container.encode(extent)
        case .named(let name): try container.encode(name)
        case .derived: try container.encodeNil()
        }
    }
}

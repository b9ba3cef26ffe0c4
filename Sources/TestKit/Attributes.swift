/// Arguments of an operation that are not tensors, by name.
public struct Attributes: Sendable, Codable {
    /// A value as JSON knows it.
    public enum Value: Sendable, Codable {
        case truth(Bool), number(Double), text(String), list([Value])

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let truth = try? container.decode(Bool.self) {
                self = .truth(truth)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .list(try container.decode([Value].self))
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .truth(let truth): try container.encode(truth)
            case .number(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            case .list(let list): try container.encode(list)
            }
        }

        var double: Double? { if case .number(let number) = self { number } else { nil } }
        var list: [Value]? { if case .list(let list) = self { list } else { nil } }
    }

    public let values: [String: Value]

    public init(_ values: [String: Value] = [:]) { self.values = values }
    public init(from decoder: any Decoder) throws { values = try decoder.singleValueContainer().decode([String: Value].self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }

    public func has(_ name: String) -> Bool { values[name] != nil }

    public func double(_ name: String, _ standard: Double? = nil) -> Double { found(name, values[name]?.double, standard) }
    public func int(_ name: String, _ standard: Int? = nil) -> Int { found(name, values[name]?.double.map { Int($0) }, standard) }
    public func ints(_ name: String, _ standard: [Int]? = nil) -> [Int] {
        found(name, values[name]?.list?.compactMap { $0.double.map { Int($0) } }, standard)
    }
    public func doubles(_ name: String, _ standard: [Double]? = nil) -> [Double] {
        found(name, values[name]?.list?.compactMap(\.double), standard)
    }
    /// A list of lists, such as the amounts of a padding.
    public func pairs(_ name: String) -> [[Int]] {
        found(name, values[name]?.list?.map { ($0.list ?? []).compactMap { $0.double.map { Int($0) } } }, nil)
    }
    public func truth(_ name: String, _ standard: Bool? = nil) -> Bool {
        if case .truth(let truth) = values[name] { return truth }
        return found(name, nil, standard)
    }
    public func text(_ name: String, _ standard: String? = nil) -> String {
        if case .text(let text) = values[name] { return text }
        return found(name, nil, standard)
    }

    private func found<T>(_ name: String, _ value: T?, _ standard: T?) -> T {
        guard let result = value ?? standard else { fatalError("the case has no attribute '\(name)' of this kind") }
        return result
    }
}

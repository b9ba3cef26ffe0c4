import Features
public import Formats

/// What a value of a recipe may be: checks it, with the place and a guess at what was meant, and writes itself as JSON Schema.
public indirect enum Schema: Sendable {
    case text
    case choice([String])
    case flag
    case whole(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case list(Schema)
    /// Names of the user's own to values of one kind.
    case map(Schema)
    case object([Property])
    /// Checked elsewhere, by what reads it.
    case anything

    public struct Property: Sendable {
        public let name: String
        public let schema: Schema
        public let isRequired: Bool
        public let meaning: String

        public init(_ name: String, _ schema: Schema, isRequired: Bool = false, _ meaning: String) {
            self.name = name
            self.schema = schema
            self.isRequired = isRequired
            self.meaning = meaning
        }
    }

    // MARK: Checking

    /// Everything that is wrong with a value, as sentences with their places.
    public func problems(with value: JSON, at place: String = "") -> [String] {
        func wrong(_ expected: String) -> [String] {
            ["\(place.isEmpty ? "the recipe" : place): expected \(expected), got \(value.kind) \(short(value))"]
        }
        switch self {
        case .anything: return []
        case .text: return value.string == nil ? wrong("text") : []
        case .flag: return value.bool == nil ? wrong("true or false") : []
        case .choice(let names):
            guard let text = value.string else { return wrong("one of \(names.joined(separator: ", "))") }
            if names.contains(text) { return [] }
            return ["\(place): '\(text)' is not one of \(names.joined(separator: ", "))" + Self.guess(text, names)]
        case .whole(let range):
            guard let number = value.int else { return wrong("a whole number") }
            return range.contains(number) ? [] : ["\(place): \(number) is not between \(range.lowerBound) and \(range.upperBound)"]
        case .number(let range):
            guard let number = value.double else { return wrong("a number") }
            return range.contains(number) ? [] : ["\(place): \(number) is not between \(range.lowerBound) and \(range.upperBound)"]
        case .list(let element):
            guard let list = value.array else { return wrong("a list") }
            return list.enumerated().flatMap { element.problems(with: $1, at: "\(place)[\($0)]") }
        case .map(let element):
            guard let object = value.object else { return wrong("names and values") }
            return object.flatMap { element.problems(with: $1, at: join(place, $0)) }
        case .object(let properties):
            guard let object = value.object else { return wrong("keys and values") }
            let names = properties.map(\.name)
            var found = object.keys.filter { !names.contains($0) }.map { key in
                "\(join(place, key)): unknown key"
                    + (Self.guess(key, names).isEmpty ? "; known are \(names.joined(separator: ", "))" : Self.guess(key, names))
            }
            for property in properties {
                if let part = object[property.name] {
                    found += property.schema.problems(with: part, at: join(place, property.name))
                } else if property.isRequired {
                    found.append("\(join(place, property.name)): is missing: \(property.meaning)")
                }
            }
            return found
        }
    }

    private func join(_ place: String, _ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    /// What was meant by a word that is not known, to be put behind the message; nothing where no name is near.
    static func guess(_ word: String, _ names: [String]) -> String {
        nearest(to: word, among: names).map { "; did you mean '\($0)'?" } ?? ""
    }

    private func short(_ value: JSON) -> String {
        let text = value.text()
        return text.count > 40 ? String(text.prefix(37)) + "..." : text
    }

    // MARK: JSON Schema

    /// The same as JSON Schema (draft 2020-12), for editors.
    public var jsonSchema: JSON {
        switch self {
        case .anything: return [:]
        case .text: return ["type": "string"]
        case .choice(let names): return ["enum": .array(names.map(JSON.string))]
        case .flag: return ["type": "boolean"]
        case .whole(let range):
            return ["type": "integer", "minimum": JSON(range.lowerBound), "maximum": JSON(range.upperBound)]
        case .number(let range): return ["type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
        case .list(let element): return ["type": "array", "items": element.jsonSchema]
        case .map(let element): return ["type": "object", "additionalProperties": element.jsonSchema]
        case .object(let properties):
            let parts = properties.map { property -> (String, JSON) in
                var object = property.schema.jsonSchema.object ?? [:]
                object["description"] = .string(property.meaning)
                return (property.name, .object(object))
            }
            let required = properties.filter(\.isRequired).map { JSON.string($0.name) }
            return [
                "type": "object", "properties": .object(JSON.Object(parts)), "required": .array(required), "additionalProperties": false,
            ]
        }
    }
}

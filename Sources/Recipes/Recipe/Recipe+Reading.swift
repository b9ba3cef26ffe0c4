public import Formats
import Yams

extension Recipe {
    /// Reads a recipe from a YAML file, after changes such as `train.rate=0.01`.
    ///
    /// - Throws: all that is wrong with it, each with its place, and a guess where a key is misspelt.
    public init(at path: String, setting changes: [String] = []) throws {
        let bytes = try Files.read(path, limit: 1 << 20)
        try self.init(yaml: String(decoding: bytes, as: UTF8.self), at: path, setting: changes)
    }

    public init(yaml: String, at place: String, setting changes: [String] = []) throws {
        var value = try JSON(yaml: yaml, at: place)
        for change in changes {
            guard let equals = change.firstIndex(of: "="), equals != change.startIndex else {
                throw RecipeError("set", "expected key=value, got '\(change)'")
            }
            let keys = change[..<equals].split(separator: ".").map(String.init)
            value = try value.setting(keys[...], try JSON(yaml: String(change[change.index(after: equals)...]), at: change))
        }
        try self.init(value, at: place)
    }

    /// A recipe from its JSON form.
    public init(_ value: JSON, at place: String) throws {
        let problems = RecipeSchema.recipe.problems(with: value)
        guard problems.isEmpty else { throw RecipeError("recipe", problems.joined(separator: "\n  "), at: place) }
        self = try value.decoded(as: Recipe.self)
        guard !name.isEmpty, name.utf8.count <= 80, name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 })
        else {
            throw RecipeError("recipe", "name: '\(name)' must be of lower case letters, digits and hyphens", at: place)
        }
    }
}

extension JSON {
    /// A YAML document as JSON: numbers, true and false, null and text by YAML's core rules.
    init(yaml: String, at place: String) throws {
        guard yaml.utf8.count <= 1 << 20 else { throw RecipeError("yaml", "is longer than 1 MiB", at: place) }
        let node: Node?
        do { node = try Yams.compose(yaml: yaml) } catch { throw RecipeError("yaml", "\(error)", at: place) }
        guard let node else { throw RecipeError("yaml", "is empty", at: place) }
        self = try JSON(node, at: place, depth: 0)
    }

    private init(_ node: Node, at place: String, depth: Int) throws {
        guard depth < 64 else { throw RecipeError("yaml", "is nested too deeply", at: place) }
        switch node {
        case .mapping(let mapping):
            var object = JSON.Object()
            for (key, value) in mapping {
                guard let name = key.string else { throw RecipeError("yaml", "a key is no text", at: place) }
                guard object[name] == nil else { throw RecipeError("yaml", "the key '\(name)' stands there twice", at: place) }
                object[name] = try JSON(value, at: place, depth: depth + 1)
            }
            self = .object(object)
        case .sequence(let sequence): self = .array(try sequence.map { try JSON($0, at: place, depth: depth + 1) })
        case .scalar(let scalar):
            let text = scalar.string
            if scalar.style == .singleQuoted || scalar.style == .doubleQuoted {
                self = .string(text)
            } else if let whole = Int64(text) {
                self = .integer(whole)
            } else if let number = Double(text), number.isFinite, text.utf8.contains(where: { (48...57).contains($0) }) {
                self = .number(number)
            } else {
                switch text {
                case "true", "True": self = true
                case "false", "False": self = false
                case "null", "~", "": self = .null
                default: self = .string(text)
                }
            }
        case .alias: throw RecipeError("yaml", "aliases are not taken", at: place)
        }
    }

    /// The same value with one of its parts replaced.
    fileprivate func setting(_ keys: ArraySlice<String>, _ value: JSON) throws -> JSON {
        guard let key = keys.first else { return value }
        guard var object = isNull ? JSON.Object() : object else { throw RecipeError("set", "'\(key)' lies in something that has no keys") }
        object[key] = try (object[key] ?? .null).setting(keys.dropFirst(), value)
        return .object(object)
    }
}

extension JSON {
    /// The text of the value.
    ///
    /// Numbers are the shortest decimals that read back as the same `Double`. What is not a number or infinite is written as one
    /// of the strings `"nan"`, `"inf"` and `"-inf"`, which `decoded(as:)` understands.
    ///
    /// - Parameter isPretty: a key to a line, indented by two spaces; arrays of plain values stay on one line.
    public func text(isPretty: Bool = false) -> String { String(decoding: bytes(isPretty: isPretty), as: UTF8.self) }

    /// The text of the value as UTF-8. A pretty text ends with a line break.
    public func bytes(isPretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(isPretty: isPretty)
        writer.write(self)
        if isPretty { writer.bytes.append(UInt8(ascii: "\n")) }
        return writer.bytes
    }
}

struct JSONWriter {
    let isPretty: Bool
    var bytes: [UInt8] = []
    private var indentation = 0

    init(isPretty: Bool) { self.isPretty = isPretty }

    private mutating func add(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func newLine() {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indentation))
    }

    mutating func write(_ value: JSON) {
        switch value {
        case .null: add("null")
        case .bool(true): add("true")
        case .bool(false): add("false")
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .unsigned(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let value): write(value)
        case .string(let text): write(text)
        case .array(let elements): write(elements)
        case .object(let object): write(object)
        }
    }

    private mutating func write(_ value: Double) {
        if let name = JSON.name(ofNonFinite: value) { write(name) } else { bytes.append(contentsOf: value.description.utf8) }
    }

    private mutating func write(_ elements: [JSON]) {
        let isFlat = elements.allSatisfy(\.isPlain)
        add("[")
        indentation += 1
        for (place, element) in elements.enumerated() {
            if place > 0 { if isFlat && isPretty { add(", ") } else { add(",") } }
            if !isFlat { newLine() }
            write(element)
        }
        indentation -= 1
        if !isFlat { newLine() }
        add("]")
    }

    private mutating func write(_ object: JSON.Object) {
        add("{")
        indentation += 1
        var isFirst = true
        for (key, value) in object {
            if !isFirst { add(",") }
            isFirst = false
            newLine()
            write(key)
            if isPretty { add(": ") } else { add(":") }
            write(value)
        }
        indentation -= 1
        if !object.isEmpty { newLine() }
        add("}")
    }

    /// Escapes what must be escaped and nothing else, with the short escapes where there is one.
    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for letter in text.utf8 {
            switch letter {
            case UInt8(ascii: "\""): add("\\\"")
            case UInt8(ascii: "\\"): add("\\\\")
            case 0x08: add("\\b")
            case 0x09: add("\\t")
            case 0x0A: add("\\n")
            case 0x0C: add("\\f")
            case 0x0D: add("\\r")
            case 0..<0x20:
                add("\\u00")
                for digit in [letter >> 4, letter & 15] { bytes.append(contentsOf: String(digit, radix: 16).utf8) }
            default: bytes.append(letter)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSON {
    fileprivate var isPlain: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }

    /// The string that stands for a number which JSON cannot write.
    static func name(ofNonFinite value: Double) -> String? {
        value.isFinite ? nil : value.isNaN ? "nan" : value > 0 ? "inf" : "-inf"
    }

    static func nonFinite(named name: String) -> Double? {
        switch name {
        case "nan": .nan
        case "inf": .infinity
        case "-inf": -.infinity
        default: nil
        }
    }
}

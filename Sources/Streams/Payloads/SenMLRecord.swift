import Formats

/// One record of a SenML pack, as it stands there: RFC 8428, 4.1 and 4.2.
struct SenMLRecord {
    enum Value: Hashable {
        case number(Double)
        case text(String)
        case truth(Bool)
    }

    var baseName: String?, baseTime: Double?, baseValue: Double?, baseSum: Double?
    var name: String?, time: Double?, sum: Double?
    var value: Value?

    /// The labels of the CBOR form, from -6 to 8; nil stands where the JSON form has none.
    private static let labels = ["bs", "bv", "bu", "bt", "bn", "bver", "n", "u", "v", "vs", "vb", "s", "t", "ut", "vd"]

    init(_ value: JSON) throws {
        guard case .object(let object) = value else { throw StreamError("senml", "expected an object for a record, found \(value.kind)") }
        for (label, value) in object { try set(label, value) }
        try check()
    }

    init(_ value: CBOR) throws {
        guard case .map(let pairs) = value else { throw StreamError("senml", "expected a map for a record") }
        for pair in pairs {
            let label: String
            if let number = pair.key.whole(Int.self) {
                label = Self.labels.indices.contains(number + 6) ? Self.labels[number + 6] : "\(number)"
            } else if let text = pair.key.string {
                label = text
            } else {
                throw StreamError("senml", "a label is neither a number nor a text")
            }
            try set(label, Self.json(pair.value, label))
        }
        try check()
    }

    /// A value of the CBOR form as the JSON form has it; numbers may be decimal fractions (tag 4).
    private static func json(_ value: CBOR, _ label: String) throws -> JSON {
        if case .tagged(4, .array(let parts)) = value, parts.count == 2, let power = parts[0].whole(Int16.self),
            let digits = parts[1].whole(Int64.self)
        {
            var number = DecimalNumber(digits.magnitude, isNegative: digits < 0)
            number.exponent = Int(power)
            guard let double = number.double else { throw StreamError("senml", "the number is too large", at: label) }
            return .number(double)
        }
        do { return try value.json() } catch { throw StreamError("senml", "the value cannot be used", at: label) }
    }

    private mutating func set(_ label: String, _ value: JSON) throws {
        switch label {
        case "bn": baseName = try text(value, label)
        case "bt": baseTime = try number(value, label)
        case "bv": baseValue = try number(value, label)
        case "bs": baseSum = try number(value, label)
        case "bver":
            guard let version = value.int, (1...10).contains(version) else {
                throw StreamError("senml", "version \(value.text()) is not one of 1 to 10", at: label)
            }
        case "n": name = try text(value, label)
        case "t": time = try number(value, label)
        case "s": sum = try number(value, label)
        case "v": try take(.number(number(value, label)), label)
        case "vs", "vd": try take(.text(text(value, label)), label)
        case "vb":
            guard let truth = value.bool else { throw StreamError("senml", "expected a truth value, found \(value.kind)", at: label) }
            try take(.truth(truth), label)
        default:
            // What ends so must be understood by whoever reads it (RFC 8428, 4.4).
            if label.hasSuffix("_") { throw StreamError("senml", "must be understood and is not known", at: label) }
        }
    }

    private mutating func take(_ found: Value, _ label: String) throws {
        guard value == nil else { throw StreamError("senml", "the record has a value already", at: label) }
        value = found
    }

    private func check() throws {
        if value == nil, sum == nil, name != nil || time != nil { throw StreamError("senml", "a record has no value", at: name ?? "t") }
    }

    private func text(_ value: JSON, _ label: String) throws -> String {
        guard let text = value.string else { throw StreamError("senml", "expected a text, found \(value.kind)", at: label) }
        return text
    }

    private func number(_ value: JSON, _ label: String) throws -> Double {
        guard let number = value.double, number.isFinite else {
            throw StreamError("senml", "expected a number, found \(value.double == nil ? value.kind : "one that is not finite")", at: label)
        }
        return number
    }
}

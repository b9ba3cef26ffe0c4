/// Goes once over a JSON text (RFC 8259) and sets fields as they come, without building values.
///
/// `place` never passes `end`; every byte is compared with it before it is read.
struct JSONScanner {
    private let start: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private var place: UnsafePointer<UInt8>

    init(_ start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        place = start
        end = start + count
    }

    private func error(_ reason: String, _ rows: RowWriter) -> StreamError { rows.error(reason, at: "byte \(place - start)") }

    /// The text as a whole.
    mutating func message(_ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        skipSpace()
        if take("[") {
            skipSpace()
            if !take("]") {
                while true {
                    try event(&rows, &batch)
                    skipSpace()
                    if take("]") { break }
                    guard take(",") else { throw error("expected ',' or ']' after an event", rows) }
                    skipSpace()
                }
            }
        } else {
            try event(&rows, &batch)
        }
        skipSpace()
        if place < end { throw error("expected the end after the events", rows) }
    }

    private mutating func event(_ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        guard next == UInt8(ascii: "{") else { throw error("expected an object or an array of objects", rows) }
        try rows.begin(&batch)
        try object(FieldTree.root, rows.settings.mostDepth, &rows, &batch)
        try rows.end()
    }

    // MARK: Letters

    private var next: UInt8? {
        @inline(__always) get { place < end ? place.pointee : nil }
    }

    @inline(__always)
    private mutating func skipSpace() {
        while place < end, place.pointee <= 0x20 {
            switch place.pointee {
            case 0x20, 0x0A, 0x0D, 0x09: place += 1
            default: return
            }
        }
    }

    @inline(__always)
    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard place < end, place.pointee == UInt8(ascii: letter) else { return false }
        place += 1
        return true
    }

    // MARK: Values

    /// An object whose fields lie inside of `node`; nil: nobody wants them.
    private mutating func object(_ node: FieldTree.Node?, _ depth: Int, _ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        guard depth > 0 else { throw error("is nested more than \(rows.settings.mostDepth) deep", rows) }
        place += 1
        skipSpace()
        if take("}") { return }
        while true {
            guard next == UInt8(ascii: "\"") else { throw error("expected a key", rows) }
            let name = try string(rows)
            var child: FieldTree.Node?
            if let node {
                child = name.withBytes { rows.tree.child(of: node, $0) }
                if child == nil { try rows.unknown(path(node, name.text, rows)) }
            }
            skipSpace()
            guard take(":") else { throw error("expected ':' after a key", rows) }
            skipSpace()
            try value(child, depth - 1, &rows, &batch)
            skipSpace()
            if take(",") {
                skipSpace()
                continue
            }
            guard take("}") else { throw error("expected ',' or '}' after a value", rows) }
            return
        }
    }

    private func path(_ node: FieldTree.Node, _ name: String, _ rows: RowWriter) -> String {
        node == FieldTree.root ? name : rows.tree.path(node) + "." + name
    }

    /// An array whose elements are fields named 0, 1, 2 …
    private mutating func array(_ node: FieldTree.Node?, _ depth: Int, _ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        guard depth > 0 else { throw error("is nested more than \(rows.settings.mostDepth) deep", rows) }
        place += 1
        skipSpace()
        if take("]") { return }
        var index = 0
        while true {
            var child: FieldTree.Node?
            if let node {
                var name = "\(index)"
                child = name.withUTF8 { rows.tree.child(of: node, UnsafeRawBufferPointer($0)) }
                if child == nil { try rows.unknown(path(node, name, rows)) }
            }
            try value(child, depth - 1, &rows, &batch)
            index += 1
            skipSpace()
            if take(",") {
                skipSpace()
                continue
            }
            guard take("]") else { throw error("expected ',' or ']' after an element", rows) }
            return
        }
    }

    @inline(__always)
    private mutating func value(_ node: FieldTree.Node?, _ depth: Int, _ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        guard let letter = next else { throw error("ends where a value is expected", rows) }
        if letter &- 48 < 10 || letter == UInt8(ascii: "-") {
            guard let number = DecimalNumber(&place, end) else { throw error("expected a number", rows) }
            if let node { try set(node, .decimal(number), &rows, &batch) }
            return
        }
        switch letter {
        case UInt8(ascii: "\""):
            let text = try string(rows)
            if let node { try text.withBytes { try set(node, .text($0), &rows, &batch) } }
        case UInt8(ascii: "{"):
            if let node, !rows.tree.hasChildren(node) { throw rows.notPlain(node, "an object") }
            try object(node, depth, &rows, &batch)
        case UInt8(ascii: "["):
            if let node, !rows.tree.hasChildren(node) { throw rows.notPlain(node, "an array") }
            try array(node, depth, &rows, &batch)
        case UInt8(ascii: "t"): try word("true", .bool(true), node, &rows, &batch)
        case UInt8(ascii: "f"): try word("false", .bool(false), node, &rows, &batch)
        case UInt8(ascii: "n"): try word("null", .null, node, &rows, &batch)
        default: throw error("expected a value", rows)
        }
    }

    /// Sets a plain value of a field that is wanted, or inside of which something is.
    @inline(__always)
    private func set(_ node: FieldTree.Node, _ value: FieldValue, _ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        if let target = rows.tree.target(node) {
            try rows.set(target, value, node, &batch)
        } else if case .null = value {
        } else {
            try rows.unknown(rows.tree.path(node))
        }
    }

    private mutating func word(
        _ text: StaticString, _ value: FieldValue, _ node: FieldTree.Node?, _ rows: inout RowWriter, _ batch: inout EventBatch
    ) throws {
        let length = text.utf8CodeUnitCount
        guard end - place >= length, (0..<length).allSatisfy({ place[$0] == text.utf8Start[$0] }) else {
            throw error("expected a value", rows)
        }
        place += length
        if let node { try set(node, value, &rows, &batch) }
    }

    // MARK: Strings

    @inline(__always)
    private mutating func string(_ rows: RowWriter) throws -> ScannedText {
        place += 1
        let first = place
        while place < end {
            let letter = place.pointee
            if letter == UInt8(ascii: "\"") {
                defer { place += 1 }
                return .plain(UnsafeRawBufferPointer(start: first, count: place - first))
            }
            if letter == UInt8(ascii: "\\") || letter < 0x20 { break }
            place += 1
        }
        return .unescaped(try unescape(from: first, rows))
    }

    /// The rest of a string that has escapes.
    private mutating func unescape(from first: UnsafePointer<UInt8>, _ rows: RowWriter) throws -> [UInt8] {
        var text = [UInt8](UnsafeBufferPointer(start: first, count: place - first))
        while place < end {
            let letter = place.pointee
            switch letter {
            case UInt8(ascii: "\""):
                place += 1
                return text
            case UInt8(ascii: "\\"):
                place += 1
                try escape(into: &text, rows)
            case 0x20...:
                text.append(letter)
                place += 1
            default: throw error("a control character in a string must be escaped", rows)
            }
        }
        throw error("ends inside of a string", rows)
    }

    private mutating func escape(into text: inout [UInt8], _ rows: RowWriter) throws {
        guard let letter = next else { throw error("ends inside of a string", rows) }
        place += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal(rows)
            if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
                let low = try hexadecimal(rows)
                guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair", rows) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair", rows) }
            text.append(contentsOf: UTF8.encode(scalar)!)
        default: throw error("no such escape", rows)
        }
    }

    private mutating func hexadecimal(_ rows: RowWriter) throws -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let letter = next, let digit = Character(Unicode.Scalar(letter)).hexDigitValue else {
                throw error("expected four hexadecimal digits", rows)
            }
            code = code << 4 | UInt32(digit)
            place += 1
        }
        return code
    }
}

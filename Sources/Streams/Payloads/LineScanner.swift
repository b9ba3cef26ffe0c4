/// Goes once over lines of the line protocol and sets columns as they come.
///
/// `place` never passes `end`; every byte is compared with it before it is read.
struct LineScanner {
    private let end: UnsafePointer<UInt8>
    private var place: UnsafePointer<UInt8>
    private let measurement: Int?
    private let unit: EpochUnit
    private var line = 1

    init(_ start: UnsafePointer<UInt8>, count: Int, measurement: Int?, unit: EpochUnit) {
        place = start
        end = start + count
        self.measurement = measurement
        self.unit = unit
    }

    private func error(_ reason: String, _ rows: RowWriter) -> StreamError { rows.error(reason, at: "line \(line)") }

    private var next: UInt8? { place < end ? place.pointee : nil }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard place < end, place.pointee == UInt8(ascii: letter) else { return false }
        place += 1
        return true
    }

    private mutating func takeLineEnd() -> Bool {
        if place < end, place.pointee == UInt8(ascii: "\r"), end - place == 1 || place[1] == UInt8(ascii: "\n") { place += 1 }
        guard place < end else { return true }
        guard take("\n") else { return false }
        line += 1
        return true
    }

    mutating func message(_ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        while place < end {
            while take(" ") {}
            if takeLineEnd() { continue }
            if take("#") {
                while place < end, place.pointee != UInt8(ascii: "\n") { place += 1 }
                continue
            }
            try event(&rows, &batch)
        }
    }

    private mutating func event(_ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        try rows.begin(&batch)
        let name = try word(endingAt: ", ", "a measurement", rows)
        if let measurement {
            guard let text = name.withBytes({ String(validating: $0, as: UTF8.self) }) else {
                throw error("the measurement is not UTF-8", rows)
            }
            batch.setText(measurement, text)
        }
        let inside = name.withBytes { rows.tree.child(of: FieldTree.root, $0) }.flatMap { rows.tree.hasChildren($0) ? $0 : nil }
        while take(",") {
            let node = try key("a tag", inside, &rows)
            let text = try word(endingAt: ", ", "a tag's value", rows)
            try text.withBytes { try set(node, .text($0), &rows, &batch) }
        }
        guard take(" ") else { throw error("expected a space and fields", rows) }
        while take(" ") {}
        repeat {
            let node = try key("a field", inside, &rows)
            try value(node, &rows, &batch)
        } while take(",")
        try time(rows, &batch)
        try rows.end()
    }

    /// The time at the end of a line, where there is one, and the end.
    private mutating func time(_ rows: RowWriter, _ batch: inout EventBatch) throws {
        let hasSpace = next == UInt8(ascii: " ")
        while take(" ") {}
        if takeLineEnd() { return }
        guard hasSpace, let number = DecimalNumber(&place, end), number.exponent == 0, let time = unit.microseconds(number) else {
            throw error("expected a time in \(unit) within the years 1 to 9999", rows)
        }
        batch.setTime(time)
        while take(" ") {}
        guard takeLineEnd() else { throw error("expected the end of the line", rows) }
    }

    /// A name and the equals sign behind it: where its value goes.
    private mutating func key(_ what: String, _ inside: FieldTree.Node?, _ rows: inout RowWriter) throws -> FieldTree.Node? {
        let name = try word(endingAt: "=, ", what, rows)
        let node = name.withBytes { name in
            for parent in [inside, FieldTree.root] {
                if let parent, let node = rows.tree.child(of: parent, name), rows.tree.target(node) != nil {
                    return node as FieldTree.Node?
                }
            }
            return nil
        }
        if node == nil { try rows.unknown(name.text) }
        guard take("=") else { throw error("expected '=' after \(what)", rows) }
        return node
    }

    private mutating func value(_ node: FieldTree.Node?, _ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        if take("\"") {
            let text = try quoted(rows)
            return try text.withBytes { try set(node, .text($0), &rows, &batch) }
        }
        if let number = DecimalNumber(&place, end) {
            if next == UInt8(ascii: "i") || next == UInt8(ascii: "u") {
                guard number.exponent == 0 else { throw error("a whole number has no fraction and no exponent", rows) }
                place += 1
            }
            return try set(node, .decimal(number), &rows, &batch)
        }
        let word = try word(endingAt: ", ", "a value", rows)
        switch word.text {
        case "t", "T", "true", "True", "TRUE": try set(node, .bool(true), &rows, &batch)
        case "f", "F", "false", "False", "FALSE": try set(node, .bool(false), &rows, &batch)
        case let text: throw error("'\(text.prefix(40))' is no value", rows)
        }
    }

    private func set(_ node: FieldTree.Node?, _ value: FieldValue, _ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        if let node, let target = rows.tree.target(node) { try rows.set(target, value, node, &batch) }
    }

    // MARK: Words

    /// Letters up to one of the ends; a backslash before a comma, an equals sign or a space makes it a plain letter.
    private mutating func word(endingAt ends: StaticString, _ what: String, _ rows: RowWriter) throws -> ScannedText {
        let first = place
        var isEscaped = false
        while let letter = next, letter != UInt8(ascii: "\n"), letter != UInt8(ascii: "\r") {
            if letter == UInt8(ascii: "\\"), end - place > 1, Self.isSeparator(place[1]) {
                isEscaped = true
                place += 1
            } else if (0..<ends.utf8CodeUnitCount).contains(where: { ends.utf8Start[$0] == letter }) {
                break
            }
            place += 1
        }
        guard place > first else { throw error("expected \(what)", rows) }
        let written = UnsafeRawBufferPointer(start: first, count: place - first)
        return isEscaped ? .unescaped(Self.unescaped(written, Self.isSeparator)) : .plain(written)
    }

    private static func isSeparator(_ letter: UInt8) -> Bool {
        letter == UInt8(ascii: ",") || letter == UInt8(ascii: "=") || letter == UInt8(ascii: " ")
    }

    /// The rest of a text in quotes, where a backslash makes a quote or another backslash a plain letter.
    private mutating func quoted(_ rows: RowWriter) throws -> ScannedText {
        let first = place
        var isEscaped = false
        while let letter = next, letter != UInt8(ascii: "\"") {
            if letter == UInt8(ascii: "\\"), end - place > 1 {
                isEscaped = true
                place += 1
            }
            if place.pointee == UInt8(ascii: "\n") { line += 1 }
            place += 1
        }
        let written = UnsafeRawBufferPointer(start: first, count: place - first)
        guard take("\"") else { throw error("ends inside of a text", rows) }
        return isEscaped ? .unescaped(Self.unescaped(written) { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) : .plain(written)
    }

    private static func unescaped(_ written: UnsafeRawBufferPointer, _ isEscaped: (UInt8) -> Bool) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(written.count)
        var place = 0
        while place < written.count {
            if written[place] == UInt8(ascii: "\\"), place + 1 < written.count, isEscaped(written[place + 1]) { place += 1 }
            text.append(written[place])
            place += 1
        }
        return text
    }
}

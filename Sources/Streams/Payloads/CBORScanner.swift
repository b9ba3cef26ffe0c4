import Formats

/// Goes once over a CBOR message and sets fields as they come, without building values.
struct CBORScanner {
    var reader: CBORReader

    mutating func message(_ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        let depth = rows.settings.mostDepth
        var start = reader.position, item = try reader.next()
        while case .tag = item { (start, item) = (reader.position, try reader.next()) }
        switch item {
        case .map(let count): try event(count, depth, &rows, &batch)
        case .array(let count):
            try elements(count) { scanner, item, start in
                guard case .map(let count) = item else { throw scanner.reader.error("expected a map, found \(item.kind)", at: start) }
                try scanner.event(count, depth, &rows, &batch)
            }
        default: throw reader.error("expected a map or an array of maps, found \(item.kind)", at: start)
        }
        guard reader.isAtEnd else { throw reader.error("expected the end after the events") }
    }

    private mutating func event(_ count: Int?, _ depth: Int, _ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        try rows.begin(&batch)
        try map(count, FieldTree.root, depth, &rows, &batch)
        try rows.end()
    }

    /// Calls `body` with every element of an array, or with every key of a map.
    private mutating func elements(_ count: Int?, _ body: (inout Self, CBORItem, Int) throws -> Void) throws {
        var left = count ?? .max
        while left > 0 {
            let start = reader.position, item = try reader.next()
            if count == nil, item == .end { return }
            try body(&self, item, start)
            left -= 1
        }
    }

    /// A map whose fields lie inside of `node`.
    private mutating func map(
        _ count: Int?, _ node: FieldTree.Node, _ depth: Int, _ rows: inout RowWriter, _ batch: inout EventBatch
    ) throws {
        try elements(count) { scanner, item, start in
            var child: FieldTree.Node?
            switch item {
            case .text(let length?):
                let name = try scanner.reader.content(length)
                child = rows.tree.child(of: node, name)
                if child == nil { try rows.unknown(scanner.path(node, String(decoding: name, as: UTF8.self), rows)) }
            case .text(nil):
                child = try scanner.child(node, String(decoding: try scanner.reader.pieces(isText: true), as: UTF8.self), &rows)
            case .unsigned(let number): child = try scanner.child(node, "\(number)", &rows)
            case .negative(let number): child = try scanner.child(node, "\(-1 - Int128(number))", &rows)
            default:
                try scanner.reader.skip(item, depth: depth, at: start)
                try rows.unknown("(\(item.kind))")
            }
            try scanner.value(child, depth - 1, &rows, &batch)
        }
    }

    private func path(_ node: FieldTree.Node, _ name: String, _ rows: RowWriter) -> String {
        node == FieldTree.root ? name : rows.tree.path(node) + "." + name
    }

    private func child(_ node: FieldTree.Node, _ name: String, _ rows: inout RowWriter) throws -> FieldTree.Node? {
        var name = name
        let child = name.withUTF8 { rows.tree.child(of: node, UnsafeRawBufferPointer($0)) }
        if child == nil { try rows.unknown(path(node, name, rows)) }
        return child
    }

    /// The value of a field; nil: nobody wants it.
    private mutating func value(_ node: FieldTree.Node?, _ depth: Int, _ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        guard depth > 0 else { throw reader.error("is nested more than \(rows.settings.mostDepth) deep") }
        let start = reader.position, item = try reader.next()
        guard let node else {
            try reader.skip(item, depth: depth, at: start)
            return
        }
        switch item {
        case .map(let count) where rows.tree.hasChildren(node): try map(count, node, depth, &rows, &batch)
        case .array(let count) where rows.tree.hasChildren(node):
            var index = 0
            try elements(count) { scanner, item, start in
                let child = try scanner.child(node, "\(index)", &rows)
                index += 1
                if let child {
                    try scanner.plain(item, child, start, depth - 1, &rows, &batch)
                } else {
                    try scanner.reader.skip(item, depth: depth - 1, at: start)
                }
            }
        default: try plain(item, node, start, depth, &rows, &batch)
        }
    }

    /// A plain value of a field that is wanted, or inside of which something is.
    private mutating func plain(
        _ item: CBORItem, _ node: FieldTree.Node, _ start: Int, _ depth: Int, _ rows: inout RowWriter, _ batch: inout EventBatch
    ) throws {
        let value: FieldValue
        switch item {
        case .unsigned(let number): value = .decimal(DecimalNumber(number))
        case .negative(let number):
            value = number == .max ? .double(-0x1p64) : .decimal(DecimalNumber(number + 1, isNegative: true))
        case .number(let number): value = .double(number)
        case .text(let length?): value = .text(try reader.content(length))
        case .text(nil):
            try reader.pieces(isText: true).withUnsafeBytes { try set(node, .text($0), &rows, &batch) }
            return
        case .bool(let truth): value = .bool(truth)
        case .null, .undefined: value = .null
        case .tag(let tag): return try tagged(tag, node, depth, &rows, &batch)
        default: throw rows.notPlain(node, item.kind)
        }
        try set(node, value, &rows, &batch)
    }

    private mutating func tagged(
        _ tag: UInt64, _ node: FieldTree.Node, _ depth: Int, _ rows: inout RowWriter, _ batch: inout EventBatch
    ) throws {
        guard depth > 0 else { throw reader.error("is nested more than \(rows.settings.mostDepth) deep") }
        let start = reader.position, item = try reader.next()
        guard tag == 1 else { return try plain(item, node, start, depth - 1, &rows, &batch) }
        let time: Int64?
        switch item {
        case .unsigned(let number): time = EpochUnit.seconds.microseconds(DecimalNumber(number))
        case .negative(let number): time = EpochUnit.seconds.microseconds(-1 - Double(number))
        case .number(let number): time = EpochUnit.seconds.microseconds(number)
        default: throw rows.error("expected seconds under tag 1, found \(item.kind)", at: rows.tree.path(node))
        }
        guard let time else { throw rows.error("the time under tag 1 is not in the years 1 to 9999", at: rows.tree.path(node)) }
        try set(node, .time(time), &rows, &batch)
    }

    private func set(_ node: FieldTree.Node, _ value: FieldValue, _ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        if let target = rows.tree.target(node) {
            try rows.set(target, value, node, &batch)
        } else if case .null = value {
        } else {
            try rows.unknown(rows.tree.path(node))
        }
    }
}

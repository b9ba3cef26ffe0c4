import Features

/// Puts the values of a message's fields into rows of a batch, whatever the format.
///
/// `decode` wraps the work on one message; inside of it each event is a `begin`, some `set`s and an `end`.
struct RowWriter {
    let format: String
    let schema: EventSchema
    let settings: PayloadSettings
    var tree: FieldTree
    /// The columns that the event's time and device are written to as well, where they are columns.
    private var timeColumn: Int?
    private var deviceColumn: Int?
    private var texts = TextCache()
    /// The event that last set each field: the columns with numbers, those with texts, device, time.
    private var marks: [Int]
    private var event = 0
    private var origin = PayloadOrigin()
    private var rows = 0

    init(_ format: String, _ schema: EventSchema, _ settings: PayloadSettings) throws {
        self.format = format
        self.schema = schema
        self.settings = settings
        tree = try FieldTree([])
        marks = Array(repeating: -1, count: schema.columns.count + 2)
        var fields: [(name: String, target: FieldTarget)] = []
        for column in schema.columns {
            let isTime = column.name == settings.timeField, isDevice = column.name == settings.deviceField
            switch schema.place(column.name) {
            case .number(let place):
                if isDevice || isTime && column.type != .timestamp {
                    throw error("says the \(isDevice ? "device" : "time"), the column is of another type", at: column.name)
                }
                if isTime {
                    timeColumn = place
                } else {
                    fields.append((column.name, column.type == .timestamp ? .timestamp(place) : .number(place)))
                }
            case .text(let place):
                if isTime { throw error("says the time, the column is of another type", at: column.name) }
                if isDevice { deviceColumn = place } else { fields.append((column.name, .text(place))) }
            case nil: break
            }
        }
        if let name = settings.deviceField { fields.append((name, .device)) }
        if let name = settings.timeField { fields.append((name, .time)) }
        tree = try FieldTree(fields)
    }

    func error(_ reason: String, at place: String) -> StreamError { StreamError(format, reason, at: place) }

    /// Calls `body` for a message and takes back what it appended if it throws.
    mutating func decode(
        _ payload: UnsafeRawBufferPointer, from origin: PayloadOrigin, into batch: inout EventBatch,
        _ body: (inout RowWriter, inout EventBatch) throws -> Void
    ) throws -> Int {
        precondition(batch.schema == schema, "\(format): the batch has other columns than the decoder")
        guard payload.count <= settings.mostBytes else {
            throw error("has \(payload.count) bytes, at most \(settings.mostBytes) are read", at: "")
        }
        self.origin = origin
        rows = 0
        let before = batch.count
        do {
            try body(&self, &batch)
        } catch {
            while batch.count > before { batch.removeLast() }
            throw error
        }
        return rows
    }

    /// An event begins.
    mutating func begin(_ batch: inout EventBatch) throws {
        guard rows < PayloadSettings.mostEvents else { throw error("has more than \(PayloadSettings.mostEvents) events", at: "") }
        batch.append(
            device: origin.device, time: origin.time, at: SourcePlace(part: origin.place.part, offset: origin.place.offset &+ UInt64(rows)))
        event &+= 1
        rows += 1
        tree.begin()
    }

    /// The event has ended.
    func end() throws {
        if let name = settings.deviceField, marks[schema.columns.count] != event { throw error("the device is missing", at: name) }
        if let name = settings.timeField, marks[schema.columns.count + 1] != event { throw error("the time is missing", at: name) }
    }

    /// A field that nobody wants.
    func unknown(_ name: @autoclosure () -> String) throws {
        if settings.unknown == .refused { throw error("there is no such column", at: name()) }
    }

    func notPlain(_ node: FieldTree.Node, _ kind: String) -> StreamError {
        error("expected a plain value, found \(kind)", at: tree.path(node))
    }

    private func mismatch(_ expected: String, _ value: FieldValue, _ node: FieldTree.Node) -> StreamError {
        error("expected \(expected), found \(value.kind)", at: tree.path(node))
    }

    /// Sets a field of the event.
    @inline(__always)
    mutating func set(_ target: FieldTarget, _ value: FieldValue, _ node: FieldTree.Node, _ batch: inout EventBatch) throws {
        switch target {
        case .number(let place):
            try mark(place, node)
            switch value {
            case .decimal(let number):
                guard let number = number.double else { throw error("the number is too large", at: tree.path(node)) }
                batch.setNumber(place, number)
            default: try setOther(place, value, node, &batch)
            }
        default: try setOther(target, value, node, &batch)
        }
    }

    /// A value of a column with numbers that is not written as digits. Null, not-a-number and infinity mean that it is missing.
    private func setOther(_ place: Int, _ value: FieldValue, _ node: FieldTree.Node, _ batch: inout EventBatch) throws {
        switch value {
        case .double(let number): batch.setNumber(place, number.isFinite ? number : .nan)
        case .bool(let truth): batch.setNumber(place, truth ? 1 : 0)
        case .text(let bytes) where Self.isNotFinite(bytes): batch.setNumber(place, .nan)
        case .null: break
        default: throw mismatch("a number", value, node)
        }
    }

    private mutating func setOther(
        _ target: FieldTarget, _ value: FieldValue, _ node: FieldTree.Node, _ batch: inout EventBatch
    ) throws {
        switch target {
        case .number: break
        case .timestamp(let place):
            try mark(place, node)
            if let time = try time(value, node) { batch.setNumber(place, Double(time)) }
        case .text(let place):
            try mark(schema.numbers.count + place, node)
            if let text = try text(value, node) { batch.setText(place, text) }
        case .device:
            guard let text = try text(value, node) else { throw mismatch("the device", value, node) }
            try mark(schema.columns.count, node)
            batch.setDevice(text)
            if let deviceColumn { batch.setText(deviceColumn, text) }
        case .time:
            guard let time = try time(value, node) else { throw mismatch("a time", value, node) }
            try mark(schema.columns.count + 1, node)
            batch.setTime(time)
            if let timeColumn { batch.setNumber(timeColumn, Double(time)) }
        }
    }

    @inline(__always)
    private mutating func mark(_ place: Int, _ node: FieldTree.Node) throws {
        guard marks[place] != event else { throw error("stands here a second time", at: tree.path(node)) }
        marks[place] = event
    }

    private mutating func text(_ value: FieldValue, _ node: FieldTree.Node) throws -> String? {
        switch value {
        case .null: return nil
        case .bool(let truth): return truth ? "true" : "false"
        case .decimal(let number): return number.text
        case .double(let number): return number.description
        case .time: throw mismatch("a text", value, node)
        case .text(let bytes):
            guard let text = texts.text(bytes) else { throw error("the text is not UTF-8", at: tree.path(node)) }
            return text
        }
    }

    private func time(_ value: FieldValue, _ node: FieldTree.Node) throws -> Int64? {
        let unit = settings.timeUnit ?? .seconds
        let time: Int64?
        switch value {
        case .null: return nil
        case .decimal(let number): time = unit.microseconds(number)
        case .double(let number): time = unit.microseconds(number)
        case .text(let bytes):
            guard let found = Timestamp.microseconds(bytes) else {
                throw error("'\(String(decoding: bytes.prefix(40), as: UTF8.self))' is no time of ISO 8601", at: tree.path(node))
            }
            return found
        case .time(let found): return found
        case .bool: throw mismatch("a time", value, node)
        }
        guard let time else { throw error("as \(unit) since 1970 the time is not in the years 1 to 9999", at: tree.path(node)) }
        return time
    }

    /// How programs write what is not a number or not finite where the format has nothing for it.
    private static func isNotFinite(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= 9 else { return false }
        switch String(decoding: bytes, as: UTF8.self).lowercased() {
        case "nan", "inf", "-inf", "+inf", "infinity", "-infinity": return true
        default: return false
        }
    }
}

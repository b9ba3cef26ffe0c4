import Formats

/// Measurements as SenML (RFC 8428), in JSON or CBOR, with base names, times, values and sums resolved.
///
/// Records of one device and one time make a row. A record's name is its device and its column: of the name `urn:dev:ow:10e2:temp` the column
/// is `temp` and the device `urn:dev:ow:10e2`; where the pack has a base name, that is the device. `/`, `:`, and failing them `_` and `.`, stand
/// between the two, and the longest column that fits counts. A name that is a column as a whole is of the message's device. The sum of the
/// column `energy` is the column `energy.sum`. Units are not looked at.
public struct SenMLPayload: PayloadDecoder {
    public enum Form: String, Hashable, Sendable, CaseIterable { case json, cbor }

    private let form: Form
    private var rows: RowWriter
    private var names = SenMLNames()

    public init(_ schema: EventSchema, _ form: Form, _ settings: PayloadSettings = PayloadSettings()) throws {
        guard settings.deviceField == nil, settings.timeField == nil else {
            throw StreamError("senml", "records say their devices and times themselves")
        }
        self.form = form
        rows = try RowWriter("senml", schema, settings)
    }

    public var schema: EventSchema { rows.schema }

    public mutating func decode(_ payload: UnsafeRawBufferPointer, from origin: PayloadOrigin, into batch: inout EventBatch) throws -> Int {
        let found = try pack(records(payload), origin)
        return try rows.decode(payload, from: origin, into: &batch) { rows, batch in
            for row in found {
                try rows.begin(&batch)
                batch.setDevice(row.device)
                batch.setTime(row.time)
                for (node, value) in row.values { try Self.set(node, value, &rows, &batch) }
                try rows.end()
            }
        }
    }

    private static func set(_ node: FieldTree.Node, _ value: SenMLRecord.Value, _ rows: inout RowWriter, _ batch: inout EventBatch) throws {
        guard let target = rows.tree.target(node) else { return }
        switch value {
        case .number(let number): try rows.set(target, .double(number), node, &batch)
        case .truth(let truth): try rows.set(target, .bool(truth), node, &batch)
        case .text(var text): try text.withUTF8 { try rows.set(target, .text(UnsafeRawBufferPointer($0)), node, &batch) }
        }
    }

    private func records(_ payload: UnsafeRawBufferPointer) throws -> [SenMLRecord] {
        // A record takes about twenty bytes, a value of it at least four.
        let limits = JSON.Limits(bytes: rows.settings.mostBytes, depth: rows.settings.mostDepth, values: payload.count / 2 + 2)
        do {
            switch form {
            case .json:
                let value = try JSON(parsing: payload, limits: limits)
                guard let records = value.array else { throw StreamError("senml", "expected an array of records, found \(value.kind)") }
                return try records.map { try SenMLRecord($0) }
            case .cbor:
                guard case .array(let records) = try CBOR(parsing: payload, limits: limits) else {
                    throw StreamError("senml", "expected an array of records")
                }
                return try records.map { try SenMLRecord($0) }
            }
        } catch let error as FormatError {
            throw StreamError("senml", error.reason, at: error.place)
        }
    }

    private struct Row {
        let device: String
        let time: Int64
        var values: [(FieldTree.Node, SenMLRecord.Value)] = []
    }

    private struct RowKey: Hashable {
        let device: String
        let time: Int64
    }

    /// The rows of a pack in the order in which their first records come.
    private mutating func pack(_ records: [SenMLRecord], _ origin: PayloadOrigin) throws -> [Row] {
        var found: [Row] = [], places: [RowKey: Int] = [:]
        var baseName = "", baseTime = 0.0, baseValue = 0.0, baseSum = 0.0
        for record in records {
            baseName = record.baseName ?? baseName
            baseTime = record.baseTime ?? baseTime
            baseValue = record.baseValue ?? baseValue
            baseSum = record.baseSum ?? baseSum
            if record.value == nil, record.sum == nil { continue }
            let base = baseName, name = record.name ?? ""
            guard !base.isEmpty || !name.isEmpty else { throw rows.error("a record has no name", at: "n") }
            let split = names.split(base, name, rows.tree)
            guard let node = split.node else {
                try rows.unknown(base + name)
                continue
            }
            let key = RowKey(device: split.device ?? origin.device, time: try time(baseTime + (record.time ?? 0), origin, base + name))
            if places[key] == nil {
                places[key] = found.count
                found.append(Row(device: key.device, time: key.time))
            }
            let place = places[key] ?? 0
            switch record.value {
            case .number(let value): found[place].values.append((node, .number(value + baseValue)))
            case let value?: found[place].values.append((node, value))
            case nil: break
            }
            if let sum = record.sum, let node = names.sum(of: node, rows.tree) {
                found[place].values.append((node, .number(sum + baseSum)))
            }
        }
        return found
    }

    /// Times below 2²⁸ seconds are relative to now (RFC 8428, 4.5.3).
    private func time(_ seconds: Double, _ origin: PayloadOrigin, _ name: String) throws -> Int64 {
        let isRelative = seconds < 0x1p28
        guard let time = EpochUnit.seconds.microseconds(seconds),
            let absolute = Timestamp.checked(isRelative ? time &+ origin.time : time)
        else { throw StreamError("senml", "the time is not in the years 1 to 9999", at: name) }
        return absolute
    }
}

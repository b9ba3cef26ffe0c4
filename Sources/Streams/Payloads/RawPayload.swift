/// Events as bare numbers in a declared layout: the samples of an accelerometer, the registers of a controller.
///
/// A message holds rows of equal width, `[rows, columns]`, or column after column, `[columns, rows]`; its length says how many. A column of
/// timestamps takes its number as microseconds. Where no column says the time, rows are `interval` microseconds apart and the last one happened
/// when the message arrived.
public struct RawPayload: PayloadDecoder {
    public enum Order: String, Hashable, Sendable, CaseIterable { case rows, columns }

    private let columns: [RawColumn]
    /// Where each column lies in the schema; nil for one that is none.
    private let places: [Int?]
    private let order: Order
    private let interval: Int64
    private let header: Int
    /// Bytes of a row.
    private let width: Int
    private var rows: RowWriter

    /// - Parameters:
    ///   - interval: microseconds from one row to the next, where no column says the time.
    ///   - header: bytes before the first number.
    public init(
        _ schema: EventSchema, _ columns: [RawColumn], order: Order = .rows, interval: Int64 = 0, header: Int = 0, mostBytes: Int = 16 << 20
    ) throws {
        guard (1...EventSchema.most).contains(columns.count), header >= 0, (0...86_400_000_000).contains(interval) else {
            throw StreamError("raw", "a layout has 1 to \(EventSchema.most) columns, a header and at most a day from row to row")
        }
        guard columns.count(where: { if case .time = $0.meaning { true } else { false } }) <= 1 else {
            throw StreamError("raw", "two columns say the time")
        }
        var names: Set<String> = []
        places = try columns.map { column in
            guard case .column(let name, _, _) = column.meaning else { return nil }
            guard case .number(let place)? = schema.place(name) else { throw StreamError("raw", "there is no column of numbers", at: name) }
            guard names.insert(name).inserted else { throw StreamError("raw", "stands in the layout a second time", at: name) }
            return place
        }
        self.columns = columns
        self.order = order
        self.interval = interval
        self.header = header
        width = columns.reduce(0) { $0 + $1.element.width }
        rows = try RowWriter("raw", schema, PayloadSettings(mostBytes: mostBytes))
    }

    public var schema: EventSchema { rows.schema }

    public mutating func decode(_ payload: UnsafeRawBufferPointer, from origin: PayloadOrigin, into batch: inout EventBatch) throws -> Int {
        let (count, rest) = max(0, payload.count - header).quotientAndRemainder(dividingBy: width)
        guard payload.count >= header, count > 0, rest == 0 else {
            throw StreamError("raw", "has \(payload.count) bytes, not \(header) and rows of \(width)")
        }
        let layout = (columns: columns, places: places, order: order, interval: interval, header: header, width: width)
        return try rows.decode(payload, from: origin, into: &batch) { rows, batch in
            for row in 0..<count {
                try rows.begin(&batch)
                if layout.interval > 0 { batch.setTime(origin.time &- Int64(count - 1 - row) * layout.interval) }
                var place = layout.header + (layout.order == .rows ? row * layout.width : 0)
                for (index, column) in layout.columns.enumerated() {
                    let width = column.element.width
                    let offset = layout.order == .rows ? place : place + row * width
                    try Self.set(column, layout.places[index], Self.number(payload, offset, column.element), row, &batch)
                    place += layout.order == .rows ? width : count * width
                }
                try rows.end()
            }
        }
    }

    private enum Number {
        case whole(Int64)
        case double(Double)
    }

    private static func number(_ payload: UnsafeRawBufferPointer, _ offset: Int, _ element: RawColumn.Element) -> Number {
        func load<Whole: FixedWidthInteger>(_ type: Whole.Type) -> Whole {
            Whole(littleEndian: payload.loadUnaligned(fromByteOffset: offset, as: type))
        }
        return switch element {
        case .i8: .whole(Int64(load(Int8.self)))
        case .u8: .whole(Int64(load(UInt8.self)))
        case .i16: .whole(Int64(load(Int16.self)))
        case .u16: .whole(Int64(load(UInt16.self)))
        case .i32: .whole(Int64(load(Int32.self)))
        case .u32: .whole(Int64(load(UInt32.self)))
        case .i64: .whole(load(Int64.self))
        case .u64: Int64(exactly: load(UInt64.self)).map { .whole($0) } ?? .double(Double(load(UInt64.self)))
        case .f32: .double(Double(Float(bitPattern: load(UInt32.self))))
        case .f64: .double(Double(bitPattern: load(UInt64.self)))
        }
    }

    private static func set(_ column: RawColumn, _ place: Int?, _ number: Number, _ row: Int, _ batch: inout EventBatch) throws {
        switch column.meaning {
        case .nothing: break
        case .column(_, let factor, let shift):
            let value: Double =
                switch number {
                case .whole(let number): factor * Double(number) + shift
                case .double(let number): factor * number + shift
                }
            if let place { batch.setNumber(place, value.isFinite ? value : .nan) }
        case .time(let unit):
            let time: Int64? =
                switch number {
                case .whole(let number): unit.microseconds(DecimalNumber(number.magnitude, isNegative: number < 0))
                case .double(let number): unit.microseconds(number)
                }
            guard let time else {
                throw StreamError("raw", "as \(unit) since 1970 the time is not in the years 1 to 9999", at: "row \(row)")
            }
            batch.setTime(time)
        }
    }
}

import CArrow
public import Engine
public import Features

/// A column of a batch: values of one type, some of them null, in Arrow's memory.
///
/// A null row has a value in memory that means nothing; `validity` and `isNull` alone say which rows hold a value.
public struct RecordColumn: Sendable {
    public let field: TableField
    public let count: Int

    let layout: Layout
    private let storage: BatchStorage
    // The structure's pointers are good for as long as `storage` lives.
    nonisolated(unsafe) private let array: ArrowArray
    /// Where row 0 stands in the buffers.
    let offset: Int

    /// - Parameter offset: of the rows in the array, beside the array's own.
    init(field: TableField, layout: Layout, storage: BatchStorage, array: ArrowArray, offset: Int, count: Int) {
        self.field = field
        self.layout = layout
        self.storage = storage
        self.array = array
        self.offset = offset + Int(array.offset)
        self.count = count
    }

    /// Some of the rows of another column.
    init(_ other: RecordColumn, _ rows: Range<Int>) {
        field = other.field
        layout = other.layout
        storage = other.storage
        array = other.array
        offset = other.offset + rows.lowerBound
        count = rows.count
    }

    public var name: String { field.name }
    public var type: TableType { field.type }
    var owner: AnyObject { storage }

    // MARK: Nulls

    /// How many rows are null.
    public var nullCount: Int {
        if bitmap == nil { return layout.format == "n" ? count : 0 }
        // The number that Arrow knows is that of all rows of the array.
        if array.null_count >= 0, array.length == Int64(count) { return Int(array.null_count) }
        return (0..<count).reduce(0) { $0 + (isNull($1) ? 1 : 0) }
    }

    public func isNull(_ row: Int) -> Bool {
        demand(row >= 0 && row < count, DatasetError("column", "no row \(row) of \(count)"))
        guard let bitmap else { return layout.format == "n" }
        let bit = offset + row
        return bitmap[bit >> 3] >> UInt8(bit & 7) & 1 == 0
    }

    /// Which rows hold a value; nil where all do.
    public var validity: Validity? {
        guard nullCount > 0 else { return nil }
        guard let bitmap else { return Validity(count: count, valid: false) }
        return Validity(bytes: UnsafeRawBufferPointer(start: bitmap, count: (offset + count + 7) / 8), offset: offset, count: count)
    }

    // MARK: Memory

    private var bitmap: UnsafePointer<UInt8>? { buffer(0)?.assumingMemoryBound(to: UInt8.self) }

    /// A buffer by Arrow's numbering; nil where it is left out.
    func buffer(_ index: Int) -> UnsafeRawPointer? { index < array.n_buffers ? array.buffers[index] : nil }

    /// The values behind a dictionary's numbers.
    var dictionary: RecordColumn? {
        guard let values = array.dictionary?.pointee, let layout = layout.dictionary else { return nil }
        return RecordColumn(
            field: TableField(name, TableType(layout)), layout: layout, storage: storage, array: values, offset: 0,
            count: Int(values.length))
    }

    /// The values that lists hold, one list behind another, from the start of their array.
    var elements: RecordColumn? {
        guard array.n_children == 1, let layout = layout.children.first, let values = array.children[0]?.pointee else { return nil }
        return RecordColumn(
            field: TableField(name, TableType(layout)), layout: layout, storage: storage, array: values, offset: 0,
            count: Int(values.length))
    }

    /// Lends the values without a copy. They stay where they are for as long as the call lasts.
    ///
    /// Dates, times and timestamps are `Int64` microseconds, decimals `Double`. Truth values are bits and cannot be lent.
    /// - Throws: where the column's values are of another type.
    public func withValues<Element: TensorElement, R>(of type: Element.Type, _ body: (Swift.Span<Element>) throws -> R) throws -> R {
        guard layout.element == Element.dtype, Element.dtype != .bool else {
            throw DatasetError("column", "the values are \(self.type), not \(Element.dtype)", at: name)
        }
        let start = buffer(1)?.assumingMemoryBound(to: Element.self)
        let values = UnsafeBufferPointer(start: start.map { $0 + offset }, count: start == nil ? 0 : count)
        return try withExtendedLifetime(storage) { try body(values.span) }
    }
}

extension Layout {
    /// The type of the values in the second buffer, or nil where they are no numbers; truth values are bits.
    var element: DType? {
        if dictionary != nil { return nil }
        return switch format {
        case "b": .bool
        case "c": .i8
        case "s": .i16
        case "i", "tdD", "tts", "ttm": .i32
        case "l", "tdm", "ttu", "ttn": .i64
        case "C": .u8
        case "S": .u16
        case "I": .u32
        case "L": .u64
        case "e": .f16
        case "f": .f32
        case "g": .f64
        default: format.hasPrefix("ts") || format.hasPrefix("tD") ? .i64 : nil
        }
    }
}

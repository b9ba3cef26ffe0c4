import Engine
public import Features

extension RecordColumn {
    /// The values as numbers, not-a-number where null; truth is 1, times are microseconds.
    /// - Throws: for strings, lists and binary data.
    public func doubles() throws -> [Double] { try numbers(Double.self, nulls: .value(.nan)) }

    /// The values as whole numbers; times are microseconds.
    /// - Parameter nulls: what a null becomes.
    /// - Throws: where a value is no whole number, or null and nulls are refused.
    public func integers(nulls: NullRule = .refuse) throws -> [Int64] { try numbers(Int64.self, nulls: nulls) }

    /// The values as strings, nil where null.
    /// - Throws: for columns of anything else.
    public func strings() throws -> [String?] {
        if let dictionary {
            let names = try dictionary.strings()
            return try codes().map { $0 < 0 ? nil : names[Int($0)] }
        }
        return try (0..<count).map { isNull($0) ? nil : try withText(at: $0) { String(decoding: $0, as: UTF8.self) } }
    }

    /// Of a dictionary column: each row's place in `categories`, -1 where null.
    public func codes() throws -> [Int32] {
        guard let dictionary, let kind = Layout("", layout.format).element else {
            throw DatasetError("column", "the values are \(type), no dictionary", at: name)
        }
        var codes = [Int32](repeating: -1, count: count)
        let source = RecordColumn.plain(self, element: kind)
        try codes.withUnsafeMutableBufferPointer { try source.fill($0.baseAddress!, stride: 1, null: -1, in: self) }
        let most = dictionary.count
        for row in codes.indices where codes[row] >= most || codes[row] < -1 {
            throw DatasetError("column", "row \(row) has the number \(codes[row]) in a dictionary of \(most)", at: name)
        }
        return codes
    }

    /// Of a dictionary column: the distinct strings.
    public func categories() throws -> [String] {
        guard let dictionary else { throw DatasetError("column", "the values are \(type), no dictionary", at: name) }
        return try dictionary.strings().map { $0 ?? "" }
    }

    /// Lends the bytes of a string or of binary data. Those of a null row mean nothing.
    public func withText<R>(at row: Int, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        demand(row >= 0 && row < count, DatasetError("column", "no row \(row) of \(count)"))
        let range: Range<Int>
        let bytes: UnsafeRawPointer?
        if layout.format.hasPrefix("w:"), let width = Int(layout.format.dropFirst(2)) {
            range = (offset + row) * width..<(offset + row + 1) * width
            bytes = buffer(1)
        } else if let offsets = buffer(1), ["u", "z"].contains(layout.format), layout.dictionary == nil {
            let ends = offsets.assumingMemoryBound(to: Int32.self) + offset + row
            range = Int(ends[0])..<Int(ends[1])
            bytes = buffer(2)
        } else if let offsets = buffer(1), ["U", "Z"].contains(layout.format), layout.dictionary == nil {
            let ends = offsets.assumingMemoryBound(to: Int64.self) + offset + row
            range = Int(ends[0])..<Int(ends[1])
            bytes = buffer(2)
        } else {
            throw DatasetError("column", "the values are \(type), no strings", at: name)
        }
        return try withExtendedLifetime(owner) {
            try body(UnsafeRawBufferPointer(start: bytes.map { $0 + range.lowerBound }, count: bytes == nil ? 0 : range.count))
        }
    }

    /// The value of a row.
    /// - Throws: for lists and binary data.
    public func cell(_ row: Int) throws -> Cell {
        if isNull(row) { return .null }
        let one = slice(row..<row + 1)
        switch type {
        case .bool: return .bool(try one.numbers(Bool.self, nulls: .refuse)[0])
        case .i8, .i16, .i32, .i64, .u8, .u16, .u32, .u64, .time, .duration: return .int(try one.integers()[0])
        case .date, .timestamp: return .timestamp(try one.integers()[0])
        case .f16, .f32, .f64, .decimal: return .number(try one.doubles()[0])
        case .string, .dictionary: return (try one.strings()[0]).map(Cell.string) ?? .null
        case .binary, .list, .fixedList, .other: throw DatasetError("column", "a value of type \(type) is no cell", at: name)
        }
    }

    /// Some of the rows, over the same memory.
    public func slice(_ rows: Range<Int>) -> RecordColumn {
        demand(rows.lowerBound >= 0 && rows.upperBound <= count, DatasetError("column", "rows \(rows) of \(count)"))
        return RecordColumn(self, rows)
    }

    // MARK: Numbers

    func numbers<Target: TableNumber>(_ target: Target.Type, nulls: NullRule) throws -> [Target] {
        try [Target](unsafeUninitializedCapacity: count) { values, filled in
            if count > 0 { try fill(values.baseAddress!, stride: 1, nulls: nulls) }
            filled = count
        }
    }

    /// Writes the values into memory, `stride` elements from one row to the next.
    func fill<Target: TableNumber>(_ target: UnsafeMutablePointer<Target>, stride: Int, nulls: NullRule) throws {
        var null: Target?
        if nullCount > 0 {
            switch nulls {
            case .refuse:
                throw DatasetError(
                    "column", "\(nullCount) of \(count) rows are null: fill them in first, or say what a null becomes", at: name)
            case .value(let value):
                guard let fitting = Target.from(value) else {
                    throw DatasetError("column", "a null cannot become \(value) in \(Target.self)", at: name)
                }
                null = fitting
            }
        }
        guard let element = layout.element else {
            throw DatasetError("column", "values of type \(type) are no numbers: encode them first", at: name)
        }
        try RecordColumn.plain(self, element: element).fill(target, stride: stride, null: null, in: self)
    }

    /// The memory of numbers of a type.
    struct Plain {
        let start: UnsafeRawPointer?
        let offset: Int
        let count: Int
        let element: DType

        func fill<Target: TableNumber>(_ target: UnsafeMutablePointer<Target>, stride: Int, null: Target?, in column: RecordColumn) throws {
            guard let start else {
                // Without memory there are only nulls.
                if let null { for row in 0..<count { target[row * stride] = null } }
                return
            }
            switch element {
            case .bool:
                let bits = start.assumingMemoryBound(to: UInt8.self)
                for row in 0..<count {
                    let bit = offset + row
                    target[row * stride] = Target.from(Int64(bits[bit >> 3] >> UInt8(bit & 7) & 1))!
                }
            case .i8: try loop(start, Int8.self, target, stride, null, column) { Target.from(Int64($0)) }
            case .i16: try loop(start, Int16.self, target, stride, null, column) { Target.from(Int64($0)) }
            case .i32: try loop(start, Int32.self, target, stride, null, column) { Target.from(Int64($0)) }
            case .i64: try loop(start, Int64.self, target, stride, null, column) { Target.from($0) }
            case .u8: try loop(start, UInt8.self, target, stride, null, column) { Target.from(UInt64($0)) }
            case .u16: try loop(start, UInt16.self, target, stride, null, column) { Target.from(UInt64($0)) }
            case .u32: try loop(start, UInt32.self, target, stride, null, column) { Target.from(UInt64($0)) }
            case .u64: try loop(start, UInt64.self, target, stride, null, column) { Target.from($0) }
            case .f32: try loop(start, Float.self, target, stride, null, column) { Target.from($0) }
            case .f64: try loop(start, Double.self, target, stride, null, column) { Target.from($0) }
            case .f16: try loop(start, UInt16.self, target, stride, null, column) { Target.from(RecordColumn.float(half: $0)) }
            case .bf16: throw DatasetError("column", "tables have no bf16", at: column.name)
            }
            if let null, column.nullCount > 0 { for row in 0..<count where column.isNull(row) { target[row * stride] = null } }
        }

        @inline(__always)
        private func loop<Source, Target>(
            _ start: UnsafeRawPointer, _: Source.Type, _ target: UnsafeMutablePointer<Target>, _ stride: Int, _ null: Target?,
            _ column: RecordColumn, _ convert: (Source) -> Target?
        ) throws {
            let source = start.assumingMemoryBound(to: Source.self) + offset
            for row in 0..<count {
                if let value = convert(source[row]) {
                    target[row * stride] = value
                } else if let null, column.isNull(row) {
                    target[row * stride] = null
                } else {
                    throw DatasetError("column", "\(source[row]) does not fit \(Target.self)", at: column.name)
                }
            }
        }
    }

    static func plain(_ column: RecordColumn, element: DType) -> Plain {
        Plain(start: column.buffer(1), offset: column.offset, count: column.count, element: element)
    }

    /// The number of 16 bits by IEEE 754: sign, five bits of exponent, ten of fraction.
    static func float(half bits: UInt16) -> Float {
        let sign = UInt32(bits >> 15) << 31, exponent = Int(bits >> 10 & 31), fraction = UInt32(bits & 1023)
        if exponent == 31 { return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13) }
        if exponent == 0 { return Float(bitPattern: sign | 0x3F80_0000) * Float(fraction) * 0x1p-24 }
        return Float(bitPattern: sign | UInt32(exponent + 112) << 23 | fraction << 13)
    }
}

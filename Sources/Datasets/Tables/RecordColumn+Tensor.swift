public import Engine

extension RecordColumn {
    /// The column as a tensor `[rows]`; lists of equal length as `[rows, length]`.
    ///
    /// Without nulls and conversion the tensor lies over Arrow's memory, where that is aligned to 64 bytes; else the values
    /// are copied.
    /// - Parameter dtype: of the tensor; nil for the column's own.
    /// - Parameter nulls: what a null becomes.
    /// - Throws: where there are nulls that are refused, where a value does not fit, and for strings.
    public func tensor(as dtype: DType? = nil, nulls: NullRule = .refuse) throws -> Tensor {
        if let (values, length) = try rectangle() { return try values.tensor([count, length], as: dtype, nulls: nulls) }
        return try tensor([count], as: dtype, nulls: nulls)
    }

    private func tensor(_ shape: Shape, as dtype: DType?, nulls: NullRule) throws -> Tensor {
        guard let own = layout.element else {
            throw DatasetError("tensor", "values of type \(type) are no numbers: encode them first", at: name)
        }
        let wanted = dtype ?? (own == .f16 ? .f32 : own)
        if wanted == own, own != .bool, count > 0, nullCount == 0, let start = buffer(1) {
            let first = start + offset * own.size, target = TensorType(shape, own)
            if UInt(bitPattern: first) % 64 == 0 {
                return Tensor(target, Buffer(borrowing: UnsafeRawBufferPointer(start: first, count: target.bytes), owner: owner))
            }
        }
        return try RecordColumn.tensor([[self]], shape: shape, as: wanted, nulls: nulls)
    }

    /// Pieces of rows, one under another, of columns side by side, copied row by row.
    static func tensor(_ pieces: [[RecordColumn]], shape: Shape, as dtype: DType, nulls: NullRule) throws -> Tensor {
        func made<Element: TensorElement & TableNumber>(_: Element.Type) throws -> Tensor {
            let values = try [Element](unsafeUninitializedCapacity: shape.count) { values, filled in
                for columns in pieces where columns[0].count > 0 {
                    for (place, column) in columns.enumerated() {
                        try column.fill(values.baseAddress! + filled + place, stride: columns.count, nulls: nulls)
                    }
                    filled += columns[0].count * columns.count
                }
            }
            return Tensor(values, shape)
        }
        switch dtype {
        case .f32: return try made(Float.self)
        case .f64: return try made(Double.self)
        case .i8: return try made(Int8.self)
        case .i16: return try made(Int16.self)
        case .i32: return try made(Int32.self)
        case .i64: return try made(Int64.self)
        case .u8: return try made(UInt8.self)
        case .u16: return try made(UInt16.self)
        case .u32: return try made(UInt32.self)
        case .u64: return try made(UInt64.self)
        case .bool: return try made(Bool.self)
        case .bf16, .f16: return try made(Float.self).cast(to: dtype)
        }
    }

    /// The values of a column of lists and the length of each list; nil for columns of anything else.
    /// - Throws: where the lists differ in length or some are null.
    func rectangle() throws -> (RecordColumn, Int)? {
        guard let elements, layout.dictionary == nil else { return nil }
        if nullCount > 0 { throw DatasetError("tensor", "\(nullCount) of \(count) lists are null", at: name) }
        if layout.format.hasPrefix("+w:"), let length = Int(layout.format.dropFirst(3)) {
            return (elements.slice(offset * length..<(offset + count) * length), length)
        }
        let ends: [Int]
        if layout.format == "+l", let offsets = buffer(1)?.assumingMemoryBound(to: Int32.self) {
            ends = (0...count).map { Int(offsets[offset + $0]) }
        } else if layout.format == "+L", let offsets = buffer(1)?.assumingMemoryBound(to: Int64.self) {
            ends = (0...count).map { Int(offsets[offset + $0]) }
        } else {
            return nil
        }
        let length = count == 0 ? 0 : ends[1] - ends[0]
        for row in 0..<count where ends[row + 1] - ends[row] != length {
            throw DatasetError("tensor", "row 0 has \(length) values, row \(row) has \(ends[row + 1] - ends[row])", at: name)
        }
        return (elements.slice(ends[0]..<ends[0] + count * length), length)
    }
}

extension RecordBatch {
    /// Columns of numbers side by side as a tensor `[rows, columns]`.
    /// - Parameter columns: nil for all.
    /// - Parameter nulls: what a null becomes.
    /// - Throws: for an unknown column, for strings, for refused nulls, and where a value does not fit.
    public func tensor(columns: [String]? = nil, as dtype: DType = .f32, nulls: NullRule = .refuse) throws -> Tensor {
        let chosen = try columns.map { try $0.map(column) } ?? self.columns
        guard !chosen.isEmpty else { throw DatasetError("tensor", "no column is chosen") }
        return try RecordColumn.tensor([chosen], shape: [rowCount, chosen.count], as: dtype, nulls: nulls)
    }
}

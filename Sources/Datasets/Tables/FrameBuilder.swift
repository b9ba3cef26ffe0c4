import Engine
import Features

/// Joins the batches of a scan to a table in memory.
struct FrameBuilder {
    private let fields: [TableField]
    private var parts: [Part]

    fileprivate struct Part {
        var values: Column.Values
        var validity: Validity?
        var count = 0
        /// The place of each distinct string.
        var places: [String: Int32] = [:]
        var names: [String] = []
    }

    /// - Throws: where a column's type has no place in a frame.
    init(_ fields: [TableField]) throws {
        self.fields = fields
        parts = try fields.map { field in
            switch field.type {
            case .bool: Part(values: .bool([]))
            case .i8, .i16, .i32, .i64, .u8, .u16, .u32, .u64, .time, .duration: Part(values: .int([]))
            case .f16, .f32: Part(values: .float([]))
            case .f64, .decimal: Part(values: .double([]))
            case .date, .timestamp: Part(values: .timestamp([]))
            case .string, .dictionary: Part(values: .category(codes: [], names: []))
            case .binary, .list, .fixedList, .other:
                throw DatasetError(
                    "frame", "a column of type \(field.type) has no place in a frame: name the columns to be read", at: field.name)
            }
        }
    }

    mutating func append(_ batch: RecordBatch) throws {
        for place in parts.indices { try parts[place].append(batch[place]) }
    }

    func frame() throws -> Frame {
        try Frame(
            zip(fields, parts).map { field, part in
                switch part.values {
                case .float(let values): (field.name, Column(values, validity: part.validity))
                case .double(let values): (field.name, Column(values, validity: part.validity))
                case .int(let values): (field.name, Column(values, validity: part.validity))
                case .bool(let values): (field.name, Column(values, validity: part.validity))
                case .timestamp(let values): (field.name, Column(timestamps: values, validity: part.validity))
                case .category(let codes, _): (field.name, try Column(codes: codes, names: part.names, validity: part.validity))
                }
            })
    }
}

extension FrameBuilder.Part {
    mutating func append(_ column: RecordColumn) throws {
        if column.nullCount > 0 || validity != nil {
            var joined = validity ?? Validity(count: count, valid: true)
            for row in 0..<column.count { joined.append(!column.isNull(row)) }
            validity = joined
        }
        count += column.count
        // The payload is taken out first, so that appending does not copy what is there.
        let mine = values
        values = .bool([])
        switch mine {
        case .float(var all):
            all += try column.numbers(Float.self, nulls: .value(.nan))
            values = .float(all)
        case .double(var all):
            all += try column.numbers(Double.self, nulls: .value(.nan))
            values = .double(all)
        case .int(var all):
            all += try column.integers(nulls: .value(0))
            values = .int(all)
        case .timestamp(var all):
            all += try column.integers(nulls: .value(0))
            values = .timestamp(all)
        case .bool(var all):
            all += try column.numbers(Bool.self, nulls: .value(0))
            values = .bool(all)
        case .category(var all, _):
            if column.dictionary != nil {
                let translated = try column.categories().map { code(of: $0) }
                all += try column.codes().map { $0 < 0 ? 0 : translated[Int($0)] }
            } else {
                all.reserveCapacity(all.count + column.count)
                for row in 0..<column.count {
                    all.append(column.isNull(row) ? 0 : code(of: try column.withText(at: row) { String(decoding: $0, as: UTF8.self) }))
                }
            }
            values = .category(codes: all, names: [])
        }
    }

    private mutating func code(of name: String) -> Int32 {
        if let known = places[name] { return known }
        let code = Int32(names.count)
        names.append(name)
        places[name] = code
        return code
    }
}

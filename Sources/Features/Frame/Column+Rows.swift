extension Column {
    /// These rows, in this order; traps where there is no such row.
    public func rows(_ indices: [Int]) -> Column {
        let picked: Values =
            switch values {
            case .float(let values): .float(indices.map { values[$0] })
            case .double(let values): .double(indices.map { values[$0] })
            case .int(let values): .int(indices.map { values[$0] })
            case .bool(let values): .bool(indices.map { values[$0] })
            case .category(let codes, let names): .category(codes: indices.map { codes[$0] }, names: names)
            case .timestamp(let values): .timestamp(indices.map { values[$0] })
            }
        return Column(values: picked, validity: validity.map { validity in Validity(indices.lazy.map { validity[$0] }) }, unit: unit)
    }

    /// A run of rows.
    public func rows(_ range: Range<Int>) -> Column {
        let picked: Values =
            switch values {
            case .float(let values): .float(Array(values[range]))
            case .double(let values): .double(Array(values[range]))
            case .int(let values): .int(Array(values[range]))
            case .bool(let values): .bool(Array(values[range]))
            case .category(let codes, let names): .category(codes: Array(codes[range]), names: names)
            case .timestamp(let values): .timestamp(Array(values[range]))
            }
        return Column(values: picked, validity: validity.map { validity in Validity(range.lazy.map { validity[$0] }) }, unit: unit)
    }

    /// Puts the rows of a column of the same type behind these.
    mutating func append(_ other: Column) {
        if validity != nil || other.validity != nil {
            var joined = validity ?? Validity(count: count, valid: true)
            joined.append(other.validity ?? Validity(count: other.count, valid: true))
            validity = joined
        }
        // The payload is taken out first, so that appending does not copy what is there.
        let mine = values
        values = .bool([])
        switch (mine, other.values) {
        case (.float(var a), .float(let b)):
            a.append(contentsOf: b)
            values = .float(a)
        case (.double(var a), .double(let b)):
            a.append(contentsOf: b)
            values = .double(a)
        case (.int(var a), .int(let b)):
            a.append(contentsOf: b)
            values = .int(a)
        case (.bool(var a), .bool(let b)):
            a.append(contentsOf: b)
            values = .bool(a)
        case (.timestamp(var a), .timestamp(let b)):
            a.append(contentsOf: b)
            values = .timestamp(a)
        case (.category(var codes, let names), .category(let more, let others)):
            if names == others {
                codes.append(contentsOf: more)
                values = .category(codes: codes, names: names)
            } else {
                var coder = CategoryCoder(names)
                let translated = others.map { coder.code(of: $0) }
                // A null row's code means nothing and may have no name.
                codes.append(contentsOf: more.map { translated.indices.contains(Int($0)) ? translated[Int($0)] : 0 })
                values = .category(codes: codes, names: coder.names)
            }
        default: trap(FeatureError("append", "\(other.type) does not fit the column"))
        }
    }
}

import CArrow
import Features

extension RecordBatch {
    /// The batch for the shim, which releases it; the memory is shared.
    func exported() -> ArrowArray {
        let memory = LentMemory(owner: storage)
        // Copies of the columns' structures, because a batch's rows begin in its columns: it has no offset of its own.
        let copies = fields.indices.map { place in
            var column = storage.array.children[place]!.pointee
            column.offset += storage.array.offset + Int64(rows.lowerBound)
            if column.length != Int64(rowCount) { column.null_count = -1 }
            column.length = Int64(rowCount)
            // The storage releases the columns: a copy only has to look alive.
            column.release = { $0?.pointee.release = nil }
            return column
        }
        let columns = memory.pointers(copies)
        let children = memory.pointers(fields.indices.map { Optional(columns + $0) })
        return memory.array(length: rowCount, nullCount: 0, buffers: [nil], children: children, childCount: copies.count)
    }
}

extension Frame {
    /// How batches of these columns lie in memory.
    var layout: Layout {
        Layout(
            columns: fields.map { field in
                switch field.type {
                case .float: Layout(field.name, "f")
                case .double: Layout(field.name, "g")
                case .int: Layout(field.name, "l")
                case .bool: Layout(field.name, "b")
                case .category: Layout(field.name, "U")
                case .timestamp: Layout(field.name, "tsu:UTC")
                }
            })
    }

    /// The frame as a batch for the shim, which releases it; the values are copied.
    func exported() -> ArrowArray {
        let memory = LentMemory()
        let children = columns.map { column in
            let child = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
            child.initialize(to: column.exported())
            return Optional(child)
        }
        let array = memory.array(
            length: rowCount, nullCount: 0, buffers: [nil], children: memory.pointers(children), childCount: children.count)
        for child in children { memory.adopt(UnsafeMutableRawPointer(child!)) }
        return array
    }
}

extension Column {
    fileprivate func exported() -> ArrowArray {
        let memory = LentMemory()
        // A bitmap's words and Arrow's bytes are the same on little-endian machines.
        let bitmap = validity.map { memory.block(of: $0.words.map(\.littleEndian)) }
        func plain<Element>(_ values: [Element]) -> ArrowArray {
            memory.array(length: count, nullCount: nullCount, buffers: [bitmap, memory.block(of: values)])
        }
        switch values {
        case .float(let values): return plain(values)
        case .double(let values): return plain(values)
        case .int(let values), .timestamp(let values): return plain(values)
        case .bool(let values): return plain(Validity(values).words.map(\.littleEndian))
        case .category(let codes, let names):
            let texts = names.map { Array($0.utf8) }
            var ends: [Int64] = [0], bytes: [UInt8] = []
            ends.reserveCapacity(codes.count + 1)
            for (row, code) in codes.enumerated() {
                if !isNull(row) { bytes += texts[Int(code)] }
                ends.append(Int64(bytes.count))
            }
            return memory.array(length: count, nullCount: nullCount, buffers: [bitmap, memory.block(of: ends), memory.block(of: bytes)])
        }
    }
}

extension Binding {
    /// Adds up the partial results of the shards, always in the order of a balanced tree.
    static func combine(_ source: Place, _ target: Place, shards: Int) -> Kernel {
        let count = target.shape.count
        let step = (source.type.bytes + 63) & ~63
        let pieces = Binder.pieces(count * shards)
        switch target.dtype {
        case .f32: return sum(Float.self)
        case .f64: return sum(Double.self)
        default:
            return Kernel(label: "combine") { _, _ in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: 2) { cell in
                    for index in 0..<count {
                        cell[1] = 0
                        for shard in 0..<shards {
                            load(source.pointer + shard * step + index * target.dtype.size, target.dtype, count: 1, into: cell.baseAddress!)
                            cell[1] += cell[0]
                        }
                        store(
                            UnsafePointer(cell.baseAddress! + 1), count: 1, into: target.pointer + index * target.dtype.size, target.dtype)
                    }
                }
            }
        }

        func sum<T: BinaryFloatingPoint>(_: T.Type) -> Kernel {
            let to = target.pointer(as: T.self)
            func part(_ shard: Int) -> UnsafeMutablePointer<T> { (source.pointer + shard * step).assumingMemoryBound(to: T.self) }
            let parts = (0..<shards).map(part)
            return Kernel(pieces: pieces, label: "combine") { piece, _ in
                let range = Binder.range(count, piece, of: pieces, grain: 16)
                parts.withUnsafeBufferPointer { parts in
                    if parts.count == 2 {
                        let (a, b) = (parts[0], parts[1])
                        for index in range { to[index] = a[index] + b[index] }
                    } else if parts.count == 4 {
                        let (a, b, c, d) = (parts[0], parts[1], parts[2], parts[3])
                        for index in range { to[index] = (a[index] + b[index]) + (c[index] + d[index]) }
                    } else {
                        for index in range { to[index] = tree(parts, index, 0, parts.count) }
                    }
                }
            }
        }

        func tree<T: BinaryFloatingPoint>(_ parts: UnsafeBufferPointer<UnsafeMutablePointer<T>>, _ index: Int, _ low: Int, _ high: Int) -> T
        {
            if high - low == 1 { return parts[low][index] }
            let middle = (low + high) / 2
            return tree(parts, index, low, middle) + tree(parts, index, middle, high)
        }
    }
}

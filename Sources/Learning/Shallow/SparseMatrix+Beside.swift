extension SparseMatrix {
    /// Matrices of the same rows, their columns one after the other.
    public static func beside(_ parts: [SparseMatrix]) throws -> SparseMatrix {
        guard let first = parts.first, parts.allSatisfy({ $0.rows == first.rows }) else {
            throw LearningError("samples", "matrices side by side need the same rows, got \(parts.map(\.rows))")
        }
        var starts = [0], indices: [Int32] = [], values: [Float] = []
        for row in 0..<first.rows {
            var offset: Int32 = 0
            for part in parts {
                for place in part.starts[row]..<part.starts[row + 1] {
                    indices.append(part.indices[place] + offset)
                    values.append(part.values[place])
                }
                offset += Int32(part.columns)
            }
            starts.append(indices.count)
        }
        return try SparseMatrix(columns: parts.map(\.columns).reduce(0, +), starts: starts, indices: indices, values: values)
    }
}

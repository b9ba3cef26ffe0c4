/// Samples as rows of numbers most of which are 0: compressed sparse rows.
public struct SparseMatrix: Hashable, Sendable, Codable, FeatureRows {
    public let columns: Int
    /// Row i is entries starts[i] ..< starts[i + 1]; there is one more than rows.
    public let starts: [Int]
    /// The column of each entry, rising within a row.
    public let indices: [Int32]
    public let values: [Float]
    public var rows: Int { starts.count - 1 }

    /// Throws unless the parts fit together.
    public init(columns: Int, starts: [Int], indices: [Int32], values: [Float]) throws {
        self.columns = columns
        self.starts = starts
        self.indices = indices
        self.values = values
        guard starts.first == 0, starts.last == values.count, indices.count == values.count,
            zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }),
            columns >= 0, columns <= Int(Int32.max)
        else { throw LearningError("sparse", "\(starts.count) starts, \(indices.count) columns and \(values.count) values do not fit") }
        for row in 0..<rows {
            for place in starts[row]..<starts[row + 1] {
                guard indices[place] >= 0, Int(indices[place]) < columns, place == starts[row] || indices[place] > indices[place - 1] else {
                    throw LearningError("sparse", "row \(row) has column \(indices[place]) of \(columns), or out of order")
                }
            }
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            columns: container.decode(Int.self, forKey: .columns), starts: container.decode([Int].self, forKey: .starts),
            indices: container.decode([Int32].self, forKey: .indices), values: container.decode([Float].self, forKey: .values))
    }

    /// All zeros written out.
    public var dense: SampleMatrix {
        var result = [Float](repeating: 0, count: rows * columns)
        for row in 0..<rows { for place in starts[row]..<starts[row + 1] { result[row * columns + Int(indices[place])] = values[place] } }
        return SampleMatrix(unchecked: rows, columns, result)
    }

    public func multiply(
        _ range: Range<Int>, _ weights: UnsafeBufferPointer<Double>, _ outputs: Int, into result: UnsafeMutableBufferPointer<Double>
    ) {
        indices.withUnsafeBufferPointer { indices in
            values.withUnsafeBufferPointer { values in
                for row in range {
                    for place in starts[row]..<starts[row + 1] {
                        let value = Double(values[place]), column = Int(indices[place])
                        for output in 0..<outputs { result[row * outputs + output] += value * weights[column * outputs + output] }
                    }
                }
            }
        }
    }

    public func gather(
        _ range: Range<Int>, _ slopes: UnsafeBufferPointer<Double>, _ outputs: Int, into gradient: UnsafeMutableBufferPointer<Double>
    ) {
        indices.withUnsafeBufferPointer { indices in
            values.withUnsafeBufferPointer { values in
                for row in range {
                    for place in starts[row]..<starts[row + 1] {
                        let value = Double(values[place]), column = Int(indices[place])
                        for output in 0..<outputs { gradient[column * outputs + output] += value * slopes[row * outputs + output] }
                    }
                }
            }
        }
    }

    public func checkFinite(_ operation: String) throws {
        if let place = values.firstIndex(where: { !$0.isFinite }) {
            throw LearningError(operation, "an entry of column \(indices[place]) is \(values[place])")
        }
    }
}

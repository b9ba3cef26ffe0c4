import CKernels

/// The samples nearest to a sample by Euclidean distance: all are compared, by matrix products.
public struct NearestNeighbours: Hashable, Sendable, Codable {
    public let samples: SampleMatrix
    /// Values are kept around the mean, where f32 loses least.
    private let mean: [Float]
    private let norms: [Float]

    private enum CodingKeys: CodingKey { case samples, mean }

    /// Throws without rows and where a value is not finite.
    public init(_ samples: SampleMatrix) throws {
        guard samples.rows > 0, samples.columns > 0 else { throw LearningError("neighbours", "there are no samples") }
        try samples.checkFinite("neighbours")
        var sums = [Double](repeating: 0, count: samples.columns)
        for row in 0..<samples.rows { for (column, value) in samples.row(row).enumerated() { sums[column] += Double(value) } }
        mean = sums.map { Float($0 / Double(samples.rows)) }
        self.samples = Self.centred(samples, mean)
        norms = Self.norms(self.samples)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        samples = try container.decode(SampleMatrix.self, forKey: .samples)
        mean = try container.decode([Float].self, forKey: .mean)
        guard samples.rows > 0, mean.count == samples.columns else {
            throw LearningError("neighbours", "\(samples.rows) samples of \(samples.columns) columns, \(mean.count) means")
        }
        try samples.checkFinite("neighbours")
        norms = Self.norms(samples)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(samples, forKey: .samples)
        try container.encode(mean, forKey: .mean)
    }

    /// The `count` nearest of each query, nearest first, with their distances; of equal distances the earlier sample first.
    public func nearest(_ count: Int, to queries: SampleMatrix) throws -> [[(index: Int, distance: Float)]] {
        try ShallowChecks.columns("neighbours", queries.columns, fitted: samples.columns)
        try queries.checkFinite("neighbours")
        guard (1...samples.rows).contains(count) else {
            throw LearningError("neighbours", "\(count) neighbours of \(samples.rows) samples")
        }
        let centred = Self.centred(queries, mean), queryNorms = Self.norms(centred), block = 64
        let blocks = (queries.rows + block - 1) / block
        var result = [[(index: Int, distance: Float)]](repeating: [], count: queries.rows)
        result.withUnsafeMutableBufferPointer { result in
            nonisolated(unsafe) let result = result
            Parallel.forEach(blocks) { number in
                let first = number * block, rows = min(block, queries.rows - first), total = samples.rows, columns = samples.columns
                var products = [Float](repeating: 0, count: rows * total)
                var scratch = [UInt8](repeating: 0, count: mk_gemm_scratch_bytes(rows, total, columns) + 64)
                centred.values.withUnsafeBufferPointer { mine in
                    samples.values.withUnsafeBufferPointer { theirs in
                        mk_gemm_f32(
                            rows, total, columns, mine.baseAddress! + first * columns, columns, 1, theirs.baseAddress!, 1, columns, 0,
                            &products,
                            total, nil, Int32(MK_ACTIVATION_NONE), &scratch)
                    }
                }
                for row in 0..<rows {
                    result[first + row] = select(count, products[row * total..<(row + 1) * total], queryNorms[first + row])
                }
            }
        }
        return result
    }

    private func select(_ count: Int, _ products: ArraySlice<Float>, _ norm: Float) -> [(index: Int, distance: Float)] {
        // The best so far, in order: most samples fail against the last of them.
        var best: [(index: Int, distance: Float)] = []
        best.reserveCapacity(count + 1)
        for (index, product) in products.enumerated() {
            let square = norms[index] + norm - 2 * product
            if best.count == count, square >= best[count - 1].distance { continue }
            var place = best.count
            while place > 0 && best[place - 1].distance > square { place -= 1 }
            best.insert((index, square), at: place)
            if best.count > count { best.removeLast() }
        }
        return best.map { ($0.index, max(0, $0.distance).squareRoot()) }
    }

    private static func centred(_ samples: SampleMatrix, _ mean: [Float]) -> SampleMatrix {
        var result = samples
        for row in 0..<samples.rows { for column in 0..<samples.columns { result[row, column] -= mean[column] } }
        return result
    }

    private static func norms(_ samples: SampleMatrix) -> [Float] {
        (0..<samples.rows).map { row in Float(samples.row(row).reduce(0.0) { $0 + Double($1) * Double($1) }) }
    }
}

import CKernels

/// The sums that a linear model of squared loss is solved from, gathered block by block in double precision.
///
/// Memory (columns + outputs)², whatever the number of rows; the penalty is chosen when it is solved.
public struct NormalEquations: Sendable {
    public let columns: Int
    public let outputs: Int
    /// Rows so far.
    public private(set) var rows = 0
    /// What is subtracted from every value before it is summed, so that the sums do not cancel: the mean of the first block.
    private var origin: [Double]
    /// Σ (value − origin) of all columns and outputs.
    private var sums: [Double]
    /// Σ of products of columns with columns and outputs, upper triangle: [columns, columns + outputs].
    private var products: [Double]
    private var width: Int { columns + outputs }
    private static let panel = 128

    /// Nothing yet. Throws where the sums would not fit in memory.
    public init(columns: Int, outputs: Int) throws {
        guard columns >= 0, outputs > 0, columns <= 32_768, outputs <= 1 << 20, columns * (columns + outputs) <= 1 << 31 else {
            throw LearningError("ridge", "\(columns) columns and \(outputs) outputs are too many")
        }
        self.columns = columns
        self.outputs = outputs
        origin = []
        sums = Array(repeating: 0, count: columns + outputs)
        products = Array(repeating: 0, count: columns * (columns + outputs))
    }

    /// Adds rows.
    public mutating func add(_ samples: SampleMatrix, _ targets: SampleMatrix) throws {
        guard samples.columns == columns, targets.columns == outputs, samples.rows == targets.rows else {
            throw LearningError(
                "ridge",
                "samples [\(samples.rows), \(samples.columns)] and targets [\(targets.rows), \(targets.columns)] for \(columns) columns and \(outputs) outputs"
            )
        }
        try samples.checkFinite("ridge samples")
        try targets.checkFinite("ridge targets")
        if samples.rows == 0 { return }
        if origin.isEmpty {
            origin = Array(repeating: 0, count: width)
            for row in 0..<samples.rows {
                for column in 0..<columns { origin[column] += Double(samples[row, column]) }
                for output in 0..<outputs { origin[columns + output] += Double(targets[row, output]) }
            }
            for place in origin.indices { origin[place] /= Double(samples.rows) }
        }
        let width = width, columns = columns, tasks = max(1, min(columns / 4, 4 * Parallel.threads))
        var panel = [Double](repeating: 0, count: Self.panel * width)
        for start in stride(from: 0, to: samples.rows, by: Self.panel) {
            let count = min(Self.panel, samples.rows - start)
            panel.withUnsafeMutableBufferPointer { panel in
                samples.values.withUnsafeBufferPointer { values in
                    for row in 0..<count {
                        for column in 0..<columns {
                            panel[row * width + column] = Double(values[(start + row) * columns + column]) - origin[column]
                        }
                    }
                }
                targets.values.withUnsafeBufferPointer { values in
                    for row in 0..<count {
                        for output in 0..<outputs {
                            panel[row * width + columns + output] =
                                Double(values[(start + row) * outputs + output]) - origin[columns + output]
                        }
                    }
                }
                for row in 0..<count { for place in 0..<width { sums[place] += panel[row * width + place] } }
                if columns == 0 { return }
                products.withUnsafeMutableBufferPointer { products in
                    nonisolated(unsafe) let (products, panel) = (products, panel)
                    Parallel.forEach(tasks) { task in
                        // Multiples of four; the first rows are longer, so the tasks are many.
                        let begin = (columns * task / tasks) & ~3, end = task + 1 == tasks ? columns : (columns * (task + 1) / tasks) & ~3
                        mk_gram_f64(panel.baseAddress!, count, width, width, begin, end, products.baseAddress!, width)
                    }
                }
            }
        }
        rows += samples.rows
    }

    /// The weights [outputs, columns] and biases [outputs] that make Σ (w·x + b − y)² + penalty · Σ w² small.
    ///
    /// Throws without rows, for a negative penalty, and where the columns depend on each other and there is no penalty.
    public func solve(penalty: Double) throws -> (weights: [Double], bias: [Double]) {
        guard rows > 0 else { throw LearningError("ridge", "there are no samples") }
        guard penalty >= 0, penalty.isFinite else { throw LearningError("ridge", "a penalty of \(penalty)") }
        let count = Double(rows)
        // Around the mean: the bias takes no penalty.
        func centred(_ row: Int, _ column: Int) -> Double { products[row * width + column] - sums[row] * sums[column] / count }
        var matrix = [Double](repeating: 0, count: columns * columns)
        for row in 0..<columns {
            for column in row..<columns { matrix[column * columns + row] = centred(row, column) }
            matrix[row * columns + row] += penalty
        }
        let factor = try Cholesky(matrix, size: columns, operation: "ridge")
        var weights = [Double](repeating: 0, count: outputs * columns), bias = [Double](repeating: 0, count: outputs)
        for output in 0..<outputs {
            let solution = factor.solve((0..<columns).map { centred($0, columns + output) })
            bias[output] = origin[columns + output] + sums[columns + output] / count
            for column in 0..<columns {
                weights[output * columns + column] = solution[column]
                bias[output] -= solution[column] * (origin[column] + sums[column] / count)
            }
        }
        return (weights, bias)
    }
}

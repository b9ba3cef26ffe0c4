import CKernels

/// A = L Lᵀ of a symmetric positive definite matrix, in double precision.
struct Cholesky {
    /// L, row by row; above the diagonal nothing is meant.
    private var lower: [Double]
    /// Lᵀ, so that both substitutions run along rows.
    private var upper: [Double]
    let size: Int

    /// `matrix` [size, size], of which the lower triangle is read. Throws where it is not positive definite.
    init(_ matrix: [Double], size: Int, operation: String) throws {
        lower = matrix
        self.size = size
        upper = Array(repeating: 0, count: matrix.count)
        var largest = 0.0
        for row in 0..<size { largest = max(largest, matrix[row * size + row]) }
        var singular: Int?
        lower.withUnsafeMutableBufferPointer { lower in
            guard let base = lower.baseAddress else { return }
            for row in 0..<size {
                let mine = base + row * size
                for column in 0..<row {
                    let other = base + column * size
                    mine[column] = (mine[column] - mk_dot_f64(mine, other, column)) / other[column]
                }
                let pivot = mine[row] - mk_dot_f64(mine, mine, row)
                guard pivot > largest * Double(size) * .ulpOfOne else {
                    singular = row
                    return
                }
                mine[row] = pivot.squareRoot()
            }
        }
        if let singular {
            throw LearningError(operation, "column \(singular) is constant or a combination of others: it takes a penalty above 0")
        }
        for row in 0..<size { for column in 0...row { upper[column * size + row] = lower[row * size + column] } }
    }

    /// x with A x = b.
    func solve(_ b: [Double]) -> [Double] {
        var x = b
        x.withUnsafeMutableBufferPointer { x in
            guard let base = x.baseAddress else { return }
            lower.withUnsafeBufferPointer { lower in
                for row in 0..<size {
                    base[row] = (base[row] - mk_dot_f64(lower.baseAddress! + row * size, base, row)) / lower[row * size + row]
                }
            }
            upper.withUnsafeBufferPointer { upper in
                for row in (0..<size).reversed() {
                    let rest = mk_dot_f64(upper.baseAddress! + row * size + row + 1, base + row + 1, size - row - 1)
                    base[row] = (base[row] - rest) / upper[row * size + row]
                }
            }
        }
        return x
    }
}

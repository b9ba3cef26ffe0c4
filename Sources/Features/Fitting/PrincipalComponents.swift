/// The directions of the largest variance, by Jacobi's rotations of the covariance matrix (Golub, Van Loan: Matrix Computations, 8.5).
///
/// Components stand by falling variance; the entry of largest amount of each is positive, so that the sign is no accident.
struct PrincipalComponents {
    let means: [Double]
    let variances: [Double]
    /// One row a component.
    let rows: [[Double]]
    let count: Int

    init(means: [Double], covariance: [Double], count: Int) {
        self.means = means
        self.count = count
        let width = means.count
        // Scaled, so that squares neither overflow nor vanish.
        let size = covariance.reduce(0) { max($0, abs($1)) }, unit = size > 0 && size.isFinite ? size : 1
        var a = covariance.map { $0 / unit }
        var v = [Double](repeating: 0, count: width * width)
        for i in 0..<width { v[i * width + i] = 1 }
        let total = a.reduce(0) { $0 + $1 * $1 }
        for _ in 0..<64 {
            var off = 0.0
            for i in 0..<width { for j in 0..<width where i != j { off += a[i * width + j] * a[i * width + j] } }
            if !(off > total * 1e-32) { break }
            for p in 0..<width {
                for q in (p + 1)..<max(width, p + 1) {
                    let apq = a[p * width + q]
                    if apq == 0 { continue }
                    let theta = (a[q * width + q] - a[p * width + p]) / (2 * apq)
                    let t = (theta >= 0 ? 1 : -1) / (abs(theta) + (theta * theta + 1).squareRoot())
                    let c = 1 / (t * t + 1).squareRoot(), s = t * c
                    for k in 0..<width {
                        let x = a[k * width + p], y = a[k * width + q]
                        a[k * width + p] = c * x - s * y
                        a[k * width + q] = s * x + c * y
                    }
                    for k in 0..<width {
                        let x = a[p * width + k], y = a[q * width + k]
                        a[p * width + k] = c * x - s * y
                        a[q * width + k] = s * x + c * y
                        let u = v[p * width + k], w = v[q * width + k]
                        v[p * width + k] = c * u - s * w
                        v[q * width + k] = s * u + c * w
                    }
                }
            }
        }
        let order = (0..<width).sorted { a[$0 * width + $0] == a[$1 * width + $1] ? $0 < $1 : a[$0 * width + $0] > a[$1 * width + $1] }
        variances = order.map { size.isFinite ? max(0, a[$0 * width + $0]) * unit : .infinity }
        rows = order.map { component in
            let row = Array(v[component * width..<(component + 1) * width])
            let largest = row.indices.max { abs(row[$0]) < abs(row[$1]) } ?? 0
            return row.isEmpty || row[largest] >= 0 ? row : row.map { -$0 }
        }
    }
}

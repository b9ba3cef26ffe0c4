/// Covariances of columns in two passes: first the means, then the products of distances from them. Rows with a missing value count in neither.
struct Covariance {
    /// Most columns that it is computed for.
    static let widest = 512

    private let width: Int
    private var moments: [Moments]
    private(set) var means: [Double]?
    private var products: [Double]
    private var count = 0
    private var distances: [Double]

    init(width: Int) {
        self.width = width
        moments = [Moments](repeating: Moments(), count: width)
        products = []
        distances = [Double](repeating: 0, count: width)
    }

    mutating func add(_ row: UnsafePointer<Double>) {
        for column in 0..<width where !row[column].isFinite { return }
        guard let means else {
            for column in 0..<width { moments[column].add(row[column]) }
            return
        }
        count += 1
        for column in 0..<width { distances[column] = row[column] - means[column] }
        distances.withUnsafeBufferPointer { distances in
            products.withUnsafeMutableBufferPointer { products in
                for i in 0..<width {
                    let factor = distances[i]
                    for j in i..<width { products[i * width + j] += factor * distances[j] }
                }
            }
        }
    }

    /// Ends a pass: the principal components, or nil after the first pass.
    mutating func finish() -> PrincipalComponents? {
        guard let means else {
            means = moments.map(\.mean)
            moments = []
            products = [Double](repeating: 0, count: width * width)
            return nil
        }
        let divisor = Double(max(count - 1, 1))
        for i in 0..<width {
            for j in i..<width {
                products[i * width + j] /= divisor
                products[j * width + i] = products[i * width + j]
            }
        }
        return PrincipalComponents(means: means, covariance: products, count: count)
    }
}

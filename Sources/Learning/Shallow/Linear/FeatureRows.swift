/// Rows of numbers, dense or sparse, that linear models read.
public protocol FeatureRows: Sendable {
    var rows: Int { get }
    var columns: Int { get }

    /// result[row, output] += Σ x[row, column] weights[column, output] for these rows.
    func multiply(
        _ range: Range<Int>, _ weights: UnsafeBufferPointer<Double>, _ outputs: Int, into result: UnsafeMutableBufferPointer<Double>)

    /// gradient[column, output] += Σ x[row, column] slopes[row, output] for these rows.
    func gather(
        _ range: Range<Int>, _ slopes: UnsafeBufferPointer<Double>, _ outputs: Int, into gradient: UnsafeMutableBufferPointer<Double>)

    /// Throws where a value is not finite.
    func checkFinite(_ operation: String) throws
}

extension SampleMatrix: FeatureRows {
    public func multiply(
        _ range: Range<Int>, _ weights: UnsafeBufferPointer<Double>, _ outputs: Int, into result: UnsafeMutableBufferPointer<Double>
    ) {
        values.withUnsafeBufferPointer { values in
            for row in range {
                for column in 0..<columns {
                    let value = Double(values[row * columns + column])
                    for output in 0..<outputs { result[row * outputs + output] += value * weights[column * outputs + output] }
                }
            }
        }
    }

    public func gather(
        _ range: Range<Int>, _ slopes: UnsafeBufferPointer<Double>, _ outputs: Int, into gradient: UnsafeMutableBufferPointer<Double>
    ) {
        values.withUnsafeBufferPointer { values in
            for row in range {
                for column in 0..<columns {
                    let value = Double(values[row * columns + column])
                    for output in 0..<outputs { gradient[column * outputs + output] += value * slopes[row * outputs + output] }
                }
            }
        }
    }
}

/// One number of a window: what is computed of which column. Missing values do not count.
public struct Aggregate: Sendable, Hashable {
    public enum Function: UInt8, Sendable, Hashable, CaseIterable {
        /// How many values there are.
        case count
        case sum
        case mean
        case minimum
        case maximum
        /// The standard deviation of a sample, by n − 1.
        case deviation
        /// By the events' times.
        case first
        case last
    }

    public let function: Function
    /// The place of the column among the values.
    public let column: Int

    public init(_ function: Function, of column: Int) {
        precondition((0..<4096).contains(column), "window: column \(column) is not in 0..<4096")
        self.function = function
        self.column = column
    }
}

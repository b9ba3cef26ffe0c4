/// What a step has learned: numbers or strings, nothing else.
enum Learned: Sendable, Hashable, Codable {
    /// The step learns nothing.
    case nothing
    /// What stands for a missing value, for each column.
    case fill(values: [Double])
    case bounds(low: [Double], high: [Double])
    /// (x − offset) / divisor.
    case scale(offsets: [Double], divisors: [Double])
    /// The columns kept, ascending, and the information of each column there was.
    case kept(columns: [Int], information: [Double])
    /// One row a component; `variances` are those of all components.
    case components(means: [Double], rows: [[Double]], variances: [Double], whiten: Bool)
    /// The values of each column in the order of their numbers; of tokens one list.
    case vocabulary(names: [[String]])
}

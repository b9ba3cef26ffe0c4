/// What becomes of nulls where a tensor is made, which has none.
public enum NullRule: Sendable, Hashable {
    /// A null is an error that names the column and how many there are.
    case refuse
    /// A null becomes this number, such as `.nan`.
    case value(Double)
}

/// The shallow models that can stand beside the deep one.
public enum BaselineKind: String, Codable, Hashable, Sendable, CaseIterable {
    /// The most frequent class, or the mean.
    case constant
    /// The last value of a series goes on.
    case persistence
    /// Logistic regression for classes, ridge regression for numbers and series.
    case linear
    case neighbours
    case trees
    /// Logistic regression over tf-idf of words and of characters.
    case words
}

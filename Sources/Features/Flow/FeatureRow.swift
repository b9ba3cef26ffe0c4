/// What a model needs to answer an event: one sample.
public struct FeatureRow: Sendable, Hashable {
    /// The entity's name; its parts with `/` between them; empty where there are no entities.
    public let entity: String
    public let names: [String]
    /// The shapes of the arrays, without an axis of samples.
    public let shapes: [[Int]]
    public let values: [FeatureValues]

    /// The array of this name; traps where there is none.
    public subscript(_ name: String) -> FeatureValues {
        guard let place = names.firstIndex(of: name) else {
            trap(FeatureError("features", "no array '\(name)'\(hint(for: name, among: names))"))
        }
        return values[place]
    }
}

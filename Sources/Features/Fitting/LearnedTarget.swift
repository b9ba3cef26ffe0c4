/// What a target has learned: its classes, or offset and divisor of each column.
struct LearnedTarget: Sendable, Hashable, Codable {
    let classes: [String]?
    let offsets: [Double]
    let divisors: [Double]

    /// Throws where it does not fit the target's definition, as it may come from a file.
    func check(_ definition: TargetDefinition) throws {
        let count = definition.columns.count
        guard offsets.count == count, divisors.count == count, (classes != nil) == (definition.classes != nil),
            (offsets + divisors).allSatisfy(\.isFinite), divisors.allSatisfy({ $0 > 0 }), classes.map({ Set($0).count == $0.count }) ?? true
        else { throw FeatureError("features", "what was learned does not fit the definition", at: "target") }
    }
}

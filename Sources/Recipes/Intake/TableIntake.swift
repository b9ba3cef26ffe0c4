import Datasets
public import Features
import Formats
public import Learning

/// The way from the rows of a table, or from single events, to the samples of a bundle that was trained on a table.
public struct TableIntake: Sendable {
    public let features: FittedFeatures

    /// - Throws: if the bundle was not trained on a table, naming what it was trained on.
    public init(_ bundle: ModelBundle) throws {
        let kind = bundle.features?["kind"]?.string
        guard kind == "table", let stored = bundle.features?["features"] else {
            throw RecipeError(
                "run", "the bundle answers \(kind.map { "'\($0)'" } ?? "unnamed") data, not rows of a table", at: bundle.name)
        }
        features = try stored.decoded(as: FittedFeatures.self)
        // A row's inputs lie side by side, so they are all windows or all rows.
        let leading = Set(features.inputs.map { Array($0.shape.dropLast()) })
        guard leading.count == 1, features.inputs.allSatisfy({ !$0.isWhole }) else {
            throw RecipeError("run", "the inputs must all be windows or all be rows of numbers", at: bundle.name)
        }
    }

    /// Whether a row's sample depends on no other row, so that a table can be answered piece by piece.
    public var isRowByRow: Bool {
        let definition = features.definition
        return definition.window == nil && definition.order == nil
            && definition.derived.allSatisfy { derived in
                switch derived.rule {
                case .expression, .calendar: true
                default: false
                }
            } && !definition.inputs.contains { $0.steps.contains(.impute(.previous)) }
    }

    /// The samples that a table gives, without a target, and the rows with which they end.
    public func samples(_ frame: Frame) throws -> (values: SampleValues, rows: [Int], set: FeatureSet) {
        let set = try features.transform(frame, withTarget: false)
        let arrays = set.inputs.map { (values: $0.values.floats ?? [], width: $0.shape.last ?? 1, size: $0.shape.reduce(1, *)) }
        let values = Self.beside(arrays, count: set.count)
        return (.fractions(values), set.rows, set)
    }

    /// The sample of a live event.
    public func sample(_ row: FeatureRow) -> SampleValues {
        let arrays = zip(row.values, row.shapes).map { (values: $0.floats ?? [], width: $1.last ?? 1, size: $1.reduce(1, *)) }
        return .fractions(Self.beside(arrays, count: 1))
    }

    /// Inputs side by side, step by step: [samples, steps, width].
    private static func beside(_ arrays: [(values: [Float], width: Int, size: Int)], count: Int) -> [Float] {
        if arrays.count == 1 { return arrays[0].values }
        let width = arrays.reduce(0) { $0 + $1.width }
        let steps = count * (arrays.first.map { $0.width == 0 ? 0 : $0.size / $0.width } ?? 0)
        var rows = [Float](repeating: 0, count: steps * width), offset = 0
        for array in arrays {
            for step in 0..<steps {
                for place in 0..<array.width { rows[step * width + offset + place] = array.values[step * array.width + place] }
            }
            offset += array.width
        }
        return rows
    }
}

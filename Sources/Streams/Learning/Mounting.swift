import Engine
public import Learning

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How a sensor with three axes is mounted, found from a few labelled samples.
///
/// A device that is worn or built in turned by a quarter or a half about its axes delivers the same movements on other axes. Of the 24
/// turns that bring axes onto axes, the one is sought under which the model finds the labelled samples most probable. It is a weight of the
/// model, three by three, by which the readings are multiplied before all else; no other weight changes, so nothing can be forgotten.
public enum Mounting {
    /// The 24 rotations that bring axes onto axes, row by row; the first one turns nothing.
    public static let rotations: [[Float]] = {
        let orders = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]]
        var found: [[Float]] = []
        for (place, order) in orders.enumerated() {
            for signs in 0..<8 {
                // The first three orders are rotations, the others mirror once: the signs must make up for that.
                guard (signs.nonzeroBitCount % 2 == 1) == (place >= 3) else { continue }
                var matrix = [Float](repeating: 0, count: 9)
                for row in 0..<3 { matrix[row * 3 + order[row]] = signs >> row & 1 == 1 ? -1 : 1 }
                found.append(matrix)
            }
        }
        return found
    }()

    /// The bundle with the mounting that fits the labelled samples best.
    ///
    /// - Parameters:
    ///   - weight: the name of the weight that holds the mounting, f32[3,3]: readings are multiplied by its transpose.
    ///   - labelled: a few samples of each class, each with the number of its class.
    /// - Returns: the bundle, which turn it is, and the mean of −ln(probability of the right class) for each turn.
    /// - Throws: `StreamError` if the bundle has no such weight or answers no classes, `LearningError` as `ModelBundle.replacing`.
    public static func fitted(
        _ bundle: ModelBundle, weight: String, to labelled: SampleSet, training: TrainingRecord
    ) throws -> (bundle: ModelBundle, turn: Int, surprise: [Double]) {
        guard bundle[weight]?.values.type == TensorType([3, 3], .f32) else {
            throw StreamError("mounting", "the bundle '\(bundle.name)' has no such weight f32[3,3]", at: weight)
        }
        let ports = try NetPorts(bundle), width = ports.answerWidth, variables = bundle.variables()
        let answers = try NetAnswers(bundle, ports, variables, batch: 32)
        let labels = (0..<labelled.count).compactMap { ports.label(labelled.target($0)) }
        guard case .classes = ports.goal, answers.isNormalized, !labelled.isEmpty, labels.count == labelled.count else {
            throw StreamError("mounting", "needs a bundle that answers probabilities, and samples with their classes", at: bundle.name)
        }
        let surprise = rotations.map { rotation -> Double in
            variables[weight]!.assign(Tensor(rotation, [3, 3]))
            let found = answers.answers(to: labelled)
            let logarithms = labels.enumerated().map { log(max(Double(found[$0.offset * width + $0.element]), 1e-7)) }
            return -logarithms.reduce(0, +) / Double(labels.count)
        }
        let turn = surprise.indices.min { surprise[$0] < surprise[$1] }!
        let turned = try bundle.replacing([weight: Tensor(rotations[turn], [3, 3])], training: training, card: bundle.card)
        return (turned, turn, surprise)
    }
}

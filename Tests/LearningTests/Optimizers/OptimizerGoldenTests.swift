import Engine
import Foundation
import Learning
import TestKit
import Testing

/// What all cases of the reference share.
private struct Shared: Decodable {
    let start: [Double]
    let shape: [Int]
    let factors: [Double]
    let gradients: [[Double]]
}

struct OptimizerCase: Decodable, Sendable, CustomTestStringConvertible {
    let optimizer: String
    let rate: Double
    let settings: [String: Double]
    let weights: [[Double]]
    var testDescription: String { "\(optimizer) \(settings.sorted { $0.key < $1.key }.map { "\($0) \($1)" }.joined(separator: ", "))" }
}

private let lines: [Data] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden/optimizers.jsonl")
    return (try? Data(contentsOf: file))?.split(separator: UInt8(ascii: "\n")).map { Data($0) } ?? []
}()
private let cases = lines.dropFirst().map { try! JSONDecoder().decode(OptimizerCase.self, from: $0) }

@Suite struct OptimizerGoldenTests {
    @Test func `the reference has its cases`() {
        #expect(cases.count == 21)
        #expect(Set(cases.map(\.optimizer)) == Set(OptimizerNames.all))
    }

    @Test(arguments: cases) func `twenty steps are those of the reference`(_ subject: OptimizerCase) throws {
        let shared = try JSONDecoder().decode(Shared.self, from: lines[0])
        for (dtype, tolerance) in [(DType.f64, 1e-11), (.f32, 1e-6)] {
            let rule = try OptimizerNames.make(subject.optimizer, rate: subject.rate, settings: subject.settings)
            let shape = Shape(shared.shape)
            var w = Tensor(shared.start, shape, as: dtype)
            var slots = rule.slots.map { Tensor.zeros(rule.shape(ofSlot: $0, for: shape), dtype) }
            for (step, gradient) in shared.gradients.enumerated() {
                let new = rule.update(
                    w, gradient: Tensor(gradient, shape, as: dtype), slots: slots,
                    rate: .fill(subject.rate * shared.factors[step], [], dtype), step: .fill(Double(step + 1), [], dtype))
                // Each step starts from stored values, as a compiled step does.
                func stored(_ x: Tensor) -> Tensor { Tensor(x.doubles(), x.shape, as: dtype) }
                (w, slots) = (stored(new.parameter), new.slots.map(stored))
                let found = zip(w.doubles(), subject.weights[step]).map { ($0 - $1).magnitude }.max()!
                #expect(found < tolerance, "step \(step + 1) in \(dtype) is off by \(found)")
            }
        }
    }
}

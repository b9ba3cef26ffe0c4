import Engine
import Formats
import Foundation
import Learning
import TestSupport

/// A small net with parameters, a state, a frozen part and constants in its graph.
struct BundleModel: Module {
    let first = Parameter([8, 3], .heNormal), bias = Parameter([8], .uniform(1)), second = Parameter([2, 8], .glorotUniform)
    let seen = StateVariable([2], initially: 5)
    let table = Tensor([0.5, -1, 2] as [Float])

    func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor {
        linear(linear(x * table, first.value, bias.value).relu(), second.value) + seen.value
    }
}

/// A bundle of it; the seed fixes the weights.
func makeBundle(seed: UInt64 = 1, name: String = "test") throws -> (model: BundleModel, bundle: ModelBundle) {
    let model = BundleModel().initialized(seed: seed)
    model.bias.isFrozen = true
    let bundle = try ModelBundle(
        name, model,
        inputs: [Port("x", ["batch", 3], unit: "°C", scaling: .init(factor: 2, offset: 1), window: .init(length: 3, key: "unit"))],
        outputs: [Port("score", labels: ["no", "yes"]), Port("mean")],
        loss: Named("crossEntropy", ["smoothing": 0.1]), features: ["columns": ["a", "b"], "means": [0.5, 1e-3]],
        training: TrainingRecord(
            data: "abc", seed: seed, metrics: ["accuracy": 0.75], versions: ["millrace": "0"], parent: "p", finished: 1.5, notes: ["k": 1]),
        card: "# Test \(seed)\n"
    ) { model, batch, pass in
        let y = model(batch.x, &pass)
        return [y, y.mean()]
    }
    return (model, bundle)
}

/// A folder of its own for a test, removed afterwards.
func withBundleFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = memoryFolder.appendingPathComponent("millrace-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

func refusal(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return "\(error)" }
    return nil
}

/// Everything of a bundle that can be compared.
func isSame(_ a: ModelBundle, _ b: ModelBundle) -> Bool {
    a.name == b.name && a.signature == b.signature && a.graph == b.graph && a.loss == b.loss && a.optimizer == b.optimizer
        && a.features == b.features && a.training == b.training && a.card == b.card && a.weights.map(\.name) == b.weights.map(\.name)
        && a.weights.map(\.role) == b.weights.map(\.role)
        && zip(a.weights, b.weights).allSatisfy { a, b in
            a.values.type == b.values.type && a.values.withBytes { Array($0) } == b.values.withBytes { Array($0) }
        }
}

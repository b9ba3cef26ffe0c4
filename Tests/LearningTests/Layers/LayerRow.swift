import Engine
import Learning
import TestKit

/// A layer that is held to reference cases: made by a case's settings and called with its data.
struct LayerRow: Sendable {
    typealias Call = ([Tensor], inout Pass) throws -> [Tensor]
    let name: String
    let tolerance: Double
    let make: @Sendable (Attributes) -> (model: any Module, call: Call)

    init(_ name: String, tolerance: Double = 4e-6, _ make: @escaping @Sendable (Attributes) -> (model: any Module, call: Call)) {
        self.name = name
        self.tolerance = tolerance
        self.make = make
    }

    init(_ name: String, tolerance: Double = 4e-6, layer: @escaping @Sendable (Attributes) -> any Layer) {
        self.init(name, tolerance: tolerance) { settings in
            let layer = layer(settings)
            return (layer, { x, pass in [layer(x[0], &pass)] })
        }
    }

    /// The first difference from a case, in words.
    ///
    /// The inputs of a case are the data of the call, then the parameters in the order of the walk, then the states.
    func problem(in example: GoldenCase, _ options: Program.Options) throws -> String? {
        let (model, call) = make(example.attributes)
        let parameters = model.parameters.map(\.parameter), states = model.states.map(\.state)
        let count = example.attributes.int("data", 1)
        guard example.inputs.count == count + parameters.count + states.count else {
            return "\(parameters.count) parameters and \(states.count) states for \(example.inputs.count - count) tensors"
        }
        for (parameter, value) in zip(parameters, example.inputs[count...]) { parameter.variable.assign(value.tensor) }
        for (state, value) in zip(states, example.inputs[(count + parameters.count)...]) { state.variable.assign(value.tensor) }
        let inputs = (0..<count).map { Tensor.input("input \($0)", example.inputs[$0].type.shape, example.inputs[$0].type.dtype) }
        var pass = Pass(isTraining: example.attributes.truth("training", false))
        let results = try call(inputs, &pass) + (example.attributes.truth("gradient", false) ? [] : pass.writes.map(\.value))
        return try example.problem(
            inputs: inputs, values: example.inputs.prefix(count).map(\.tensor), results: results,
            targets: inputs + parameters.map(\.value) + states.map { _ in nil }, tolerance: tolerance, options: options)
    }

    func problems(in cases: [GoldenCase]) -> [String] {
        cases.flatMap { example in
            [Program.Options(kernels: .native), Program.Options(kernels: .portable, shards: 1)].compactMap { options in
                do {
                    return try problem(in: example, options).map { "\(example.name), \(options.kernels.rawValue): \($0)" }
                } catch {
                    return "\(example.name), \(options.kernels.rawValue): \(error)"
                }
            }
        }
    }

    func covers(_ example: GoldenCase) -> Bool { example.name == name || example.name.hasPrefix(name + ".") }
}

public import Engine
public import Learning

/// What every layer keeps to, as a list of checks that a new layer gets by joining a list.
public enum LayerContract {
    /// A layer to be checked.
    public struct Subject: Sendable, CustomStringConvertible {
        public let name: String
        /// The names of its parameters, then of its states.
        public let names: [String]
        /// A batch of at least three samples.
        public let input: Tensor
        /// An input that it must refuse, and the text of the error; nil for a layer that takes everything.
        public let refuses: (input: TensorType, text: String)?
        public let make: @Sendable () -> any Layer
        public var description: String { name }

        public init(
            _ name: String, names: [String] = [], input: Tensor, refuses: (input: TensorType, text: String)? = nil,
            make: @escaping @Sendable () -> any Layer
        ) {
            self.name = name
            self.names = names
            self.input = input
            self.refuses = refuses
            self.make = make
        }
    }

    private typealias Check = (name: String, body: (Subject) throws -> String?)

    private static var all: [Check] {
        [
            ("names", names), ("type", type), ("refusal", refusal), ("gradient", gradient), ("inference", inference), ("batch", batch),
            ("training", training), ("bf16", narrow), ("reload", reload),
        ]
    }

    /// The names of the checks.
    public static var checks: [String] { all.map(\.name) }

    /// What a layer does wrong: a text for each check that it does not pass, which begins with the name of the check.
    public static func violations(_ subject: Subject) -> [String] {
        all.compactMap { check in
            do { return try check.body(subject).map { "\(check.name): \($0)" } } catch { return "\(check.name): \(error)" }
        }
    }

    // MARK: The checks

    /// The walk finds the parameters and states, under these names.
    private static func names(_ subject: Subject) -> String? {
        let layer = subject.make()
        let found = layer.parameters.map(\.name) + layer.states.map(\.name)
        return found == subject.names ? nil : "the walk finds \(found), expected \(subject.names)"
    }

    /// The type that is foretold is that of the result.
    private static func type(_ subject: Subject) throws -> String? {
        let layer = subject.make().initialized(seed: 1)
        let foretold = try layer.outputType(for: subject.input.type), made = try run(layer, subject.input)
        return foretold == made.type ? nil : "\(foretold) is foretold, the result is \(made.type)"
    }

    /// What does not fit is refused in words, without ending the program.
    private static func refusal(_ subject: Subject) -> String? {
        guard let (input, expected) = subject.refuses else { return nil }
        do {
            let type = try subject.make().outputType(for: input)
            return "it takes \(input) and promises \(type)"
        } catch {
            return "\(error)" == expected ? nil : "it says '\(error)', expected '\(expected)'"
        }
    }

    /// A training step moves every parameter.
    private static func gradient(_ subject: Subject) throws -> String? {
        let layer = subject.make().initialized(seed: 1)
        let parameters = layer.parameters
        if parameters.isEmpty { return nil }
        var pass = Pass(isTraining: true, key: RandomKey(seed: 2))
        let loss = weighted(layer(subject.input, &pass))
        for (name, parameter) in parameters {
            guard let slope = try? gradients(of: loss, for: [parameter.value])[0].doubles() else { return "none reaches \(name)" }
            if !slope.allSatisfy(\.isFinite) { return "that of \(name) is not finite" }
            if slope.allSatisfy({ $0 == 0 }) { return "that of \(name) is zero" }
        }
        return nil
    }

    /// Inference draws nothing, writes nothing, and gives the same twice.
    private static func inference(_ subject: Subject) throws -> String? {
        let layer = subject.make().initialized(seed: 1)
        var passes = [Pass(isTraining: false, key: RandomKey(seed: 1)), Pass(isTraining: false, key: RandomKey(seed: 2))]
        let results = passes.indices.map { layer(subject.input, &passes[$0]).doubles() }
        if !passes.allSatisfy({ $0.writes.isEmpty }) { return "it writes a state" }
        return difference(results[0], results[1], tolerance: 0)
    }

    /// In inference a sample's result does not depend on the other samples of its batch.
    private static func batch(_ subject: Subject) throws -> String? {
        let layer = subject.make().initialized(seed: 1)
        let together = try run(layer, subject.input)
        for sample in 0..<subject.input.shape[0] {
            let alone = try run(layer, subject.input.sliced(sample..<sample + 1, 0))
            let wanted = together.sliced(sample..<sample + 1, 0)
            if let text = difference(alone, wanted, tolerance: 2e-5) { return "sample \(sample) alone: \(text)" }
        }
        return nil
    }

    /// Training with the same key gives the same numbers, all of them finite.
    private static func training(_ subject: Subject) -> String? {
        let results = (0..<2).map { _ in
            let layer = subject.make().initialized(seed: 1)
            var pass = Pass(isTraining: true, key: RandomKey(seed: 2))
            return layer(subject.input, &pass).doubles()
        }
        if !results[0].allSatisfy(\.isFinite) { return "a result is not finite" }
        return difference(results[0], results[1], tolerance: 0)
    }

    /// Under the bf16 policy the result is off by a few percent of its size at most.
    private static func narrow(_ subject: Subject) throws -> String? {
        let layer = subject.make().initialized(seed: 1)
        let wide = try run(layer, subject.input).doubles(), narrow = try run(layer, subject.input, .bf16).doubles()
        let size = wide.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let off = zip(wide, narrow).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        return off <= 0.03 * size ? nil : "the result is off by \(off) of \(size)"
    }

    /// Values that are carried over by name make another layer the same.
    private static func reload(_ subject: Subject) throws -> String? {
        let layer = subject.make().initialized(seed: 1), other = subject.make().initialized(seed: 2)
        for (place, state) in layer.states.enumerated() {
            state.state.variable.assign(.fill(0.5 + 0.25 * Double(place), state.state.shape))
        }
        let values = Dictionary(
            layer.parameters.map { ($0.name, $0.parameter.value) } + layer.states.map { ($0.name, $0.state.value) },
            uniquingKeysWith: { $1 })
        for (name, parameter) in other.parameters {
            guard let value = values[name] else { return "\(name) has no value" }
            parameter.variable.assign(value)
        }
        for (name, state) in other.states {
            guard let value = values[name] else { return "\(name) has no value" }
            state.variable.assign(value)
        }
        return difference(try run(other, subject.input), try run(layer, subject.input), tolerance: 0)
    }

    // MARK: Parts of the checks

    private static func run(_ layer: any Layer, _ x: Tensor, _ precision: Program.Options.Precision = .f32) throws -> Tensor {
        let input = Tensor.input("input", x.shape, x.dtype)
        var pass = Pass.inference
        let program = try Program(inputs: [input], outputs: [layer(input, &pass)], options: .init(precision: precision, shards: 1))
        return try Session(program, threads: 1).run([x])[0]
    }

    /// The sum of all elements, each times a number of its own, so that gradients that cancel in a plain sum are seen.
    private static func weighted(_ x: Tensor) -> Tensor {
        (x * Tensor((0..<x.count).map { 0.5 + Double(($0 * 37) % 101) / 101 }, x.shape, as: x.dtype)).sum()
    }
}

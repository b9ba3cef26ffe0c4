import Engine
import Learning

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How much a net's answers depend on each parameter: the diagonal of the Fisher information, E (∂ ln p(y | x; θ) / ∂θ)².
///
/// The answers y are drawn from the net itself, not taken from the samples: otherwise a net that is right about all of them would seem to
/// need nothing. Numbers count as the mean of a normal distribution with the targets' deviation.
///
/// Kunstner, Balles, Hennig: Limitations of the empirical Fisher approximation (NeurIPS 2019).
struct FisherDiagonal {
    private let ports: NetPorts
    private let answers: NetAnswers
    private let session: Session
    private let sums: [Variable]

    init(_ bundle: ModelBundle, _ ports: NetPorts, _ variables: [String: Variable], _ parts: [OnlineNet.Part], spread: Variable) throws {
        self.ports = ports
        answers = try NetAnswers(bundle, ports, variables, batch: 1)
        sums = parts.map { Variable($0.name + ".sum", $0.variable.type.shape) }
        let forward = try bundle.forward(["batch": 1], reading: variables)
        let answer = ports.lossInput(forward.outputs[0], named: bundle.signature.outputs[0].name, spread: spread.value)
        let target: Tensor, loss: Tensor
        if case .classes = ports.goal {
            target = .input("target", [1], .i32)
            loss = softmaxCrossEntropy(answer, target).sum()
        } else {
            target = .input("target", [1, ports.answerWidth])
            let unit = ports.goal == .numbers ? target / spread.value : target
            loss = (answer - unit).square().sum() * 0.5
        }
        let gradients = try Engine.gradients(of: loss.reshaped([]), for: parts.map(\.variable.value))
        session = try Session(
            Program(
                inputs: forward.inputs + [target], outputs: [loss.reshaped([])],
                updates: zip(sums, gradients).map { ($0, $0.value + $1.square()) }), threads: 1)
    }

    /// Takes a row in, with an answer that is drawn.
    func add(_ row: ArraySlice<Float>, spread: [Float], random: inout SplitMix) {
        var answer = Array(repeating: Float(0), count: ports.answerWidth)
        answers.answer(row, into: &answer)
        ports.put(row, at: 0, of: session)
        if case .classes = ports.goal {
            if !answers.isNormalized { softmax(&answer) }
            let label = Int32(drawn(answer, random.unit()))
            session.withInput(ports.inputs.count) { $0.storeBytes(of: label, as: Int32.self) }
        } else {
            session.withInput(ports.inputs.count) { memory in
                let own = memory.bindMemory(to: Float.self)
                for place in answer.indices {
                    // Box and Muller's normal number.
                    let size = (-2 * log(1 - random.unit())).squareRoot(), angle = 2 * Double.pi * random.unit()
                    let unit = ports.goal == .numbers ? spread[place] : 1
                    own[place] = answer[place] + unit * Float(size * cos(angle))
                }
            }
        }
        session.run()
    }

    private func drawn(_ probabilities: [Float], _ share: Double) -> Int {
        var left = share
        for (label, probability) in probabilities.enumerated() {
            left -= Double(probability)
            if left < 0 { return label }
        }
        return probabilities.count - 1
    }

    /// The diagonal for each parameter, scaled so that its mean over all of them is 1; zeros where nothing was found.
    func scaled() -> [[Float]] {
        let found = sums.map { $0.value.values(Float.self) }
        let total = found.reduce(0.0) { $1.reduce($0) { $0 + Double($1) } }, count = found.reduce(0) { $0 + $1.count }
        guard total > 0, total.isFinite else { return found.map { $0.map { _ in 0 } } }
        return found.map { $0.map { Float(Double($0) * Double(count) / total) } }
    }
}

/// eˣ / Σ eˣ; equal shares where that cannot be computed.
func softmax(_ numbers: inout [Float]) {
    guard let top = numbers.max(), top.isFinite, numbers.allSatisfy({ !$0.isNaN }) else { return share(&numbers) }
    for place in numbers.indices { numbers[place] = exp(numbers[place] - top) }
    normalize(&numbers)
}

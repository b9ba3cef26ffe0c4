import Engine
import Learning

/// The forward pass of a bundle that reads variables, for batches of one size, on one thread.
struct NetAnswers {
    let ports: NetPorts
    let batch: Int
    /// Whether what it answers are probabilities of classes.
    let isNormalized: Bool
    private let session: Session

    init(_ bundle: ModelBundle, _ ports: NetPorts, _ variables: [String: Variable], batch: Int) throws {
        let forward = try bundle.forward(["batch": batch], reading: variables), answer = forward.outputs[0]
        isNormalized = answer.logits != nil || bundle.signature.outputs[0].name == "probabilities"
        session = try Session(Program(inputs: forward.inputs, outputs: [answer]), threads: 1)
        self.ports = ports
        self.batch = batch
    }

    /// For a batch of one.
    func answer(_ row: some Collection<Float>, into answer: inout [Float]) {
        precondition(
            row.count == ports.inputWidth && answer.count == ports.answerWidth,
            "net: a row of \(row.count) and an answer of \(answer.count), expected \(ports.inputWidth) and \(ports.answerWidth)")
        ports.put(row, at: 0, of: session)
        session.run()
        session.withOutput(0) { memory in
            let own = memory.bindMemory(to: Float.self)
            for place in answer.indices { answer[place] = own[place] }
        }
    }

    func answers(to samples: SampleSet) -> [Float] {
        precondition(samples.inputWidth == ports.inputWidth, "net: rows of \(samples.inputWidth), expected \(ports.inputWidth)")
        var answers: [Float] = []
        answers.reserveCapacity(samples.count * ports.answerWidth)
        for start in stride(from: 0, to: samples.count, by: batch) {
            let count = min(batch, samples.count - start)
            for place in 0..<batch { ports.put(samples.input(start + min(place, count - 1)), at: place, of: session) }
            session.run()
            session.withOutput(0) { answers.append(contentsOf: $0.bindMemory(to: Float.self).prefix(count * ports.answerWidth)) }
        }
        return answers
    }

    var bytes: Int { session.bytes }
}

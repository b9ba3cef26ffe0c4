import Engine
import Learning
import Streams

extension ModelBundle {
    /// The answers to samples, row by row.
    func answers(to samples: SampleSet) throws -> [Float] {
        guard samples.count > 0 else { return [] }
        let extents = signature.inputs[0].shape.dropFirst().compactMap { if case .fixed(let extent) = $0 { extent } else { nil } }
        return try session(batch: samples.count).run([Tensor(samples.inputs, Shape([samples.count] + extents))])[0].values(Float.self)
    }

    /// The share of samples whose most probable class is the right one.
    func accuracy(on samples: SampleSet) throws -> Double {
        let answers = try answers(to: samples), classes = answers.count / max(1, samples.count)
        let right = (0..<samples.count).count { place in
            let row = answers[place * classes..<(place + 1) * classes]
            return row.firstIndex(of: row.max()!)! - row.startIndex == Int(samples.target(place).first!)
        }
        return Double(right) / Double(max(1, samples.count))
    }
}

/// Samples and what the model answered to them: flat rows in the order of the events that completed them.
public struct ScoredSamples: Sendable {
    /// Numbers that the model reads for one sample, input after input; whole numbers as their bits (`Float(bitPattern:)`).
    public let inputWidth: Int
    /// Numbers that the model answers, output after output.
    public let answerWidth: Int

    /// Whose sample it is, by the events' devices.
    public internal(set) var devices: [String] = []
    /// When the event happened that completed the sample, in microseconds since 1970.
    public internal(set) var times: [Int64] = []
    /// Where that event stood in its source.
    public internal(set) var places: [SourcePlace] = []
    /// Row by row.
    public internal(set) var inputs: [Float] = []
    /// Row by row.
    public internal(set) var answers: [Float] = []
    /// How unusual each sample is, by the pipeline's rule; 0 where it has none.
    public internal(set) var scores: [Float] = []

    public init(inputWidth: Int, answerWidth: Int) {
        self.inputWidth = inputWidth
        self.answerWidth = answerWidth
    }

    public var count: Int { times.count }
    public var isEmpty: Bool { times.isEmpty }

    public func input(_ row: Int) -> ArraySlice<Float> { inputs[row * inputWidth..<(row + 1) * inputWidth] }
    public func answer(_ row: Int) -> ArraySlice<Float> { answers[row * answerWidth..<(row + 1) * answerWidth] }

    /// Appends a sample.
    public mutating func append(
        device: String, time: Int64, place: SourcePlace, input: some Collection<Float>, answer: some Collection<Float>, score: Float = 0
    ) {
        precondition(
            input.count == inputWidth && answer.count == answerWidth,
            "samples: \(input.count) and \(answer.count) numbers, expected \(inputWidth) and \(answerWidth)")
        devices.append(device)
        times.append(time)
        places.append(place)
        inputs.append(contentsOf: input)
        answers.append(contentsOf: answer)
        scores.append(score)
    }

    /// Removes all rows and keeps the memory.
    public mutating func removeAll() {
        devices.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        inputs.removeAll(keepingCapacity: true)
        answers.removeAll(keepingCapacity: true)
        scores.removeAll(keepingCapacity: true)
    }
}

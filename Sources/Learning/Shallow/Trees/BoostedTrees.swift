/// Gradient-boosted trees by the histogram method: the strong baseline on tables.
///
/// Score = start + Σ trees. Each round grows a tree an output on the gradients g and curvatures h of the loss; a split saves
/// G²ₗ/(Hₗ+λ) + G²ᵣ/(Hᵣ+λ) − G²/(H+λ), a leaf answers −rate · G/(H+λ). Missing values (NaN) go to the side that saves more. Equal bits
/// for equal data, options and seed, whatever the number of threads. Friedman (2001); Chen, Guestrin: XGBoost (2016); Ke and
/// others: LightGBM (2017).
public struct BoostedTrees: Codable, Sendable {
    public let options: Options
    public private(set) var loss: Loss?
    /// Columns of the samples it was fitted to; nil before.
    public private(set) var columns: Int?
    /// The training loss after each round, and the validation loss where there was a validation part.
    public private(set) var curve: [Double] = []
    public private(set) var validationCurve: [Double] = []
    /// What the splits on each column have saved, as shares that sum to 1.
    public private(set) var importance: [Double] = []
    private(set) var start: [Double] = []
    private(set) var bins: [FeatureBins] = []
    /// Round by round, a tree an output.
    private(set) var trees: [RegressionTree] = []

    /// Scores of a sample: 1 for two classes, one a class for more, one an output for numbers.
    public var outputs: Int { start.count }
    public var rounds: Int { start.isEmpty ? 0 : trees.count / start.count }

    public init(_ options: Options = Options()) { self.options = options }

    private enum CodingKeys: CodingKey { case options, loss, columns, curve, validationCurve, importance, start, bins, trees }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        options = try container.decode(Options.self, forKey: .options)
        loss = try container.decodeIfPresent(Loss.self, forKey: .loss)
        columns = try container.decodeIfPresent(Int.self, forKey: .columns)
        curve = try container.decode([Double].self, forKey: .curve)
        validationCurve = try container.decode([Double].self, forKey: .validationCurve)
        importance = try container.decode([Double].self, forKey: .importance)
        start = try container.decode([Double].self, forKey: .start)
        bins = try container.decode([FeatureBins].self, forKey: .bins)
        trees = try container.decode([RegressionTree].self, forKey: .trees)
        let width = columns ?? 0
        guard bins.count == width, importance.count == width, start.isEmpty == (columns == nil), (loss == nil) == (columns == nil),
            start.isEmpty ? trees.isEmpty : trees.count % start.count == 0, loss != .logistic || start.count == 1
        else {
            throw LearningError("boostedTrees", "\(bins.count) binned columns of \(width), \(trees.count) trees for \(start.count) outputs")
        }
        for tree in trees { try tree.check(columns: width) }
    }

    /// Learns from samples and targets [rows, outputs]; for `.logistic` and `.softmax` the targets are labels [rows, 1].
    ///
    /// With a validation part, fitting ends after `patience` rounds without a better loss there and keeps the best round. `weights`,
    /// one a sample, say how much each counts.
    public mutating func fit(
        _ samples: SampleMatrix, _ targets: SampleMatrix, loss: Loss, weights: [Float]? = nil,
        validation: (samples: SampleMatrix, targets: SampleMatrix)? = nil
    ) throws {
        let operation = "boostedTrees"
        try options.check(columns: samples.columns)
        try ShallowChecks.targets(operation, samples, targets)
        guard samples.columns > 0, samples.rows <= Int(UInt32.max) else {
            throw LearningError(operation, "\(samples.rows) rows of \(samples.columns) columns")
        }
        if let weights, weights.count != samples.rows || !weights.allSatisfy({ $0 >= 0 && $0.isFinite }) {
            throw LearningError(operation, "\(weights.count) weights for \(samples.rows) samples, or a negative one")
        }
        if let validation {
            try ShallowChecks.targets(operation, validation.samples, validation.targets)
            guard validation.samples.columns == samples.columns, validation.targets.columns == targets.columns else {
                throw LearningError(operation, "the validation part has \(validation.samples.columns) columns, not \(samples.columns)")
            }
        }
        var fitting = try BoostingFit(options, loss, samples, targets, weights)
        try fitting.objective.check(validation?.targets)
        self.loss = loss
        columns = samples.columns
        bins = fitting.bins
        start = fitting.objective.start
        trees = []
        curve = []
        validationCurve = []
        var held = validation.map { part in [Double]((0..<part.samples.rows).flatMap { _ in start }) } ?? []
        var best = (round: 0, loss: Double.infinity)
        for round in 0..<options.rounds {
            let grown = fitting.round(round)
            trees += grown
            curve.append(fitting.loss)
            guard let validation else { continue }
            add(grown, to: &held, validation.samples)
            let loss = fitting.objective.loss(held, fitting.objective.encoded(validation.targets), nil)
            validationCurve.append(loss)
            if loss < best.loss { best = (round + 1, loss) }
            if round + 1 - best.round >= options.patience { break }
        }
        if validation != nil { trees.removeLast(trees.count - best.round * outputs) }
        let sum = fitting.gains.reduce(0, +)
        importance = fitting.gains.map { sum > 0 ? $0 / sum : 0 }
    }

    /// The scores [rows, outputs] before softmax or sigmoid.
    public func scores(_ samples: SampleMatrix) throws -> [Double] {
        try ShallowChecks.columns("boostedTrees", samples.columns, fitted: columns)
        var scores = [Double]((0..<samples.rows).flatMap { _ in start })
        add(trees, to: &scores, samples)
        return scores
    }

    /// Probabilities [rows, classes], or numbers [rows, outputs].
    public func predict(_ samples: SampleMatrix) throws -> SampleMatrix {
        let scores = try scores(samples)
        switch loss {
        case .logistic:
            return SampleMatrix(
                unchecked: samples.rows, 2,
                scores.flatMap { score in
                    let p = 1 / (1 + Elementary.exp(-score))
                    return [Float(1 - p), Float(p)]
                })
        case .softmax:
            var values: [Float] = []
            values.reserveCapacity(scores.count)
            for row in 0..<samples.rows {
                let mine = Array(scores[row * outputs..<(row + 1) * outputs])
                values += Scores.probabilities([mine])[0].map { Float($0) }
            }
            return SampleMatrix(unchecked: samples.rows, outputs, values)
        case .squared, nil: return SampleMatrix(unchecked: samples.rows, outputs, scores.map { Float($0) })
        }
    }

    private func add(_ trees: [RegressionTree], to scores: inout [Double], _ samples: SampleMatrix) {
        let outputs = outputs, width = samples.columns, rows = samples.rows
        let parts = rows * trees.count < 20_000 ? 1 : min(rows, 8 * Parallel.threads)
        scores.withUnsafeMutableBufferPointer { scores in
            samples.values.withUnsafeBufferPointer { values in
                nonisolated(unsafe) let (scores, values) = (scores, values)
                Parallel.forEach(parts) { part in
                    for (index, tree) in trees.enumerated() {
                        for row in rows * part / parts..<rows * (part + 1) / parts {
                            scores[row * outputs + index % outputs] += tree.value(values.baseAddress! + row * width, bins)
                        }
                    }
                }
            }
        }
    }
}

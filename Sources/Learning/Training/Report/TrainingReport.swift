/// What a report and a model card tell of a training run: plain data, filled by whoever trained.
public struct TrainingReport: Hashable, Sendable, Codable {
    /// A measure on the test data with its bootstrap interval.
    public struct Measure: Hashable, Sendable, Codable {
        public let name: String
        public let value: Double
        /// The interval; nil where it was not computed.
        public let low: Double?
        public let high: Double?
        public let largerIsBetter: Bool

        public init(_ name: String, _ value: Double, low: Double? = nil, high: Double? = nil, largerIsBetter: Bool) {
            self.name = name
            self.value = value
            self.low = low
            self.high = high
            self.largerIsBetter = largerIsBetter
        }
    }

    /// A value of the first measure that others reached.
    public struct Reference: Hashable, Sendable, Codable {
        public enum Kind: String, Hashable, Sendable, Codable {
            /// What costs nothing: the majority, the value of yesterday.
            case floor
            case published
        }
        public let name: String
        public let value: Double
        public let kind: Kind
        /// Where it was published.
        public let source: String?

        public init(_ name: String, _ value: Double, kind: Kind, source: String? = nil) {
            self.name = name
            self.value = value
            self.kind = kind
            self.source = source
        }
    }

    /// A shallow model on the same samples, compared with the deep one pair by pair.
    public struct Baseline: Hashable, Sendable, Codable {
        public let name: String
        /// Of the first measure.
        public let value: Double
        /// The deep model minus the baseline, with the interval of the paired bootstrap.
        public let difference: Double?
        public let low: Double?
        public let high: Double?

        public init(_ name: String, _ value: Double, difference: Double? = nil, low: Double? = nil, high: Double? = nil) {
            self.name = name
            self.value = value
            self.difference = difference
            self.low = low
            self.high = high
        }
    }

    /// How often samples of each class (row) were taken for each class (column).
    public struct Confusion: Hashable, Sendable, Codable {
        public let labels: [String]
        public let counts: [[Int]]

        /// - Throws: if there is not one row and one column for each label.
        public init(labels: [String], counts: [[Int]]) throws {
            guard !labels.isEmpty, counts.count == labels.count, counts.allSatisfy({ $0.count == labels.count }) else {
                throw LearningError(
                    "report",
                    "a confusion of \(labels.count) classes needs as many rows and columns, got \(counts.count) rows of \(counts.map(\.count))"
                )
            }
            self.labels = labels
            self.counts = counts
        }
    }

    /// Predicted against true numbers.
    public struct Scatter: Hashable, Sendable, Codable {
        public let truths: [Double]
        public let predictions: [Double]
        public let unit: String

        public init(truths: [Double], predictions: [Double], unit: String = "") throws {
            guard truths.count == predictions.count else {
                throw LearningError("report", "\(predictions.count) predictions for \(truths.count) true values")
            }
            self.truths = truths
            self.predictions = predictions
            self.unit = unit
        }
    }

    /// A line of a table of facts.
    public struct Fact: Hashable, Sendable, Codable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public struct FactGroup: Hashable, Sendable, Codable {
        public let name: String
        public let facts: [Fact]

        public init(_ name: String, _ facts: [Fact]) {
            self.name = name
            self.facts = facts
        }
    }

    public var title: String
    /// One sentence on what the model does.
    public var summary: String
    /// The day or the moment, as text.
    public var date = ""
    /// Of the deep model on the test data; the first is the one that counts.
    public var measures: [Measure] = []
    /// The first measure of each seed, where several were trained.
    public var seeds: [Double] = []
    public var references: [Reference] = []
    public var baselines: [Baseline] = []
    public var history: [EpochRecord] = []
    /// The epoch whose weights the model has.
    public var bestEpoch: Int?
    public var confusion: Confusion?
    public var scatter: Scatter?
    /// Data, model, training and whatever else is to be known.
    public var facts: [FactGroup] = []
    public var warnings: [String] = []
    /// For the model card.
    public var intendedUse = ""
    public var limitations: [String] = []
    public var license = ""
    /// Task, data sets and tags of the card's front matter.
    public var task = ""
    public var datasets: [String] = []
    public var tags: [String] = []

    public init(title: String, summary: String) {
        self.title = title
        self.summary = summary
    }

    /// Takes history, warnings and best epoch over from a run.
    public mutating func take(_ result: TrainingResult) {
        history = result.history
        bestEpoch = result.best?.epoch
        warnings = result.warnings
    }

    /// How the deep model stands to the best baseline, in a sentence; nil where nothing was compared.
    public var verdict: String? {
        guard let measure = measures.first, !baselines.isEmpty else { return nil }
        let larger = measure.largerIsBetter
        let best = baselines.reduce(baselines[0]) { (larger ? $1.value > $0.value : $1.value < $0.value) ? $1 : $0 }
        let isBetter = larger ? measure.value > best.value : measure.value < best.value
        let head = "The deep model is \(isBetter ? "better" : measure.value == best.value ? "as good" : "worse")"
        let than = measure.value == best.value ? "as" : "than"
        let sentence =
            "\(head) \(than) the best baseline, \(best.name): \(Wording.plain(measure.value)) against \(Wording.plain(best.value))"
        guard let low = best.low, let high = best.high else { return sentence + "." }
        let isClear = low > 0 || high < 0
        return sentence + (isClear ? ", and chance does not explain the difference." : ", but the difference may be chance.")
    }
}

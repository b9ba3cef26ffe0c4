public import Datasets
public import Engine
public import Formats
import Learning

/// The data of one run of a recipe: read, divided, and ready to be cut into batches with the columns `inputs` and `targets`.
public struct Corpus: Sendable {
    /// What is to be learned.
    public enum Goal: Hashable, Sendable {
        /// Which of these classes; targets are i32 numbers of classes.
        case classes([String])
        /// A number; targets are f32 (y - center) / spread. A cap bounds what is answered.
        case number(unit: String, center: Double, spread: Double, cap: Double?)
        /// The future of a series in the same scale as its past; targets are f32 [batch, horizon, channels].
        case series
    }

    /// The samples of a part as rows of numbers, for shallow models: f32 [samples, columns] and the targets.
    public struct Flat: Sendable {
        public let rows: [Float]
        public let columns: Int
        public let targets: [Float]

        public init(rows: [Float], columns: Int, targets: [Float]) {
            self.rows = rows
            self.columns = columns
            self.targets = targets
        }
    }

    public let goal: Goal
    /// Of one batch's inputs; its first extent is the batch.
    public let input: TensorType
    /// Shuffled and augmented batches of a size, for a seed.
    public let training: @Sendable (_ batch: Int, _ seed: UInt64) throws -> any HostSource
    /// In order and unchanged; nil where the recipe sets nothing aside.
    public let validation: (any HostSource)?
    public let test: any HostSource
    /// Training and test part for the shallow models; nil where rows of numbers would make no sense.
    public var flat: (training: Flat, test: Flat)?
    /// The validation part of a table's rows likewise.
    public var held: Flat?
    /// The true numbers of the test part before they were capped, where the recipe caps them.
    public var uncapped: [Float]?
    /// Texts of the training and the test part, for the shallow models.
    public var texts: (training: LabelledText, test: LabelledText)?
    /// What becomes of raw data before it goes in: part of the bundle.
    public var preparation: JSON = [:]
    /// For nets that read text: words and buckets with padding and the unknown one, columns that are words.
    public var vocabulary = 0, buckets = 0, length = 0
    /// For nets that read text: the rows of the training part.
    public var words: [Int32]?
    /// For nets that read windows: those of the training part, one after the other.
    public var windows: [Float]?
    /// Steps to forecast, for nets that continue a series.
    public var horizon: Int?
    /// Facts for the report.
    public var facts: [(name: String, value: String)] = []

    public init(
        goal: Goal, input: TensorType, training: @escaping @Sendable (_ batch: Int, _ seed: UInt64) throws -> any HostSource,
        validation: (any HostSource)?, test: any HostSource
    ) {
        self.goal = goal
        self.input = input
        self.training = training
        self.validation = validation
        self.test = test
    }
}

/// Reads a recipe's data once and divides it for each run.
public protocol CorpusMaker: Sendable {
    /// How many ways there are to divide it, where the recipe does not say: speakers, for one.
    var divisions: Int { get throws }
    /// The data of a run.
    func corpus(run: Int) throws -> Corpus
}

extension CorpusMaker {
    public var divisions: Int { get throws { 1 } }
}

extension Recipe {
    /// Reads the data that the recipe names.
    public func corpusMaker() throws -> any CorpusMaker {
        switch data.kind {
        case .mnist, .cifar, .medmnist, .images, .digits: try PictureCorpora(self)
        case .spokenDigits: try SpeechCorpora(self)
        case .text: try TextCorpora(self)
        case .series: try SeriesCorpora(self)
        case .table: try TableCorpora(self)
        }
    }
}

public import Datasets
public import Features
public import Learning

/// A training run in words: which data, which features, which model, how it is trained and what it is compared with.
///
/// Written as YAML; `RecipeSchema` says what may stand where.
public struct Recipe: Codable, Hashable, Sendable {
    /// Lower case letters, digits and hyphens; the run's folder and the bundle are called so.
    public var name: String
    /// One line for reports.
    public var title: String?
    public var data: DataSettings
    /// For tables: what becomes the model's input.
    public var features: FeatureDefinition?
    public var model: ModelSettings
    public var train: TrainSettings
    public var evaluate: EvaluateSettings
    public var compare: CompareSettings?
    /// Which model the bundle holds; left out the best one for rows of a table, where a validation part can tell it, else the net.
    public var ship: Ship?

    public enum Ship: String, Codable, Hashable, Sendable, CaseIterable { case net, best }
}

/// Where samples come from and which part of them tests.
public struct DataSettings: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        case mnist, cifar, medmnist, images, digits
        case spokenDigits = "spoken-digits"
        case text, table, series
    }
    public enum Rule: String, Codable, Hashable, Sendable, CaseIterable { case random, stratified, group, time, last }

    public var kind: Kind
    /// A folder or a file; `${data}` stands for the folder of the data sets.
    public var path: String?
    /// Files of the training, validation and test part, below `path`.
    public var train: String?
    public var validate: String?
    public var test: String?
    /// Share of the training part that validates, where there is no file for it.
    public var validation: Double?
    /// Share of the rows that test, where there is no file for them.
    public var testing: Double?
    public var split: Rule?
    /// The column whose values stay together.
    public var group: String?
    /// The column that orders rows.
    public var order: String?
    /// For text tables without a header.
    public var names: [String]?
    public var delimiter: String?
    /// Of a table, where neither its name nor its first bytes tell it.
    public var format: TableFormat?
    /// Adds a column with the steps that are left to each group: the remaining life.
    public var remaining: RemainingLife?
    /// For series: steps seen and steps forecast, and where the parts end.
    public var lookBack: Int?
    public var horizon: Int?
    public var parts: [Int]?
    /// For pictures from folders: side in pixels.
    public var size: Int?
    /// Spoken digits: `takes` tests the official takes, `speakers` one speaker at a time.
    public var leaveOut: String?

    public struct RemainingLife: Codable, Hashable, Sendable {
        /// What the new column is called.
        public var column: String
        /// A file with the life left after the last row of each group of the test part.
        public var test: String?
    }
}

/// Which net, with its settings.
public struct ModelSettings: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        case cifar, resnet9, spectrogram, perceptron, window, forecaster
        case textCNN = "text-cnn"
    }
    public var kind: Kind
    public var width: Int?
    public var hidden: Int?
    public var depth: Int?
    public var dropout: Double?
    public var bins: Int?
    public var embedding: Int?
    public var period: Int?
    public var isLinear: Bool?
    public var filters: Int?
    public var wordDropout: Double?
    public var gramDropout: Double?
}

/// How the net is trained.
public struct TrainSettings: Codable, Hashable, Sendable {
    public var optimizer: String?
    public var rate: Double?
    public var decay: Double?
    /// A name, or a name with settings.
    public var schedule: Schedule?
    public var epochs: Int
    public var batch: Int?
    public var precision: String?
    public var clip: Double?
    /// Kept share of the averaged weights per step.
    public var average: Double?
    public var smoothing: Double?
    public var loss: String?
    public var earlyStopping: Int?
    public var augment: AugmentSettings?
    /// Passes over the data in an epoch: for small data with augmentation.
    public var repeats: Int?
}

/// How samples are changed at random in training.
public struct AugmentSettings: Codable, Hashable, Sendable {
    public var shift: Int?
    public var rotate: Double?
    public var scale: Double?
    public var flip: Bool?
    public var cutout: Int?
    public var brightness: Double?
    public var noise: Double?
    public var speed: Double?
    public var pitch: Double?
    public var masks: Int?
    public var words: Double?
}

/// What is measured, and over which runs it is averaged.
public struct EvaluateSettings: Codable, Hashable, Sendable {
    public enum Over: String, Codable, Hashable, Sendable, CaseIterable { case seeds, folds, splits, groups }
    public var metric: String
    public var also: [String]?
    public var over: Over?
    public var runs: Int?
    /// Nets whose answers are averaged in each run.
    public var ensemble: Int?
    /// Averages the answers for a picture and its mirror image.
    public var mirror: Bool?
}

/// What the result is set beside.
public struct CompareSettings: Codable, Hashable, Sendable {
    /// Reached by a simple model on this protocol.
    public var floor: Double?
    public var published: [String: Double]?
    public var baselines: [BaselineKind]?
}

public import Engine

/// What a training step does beside loss, gradient and update.
public struct TrainOptions {
    public var precision = Program.Options.Precision.f32
    /// Fixes dropout and every other random number of the steps.
    public var seed: UInt64
    public var clipping: GradientClipping?
    /// Kept share of the moving average of the parameters per step, such as 0.999; nil keeps no average.
    public var averaging: Double?
    /// So many batches make one update, whose gradient is their mean.
    public var accumulation: Int
    /// Parameters that another optimizer or rate trains; the first group whose pattern matches counts.
    public var groups: [ParameterGroup]
    /// Joins the processes of a run that each learn from their share of every batch, such as `DataParallel`.
    public var reduction: (any GradientReduction)?
    /// Threads of the step; nil takes `MILLRACE_THREADS` or one for each processor.
    public var threads: Int?

    public init(
        seed: UInt64 = 0, clipping: GradientClipping? = nil, averaging: Double? = nil, accumulation: Int = 1, groups: [ParameterGroup] = [],
        reduction: (any GradientReduction)? = nil, threads: Int? = nil
    ) {
        self.seed = seed
        self.clipping = clipping
        self.averaging = averaging
        self.accumulation = accumulation
        self.groups = groups
        self.reduction = reduction
        self.threads = threads
    }

    func with(precision: Program.Options.Precision) -> TrainOptions {
        var copy = self
        copy.precision = precision
        return copy
    }
}

/// Parameters, chosen by a pattern over their names, that are trained in another way than the rest.
public struct ParameterGroup: Sendable {
    /// `*` stands for any text: `*.bias`.
    public let pattern: NamePattern
    /// nil takes the step's.
    public let optimizer: (any Optimizer)?
    /// Multiplies the rate.
    public let rateFactor: Double

    public init(_ pattern: String, _ optimizer: (any Optimizer)? = nil, rateFactor: Double = 1) {
        self.pattern = NamePattern(pattern)
        self.optimizer = optimizer
        self.rateFactor = rateFactor
    }
}

/// Keeps gradients within bounds.
public enum GradientClipping: Hashable, Sendable {
    /// Every element within ±bound.
    case value(Double)
    /// All gradients together are scaled so that their Euclidean norm is at most the bound (Pascanu et al. 2013).
    case norm(Double)

    func clipped(_ gradients: [Tensor]) -> [Tensor] {
        switch self {
        case .value(let bound): return gradients.map { $0.clamped(-bound, bound) }
        case .norm(let bound):
            let squares = gradients.map { $0.cast(to: .f32).square().sum() }
            let norm = squares.dropFirst().reduce(squares[0], +).sqrt()
            let factor = minimum(bound / (norm + 1e-6), 1)
            return gradients.map { $0 * factor.cast(to: $0.dtype) }
        }
    }
}

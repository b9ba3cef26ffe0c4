import Engine
public import Formats
import Learning

/// How fast a recipe's net learns and answers on this machine.
public struct RecipeBench: Codable, Hashable, Sendable {
    public let recipe: String
    public let parameters: Int
    public let batch: Int
    /// With loading, augmentation and logging, after the first steps.
    public let trainingSamplesPerSecond: Double
    public let trainingSteps: Int
    public let inferenceSamplesPerSecond: Double
    /// Seconds for one sample.
    public let latencyMedian: Double
    public let latencyP99: Double
    public let latencyRuns: Int
    public let kernels: String

    public var json: JSON { get throws { try JSON(encoding: self) } }

    /// - Parameter seconds: that each of the three measurements may take.
    public init(_ recipe: Recipe, seconds: Double, threads: Int? = nil) throws {
        let clock = ContinuousClock(), limit = Duration.seconds(seconds)
        let corpus = try recipe.corpusMaker().corpus(run: 0)
        var endless = recipe
        endless.train.epochs = 1_000_000
        // Validation would be measured as well, and early stopping would end the measurement.
        endless.train.earlyStopping = nil
        var start: ContinuousClock.Instant?, steps = 0, last = clock.now
        let warmUp = 3
        let fit = try Fit(endless, corpus, seed: 1, threads: threads) { options in
            options.observers.append { event in
                guard case .batch = event else { return }
                steps += 1
                last = clock.now
                if steps == warmUp { start = last }
            }
            options.isStopRequested = { start.map { clock.now - $0 > limit } ?? false }
        }
        let size = recipe.train.batch ?? 64
        let taken = start.map { Self.seconds(last - $0) } ?? 0
        trainingSteps = max(0, steps - warmUp)
        trainingSamplesPerSecond = taken > 0 ? Double(trainingSteps * size) / taken : 0

        let bundle = try fit.bundle(seed: 1, data: "", versions: [:], finished: 0)
        var batches = try corpus.test.batches(epoch: 0, from: 0)
        guard let first = try batches.next() else { throw RecipeError("bench", "the test part is empty", at: recipe.name) }
        let values = SampleValues(first.inputs), count = first.count
        let session = try BundleSession(bundle, batch: min(size, count), threads: threads)
        let part = values.prefix(session.batch * session.inputSize)
        _ = try session.answers(to: part, count: session.batch)
        var runs = 0
        let begin = clock.now
        while clock.now - begin < limit {
            _ = try session.answers(to: part, count: session.batch)
            runs += 1
        }
        inferenceSamplesPerSecond = Double(runs * session.batch) / Self.seconds(clock.now - begin)

        let single = try BundleSession(bundle, batch: 1, threads: threads)
        var times: [Double] = []
        let beginSingle = clock.now
        while clock.now - beginSingle < limit, times.count < 1_000_000 {
            let sample = times.count % count, own = values[sample * single.inputSize..<(sample + 1) * single.inputSize]
            let now = clock.now
            _ = try single.answers(to: own, count: 1)
            times.append(Self.seconds(clock.now - now))
        }
        times.sort()
        latencyMedian = times[times.count / 2]
        latencyP99 = times[min(times.count - 1, times.count * 99 / 100)]
        latencyRuns = times.count
        self.recipe = recipe.name
        parameters = fit.net.parameters.reduce(0) { $0 + $1.parameter.shape.count }
        batch = size
        kernels = Program.Options.Kernels.preferred.rawValue
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}

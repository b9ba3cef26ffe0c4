import Learning

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Hoeffding trees that each see the stream in their own way and are replaced when the stream leaves them behind.
///
/// Each tree learns each row with a weight drawn from a Poisson distribution, and its leaves split by a few columns drawn at random. An
/// ADWIN per tree watches its errors with a lenient level: at its alarm a background tree begins to learn. A second ADWIN with a strict level
/// puts the background tree in its place. Trees vote with their accuracy since they began.
///
/// Gomes and others: Adaptive random forests for evolving data stream classification (Machine Learning 2017).
public struct AdaptiveRandomForest: StreamLearner {
    public static let name = "adaptive-random-forest"
    public let features: Int
    public let classes: Int
    /// The mean of the weights that the trees draw.
    public let intensity: Double
    public let warningLevel: Double
    public let driftLevel: Double
    public private(set) var refused = 0
    /// How many trees were replaced.
    public private(set) var replacements = 0
    private var random: SplitMix
    private var trees: [HoeffdingTree]
    private var background: [HoeffdingTree]
    private var hasBackground: [Bool]
    private var warnings: [ADWIN]
    private var drifts: [ADWIN]
    private var right: [Double], seen: [Double]  // answers of each tree since it began
    private var steps: [Double]  // of the Poisson distribution
    private var buffer: [Float]

    /// The settings of the trees where nothing else is asked for.
    public static func treeSettings(features: Int) -> TreeSettings {
        TreeSettings(
            leafLimit: 400, gracePeriod: 50, splitConfidence: 0.01, tieThreshold: 0.05,
            columnsPerLeaf: min(features, Int(Double(features).squareRoot().rounded()) + 1))
    }

    /// - Parameters:
    ///   - trees: their number; memory is that of twice as many.
    ///   - settings: of a tree; nil for `treeSettings(features:)`.
    public init(
        features: Int, classes: Int, trees count: Int = 10, settings: TreeSettings? = nil, intensity: Double = 6,
        warningLevel: Double = 0.01,
        driftLevel: Double = 0.001, seed: UInt64 = 0
    ) {
        precondition(
            (1...1024).contains(count) && intensity > 0 && intensity <= 100, "adaptive-random-forest: trees or intensity out of range")
        self.features = features
        self.classes = classes
        self.intensity = intensity
        self.warningLevel = warningLevel
        self.driftLevel = driftLevel
        let settings = settings ?? Self.treeSettings(features: features)
        var random = SplitMix(seed: seed)
        trees = (0..<count).map { _ in HoeffdingTree(features: features, classes: classes, settings: settings, seed: random.next()) }
        background = trees
        self.random = random
        hasBackground = Array(repeating: false, count: count)
        warnings = Array(repeating: ADWIN(delta: warningLevel, keepsWindow: true), count: count)
        drifts = Array(repeating: ADWIN(delta: driftLevel, keepsWindow: true), count: count)
        right = Array(repeating: 0, count: count)
        seen = right
        steps = Self.poissonSteps(intensity)
        buffer = Array(repeating: 0, count: classes)
    }

    /// P(k ≤ 0), P(k ≤ 1), … up to the last that is told from 1.
    private static func poissonSteps(_ mean: Double) -> [Double] {
        var probability = exp(-mean), sum = probability, steps = [sum], k = 0.0
        while sum < 1 - 1e-12 && k < 400 {
            k += 1
            probability *= mean / k
            sum += probability
            steps.append(sum)
        }
        return steps
    }

    private mutating func poisson() -> Int {
        let unit = random.unit()
        var k = 0
        while k < steps.count - 1 && steps[k] < unit { k += 1 }
        return k
    }

    public func score(_ row: [Float], into scores: inout [Float]) {
        checkShapes(row, scores)
        share(&scores)
        guard isFinite(row) else { return }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: classes) { votes in
            votes.initialize(repeating: 0)
            for tree in trees.indices {
                trees[tree].score(row, at: trees[tree].leaf(row), into: &scores)
                let trust = seen[tree] > 0 ? Float(right[tree] / seen[tree]) : 1
                for label in 0..<classes { votes[label] += trust * scores[label] }
            }
            for label in 0..<classes { scores[label] = votes[label] }
        }
        normalize(&scores)
    }

    public mutating func learn(_ row: [Float], label: Int, weight: Float) {
        guard accepts(row, label: label, weight: weight) else {
            refused += 1
            return
        }
        var scores = buffer
        buffer = []
        for tree in trees.indices {
            let leaf = trees[tree].leaf(row)
            let bayes = trees[tree].score(row, at: leaf, into: &scores)
            let isRight = greatest(scores) == label
            right[tree] += isRight ? 1 : 0
            seen[tree] += 1
            let drawn = Double(poisson()) * Double(weight)
            if drawn > 0 {
                trees[tree].learn(row, at: leaf, label: label, weight: drawn, bayes: bayes)
                if hasBackground[tree] { background[tree].learn(row, label: label, weight: Float(drawn)) }
            }
            watch(tree, error: isRight ? 0 : 1)
        }
        buffer = scores
    }

    private mutating func watch(_ tree: Int, error: Double) {
        if Self.rises(&warnings[tree], error) {
            background[tree].restart(seed: random.next())
            hasBackground[tree] = true
            warnings[tree].restart()
        }
        guard Self.rises(&drifts[tree], error) else { return }
        if hasBackground[tree] { swap(&trees[tree], &background[tree]) } else { trees[tree].restart(seed: random.next()) }
        hasBackground[tree] = false
        warnings[tree].restart()
        drifts[tree].restart()
        (right[tree], seen[tree]) = (0, 0)
        replacements += 1
    }

    /// Whether the detector alarms because errors have become more frequent.
    private static func rises(_ detector: inout ADWIN, _ error: Double) -> Bool {
        let before = detector.mean
        return detector.on(error) == .drift && detector.mean > before
    }

    private func bytes(_ parts: [Int]) -> Int { parts.reduce(MemoryLayout<Self>.size + trees.count * 17 + 8 * steps.count, +) }
    public var memoryLimit: Int {
        bytes(trees.map { 2 * $0.memoryLimit } + warnings.map { 2 * $0.memoryLimit })
    }
    public var memoryBytes: Int {
        bytes(trees.map(\.memoryBytes) + background.map(\.memoryBytes) + warnings.map(\.memoryBytes) + drifts.map(\.memoryBytes))
    }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        for number in [intensity, warningLevel, driftLevel] { writer.write(number) }
        writer.write(refused)
        writer.write(replacements)
        writer.write(random)
        writer.write(trees)
        writer.write(background)
        writer.write(hasBackground.map { $0 ? 1 as UInt8 : 0 })
        writer.write(warnings)
        writer.write(drifts)
        writer.write(right)
        writer.write(seen)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        intensity = try reader.finite("intensity", in: 1e-9...100)
        warningLevel = try reader.finite("warning level", in: .leastNonzeroMagnitude...1)
        driftLevel = try reader.finite("drift level", in: .leastNonzeroMagnitude...1)
        refused = try reader.count("refused")
        replacements = try reader.count("replacements")
        random = try reader.state(SplitMix.self)
        trees = try reader.states(HoeffdingTree.self, "trees", count: 1...1024)
        let count = trees.count
        background = try reader.states(HoeffdingTree.self, "background", count: count...count)
        (features, classes) = (trees[0].features, trees[0].classes)
        let (features, classes, settings) = (self.features, self.classes, trees[0].settings)
        try reader.require(
            (trees + background).allSatisfy { $0.features == features && $0.classes == classes && $0.settings == settings }, "trees",
            "differ in kind")
        hasBackground = try reader.numbers(UInt8.self, "has background", count: count).map { $0 == 1 }
        warnings = try reader.states(ADWIN.self, "warnings", count: count...count)
        drifts = try reader.states(ADWIN.self, "drifts", count: count...count)
        right = try reader.finite("right", count: count)
        seen = try reader.finite("seen", count: count)
        steps = Self.poissonSteps(intensity)
        buffer = Array(repeating: 0, count: classes)
    }
}

import Datasets
import Engine
public import Features
import Formats
public import Learning

/// Whether a bundle gives the same answers on every way: stored and now, from disk again, one by one, with other kernels, from events.
public struct BundleCheck {
    /// The largest difference on one way.
    public struct Finding: Sendable, Hashable, Codable {
        public let way: String
        public let samples: Int
        /// The largest |a − b| / max(1, |b|).
        public let difference: Double
        public let limit: Double
        public var holds: Bool { difference <= limit }
    }

    public private(set) var findings: [Finding] = []
    /// What could not be checked, and why.
    public private(set) var remarks: [String] = []

    public var holds: Bool { findings.allSatisfy(\.holds) }

    /// - Parameters:
    ///   - frame: rows for a bundle that was trained on a table: answered as a whole and event by event.
    ///   - items: samples for a bundle that answers something else: answered together and one by one.
    ///   - limit: the largest difference between numbers that were computed in another order.
    ///   - scratch: a folder for the copy that is written and read again; it is made, and removed afterwards.
    public init(
        _ bundle: ModelBundle, frame: Frame? = nil, items: (values: SampleValues, count: Int)? = nil, limit: Double, scratch: String,
        threads: Int? = nil
    ) throws {
        var values: SampleValues, count: Int
        let session = try BundleSession(bundle, batch: 32, threads: threads)
        let golden = bundle.training.notes["golden"]
        if let golden {
            guard let stored = golden["count"]?.int, stored > 0,
                let inputs = golden["inputs"].flatMap({ SampleValues($0, bundle.signature.inputs[0].dtype) }),
                case .fractions(let answers)? = golden["answers"].flatMap({ SampleValues($0, .f32) }), stored <= 1 << 20,
                inputs.count == stored * session.inputSize, answers.count == stored * session.outputSize
            else { throw RecipeError("verify", "the samples that the bundle carries are damaged", at: bundle.name) }
            (values, count) = (inputs, stored)
            try note("stored answers", session.answers(to: values, count: count), answers, count, limit)
        } else {
            remarks.append("the bundle carries no samples with answers, as after an import: drawn numbers are used")
            count = 8
            let isWhole = bundle.signature.inputs[0].dtype == .i32
            values =
                isWhole
                ? .whole([Int32](repeating: 1, count: count * session.inputSize))
                : SampleValues(Tensor.normal([count * session.inputSize], key: RandomKey(seed: 1)))
        }
        let intake = frame == nil ? nil : try TableIntake(bundle)
        var rows: [Int] = []
        if let frame, let intake {
            let samples = try intake.samples(frame)
            guard !samples.rows.isEmpty else { throw RecipeError("verify", "the table gives no sample", at: bundle.name) }
            (values, count, rows) = (samples.values, samples.rows.count, samples.rows)
        }
        if let items {
            guard items.count > 0 else { throw RecipeError("verify", "the input gives no sample", at: bundle.name) }
            (values, count) = items
        }
        let answers = try session.answers(to: values, count: count)

        let other: Program.Options.Kernels = Program.Options.Kernels.preferred == .native ? .portable : .native
        if other == .native { remarks.append("oneDNN is not in use here, so there are no native kernels to compare with") }
        if other == .portable {
            let portable = try BundleSession(bundle, batch: 32, options: .init(kernels: .portable), threads: threads)
            try note("portable against native kernels", portable.answers(to: values, count: count), answers, count, limit)
        }
        let single = try BundleSession(bundle, batch: 1, threads: threads)
        if let frame, let intake {
            let events = try Self.events(frame, intake, single)
            guard events.rows == rows else {
                throw RecipeError(
                    "verify", "the table gives \(rows.count) samples, its events give \(events.rows.count), or they end with other rows",
                    at: bundle.name)
            }
            findings.append(
                .init(
                    way: "features of events against the table's", samples: count, difference: difference(events.values, values), limit: 0))
            note("single events against the batch", events.answers, answers, count, limit)
        } else {
            try note("one by one against the batch", single.answers(to: values, count: count), answers, count, limit)
        }
        try bundle.write(to: scratch)
        defer { try? Files.remove(scratch) }
        let again = try BundleSession(ModelBundle(reading: scratch), batch: 32, threads: threads)
        try note("written and read again", again.answers(to: values, count: count), answers, count, 0)
    }

    /// With an input to answer both ways, as far as the bundle's kind of data goes.
    ///
    /// - Parameter rows: of the input that are looked at, from its start.
    public init(
        _ bundle: ModelBundle, input: String, options: InputOptions, rows: Int, limit: Double, scratch: String, threads: Int? = nil
    ) throws {
        let preparation = try Preparation(bundle)
        if case .table = preparation {
            self = try BundleCheck(
                bundle, frame: options.table(input).frame(limit: rows), limit: limit, scratch: scratch, threads: threads)
            return
        }
        var source = try preparation.items(input, options), values: SampleValues?, count = 0, seen = 0, problems = 0
        while seen < rows, let piece = try source.next() {
            values = values.map { $0 + piece.values } ?? piece.values
            (count, seen, problems) = (count + piece.rows.count, seen + piece.frame.rowCount, problems + piece.problems.count)
        }
        self = try BundleCheck(bundle, items: (values ?? .fractions([]), count), limit: limit, scratch: scratch, threads: threads)
        remarks += source.remarks
        if problems > 0 { remarks.append("something is wrong with \(problems) of \(seen) items, which were left out") }
    }

    /// Feeds the rows of a table as events, in the order of their moments.
    private static func events(_ frame: Frame, _ intake: TableIntake, _ session: BundleSession) throws -> (
        rows: [Int], values: SampleValues, answers: [Float]
    ) {
        var stream = try FeatureStream(intake.features, entities: max(1, frame.rowCount))
        let order = try intake.features.definition.order.map { try frame.order(by: [SortKey($0)]) } ?? Array(0..<frame.rowCount)
        var found: [(row: Int, values: [Float], answers: [Float])] = []
        for row in order {
            guard let sample = try stream.on(frame.row(row)) else { continue }
            let values = intake.sample(sample)
            guard case .fractions(let numbers) = values else { continue }
            found.append((row, numbers, try session.answers(to: values, count: 1)))
        }
        found.sort { $0.row < $1.row }
        return (found.map(\.row), .fractions(found.flatMap(\.values)), found.flatMap(\.answers))
    }

    private mutating func note(_ way: String, _ one: [Float], _ other: [Float], _ count: Int, _ limit: Double) {
        findings.append(
            Finding(way: way, samples: count, difference: difference(.fractions(one), .fractions(other)), limit: limit))
    }
}

/// The largest |a − b| / max(1, |b|); equal bits differ by nothing, also where they are no numbers.
private func difference(_ one: SampleValues, _ other: SampleValues) -> Double {
    switch (one, other) {
    case (.fractions(let a), .fractions(let b)) where a.count == b.count:
        return zip(a, b).reduce(0.0) { worst, pair in
            if pair.0.bitPattern == pair.1.bitPattern { return worst }
            let here = Double(abs(pair.0 - pair.1)) / max(1, Double(abs(pair.1)))
            return here.isNaN ? .infinity : max(worst, here)
        }
    case (.whole(let a), .whole(let b)): return a == b ? 0 : .infinity
    default: return .infinity
    }
}

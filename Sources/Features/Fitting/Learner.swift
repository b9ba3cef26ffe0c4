/// Learns what one step of a group of numbers needs, from rows as the steps before it give them.
enum Learner {
    case moments([Moments], FeatureStep)
    case quantiles([QuantileFinder], [[Double]?], FeatureStep)
    case components(Covariance, FeatureStep.Components, whiten: Bool)
    case selection(MutualInformation, count: Int)

    /// nil where the step learns nothing.
    init?(_ step: FeatureStep, width: Int, hasClasses: Bool) {
        func finders(_ quantiles: [Double]) -> Learner {
            .quantiles(
                [QuantileFinder](repeating: QuantileFinder(quantiles), count: width), [[Double]?](repeating: nil, count: width), step)
        }
        switch step {
        case .impute(.mean), .scale(.standard), .scale(.minMax): self = .moments([Moments](repeating: Moments(), count: width), step)
        case .impute(.median): self = finders([0.5])
        case .clipQuantiles(let low, let high): self = finders([low, high])
        case .scale(.robust): self = finders([0.25, 0.5, 0.75])
        case .pca(let components, let whiten): self = .components(Covariance(width: width), components, whiten: whiten)
        case .select(let count): self = .selection(MutualInformation(width: width, hasClasses: hasClasses), count: count)
        case .impute, .clip, .scale(.log1p), .oneHot, .ordinal, .hash, .tokens: return nil
        }
    }

    mutating func add(_ row: UnsafePointer<Double>, target: Double) {
        switch self {
        case .moments(var moments, let step):
            self = .moments([], step)
            for column in moments.indices { moments[column].add(row[column]) }
            self = .moments(moments, step)
        case .quantiles(var finders, let found, let step):
            self = .quantiles([], [], step)
            for column in finders.indices where found[column] == nil { finders[column].add(row[column]) }
            self = .quantiles(finders, found, step)
        case .components(var covariance, let components, let whiten):
            self = .components(Covariance(width: 0), components, whiten: whiten)
            covariance.add(row)
            self = .components(covariance, components, whiten: whiten)
        case .selection(var information, let count):
            self = .selection(MutualInformation(width: 0, hasClasses: false), count: count)
            information.add(row, target: target)
            self = .selection(information, count: count)
        }
    }

    /// Ends a pass: what was learned, or nil where another pass is needed. `names` are the columns' names, for messages.
    mutating func finish(_ names: [String]) throws -> Learned? {
        func demand(_ number: Double, _ column: Int, _ what: String) throws -> Double {
            if number.isFinite { return number }
            throw FeatureError(
                "fit", "the column has no value to learn its \(what) from", at: column < names.count ? names[column] : "\(column)")
        }
        func divisor(_ value: Double, _ column: Int) throws -> Double {
            if value.isFinite { return value > 0 ? value : 1 }
            throw FeatureError("fit", "the column's numbers are too large for their spread to be computed: clip them", at: names[column])
        }
        switch self {
        case .moments(let moments, let step):
            switch step {
            case .impute: return .fill(values: try moments.enumerated().map { try demand($1.mean, $0, "mean") })
            case .scale(.minMax):
                return .scale(
                    offsets: try moments.enumerated().map { try demand($1.minimum, $0, "range") },
                    divisors: try moments.enumerated().map { try divisor($1.maximum - $1.minimum, $0) })
            default:
                return .scale(
                    offsets: try moments.enumerated().map { try demand($1.mean, $0, "mean") },
                    divisors: try moments.enumerated().map { column, moment in
                        // A spread that is nothing but rounding would blow noise up to size one.
                        let deviation = moment.variance.squareRoot()
                        return deviation > abs(moment.mean) * 1e-15 || !deviation.isFinite ? try divisor(deviation, column) : 1
                    })
            }
        case .quantiles(var finders, var found, let step):
            for column in finders.indices where found[column] == nil { found[column] = finders[column].finish() }
            if found.contains(where: { $0 == nil }) {
                self = .quantiles(finders, found, step)
                return nil
            }
            let numbers = try found.enumerated().map { column, numbers in try (numbers ?? []).map { try demand($0, column, "quantiles") } }
            switch step {
            case .impute: return .fill(values: numbers.map { $0[0] })
            case .clipQuantiles: return .bounds(low: numbers.map { $0[0] }, high: numbers.map { $0[1] })
            default:
                return .scale(offsets: numbers.map { $0[1] }, divisors: try numbers.enumerated().map { try divisor($1[2] - $1[0], $0) })
            }
        case .components(var covariance, let wanted, let whiten):
            guard let found = covariance.finish() else {
                self = .components(covariance, wanted, whiten: whiten)
                return nil
            }
            if found.count < 2 {
                throw FeatureError("fit", "principal components need two rows without a missing value, there are \(found.count)")
            }
            let total = found.variances.reduce(0, +)
            if !total.isFinite { throw FeatureError("fit", "the numbers are too large for principal components: scale them first") }
            var count = 0, share = 0.0
            switch wanted {
            case .count(let number): count = min(number, found.rows.count)
            case .share(let least):
                while count < found.rows.count, count == 0 || share < least * total {
                    share += found.variances[count]
                    count += 1
                }
            }
            return .components(means: found.means, rows: Array(found.rows.prefix(count)), variances: found.variances, whiten: whiten)
        case .selection(var information, let count):
            guard let found = information.finish() else {
                self = .selection(information, count: count)
                return nil
            }
            let best = found.indices.sorted { found[$0] == found[$1] ? $0 < $1 : found[$0] > found[$1] }.prefix(count)
            return .kept(columns: best.sorted(), information: found)
        }
    }
}

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Finds the fault that explains suspicious rows best.
///
/// For every sensor and kind it proposes the onset and the amount that fit that sensor's errors best, takes the proposed fault out of the
/// readings, and asks whether *all* sensors are normal then, beside each other and beside their own past. A wrong sensor cannot pass:
/// the correction that repairs the relation to its neighbours tears its own past, or leaves a pattern in theirs.
struct FaultSearch {
    let model: StationModel
    /// Rows of standardised readings; the first `FaultSearch.lead` serve as past only.
    private let readings: [[Double]]
    private let known: [[Double]]
    /// The first row in which a fault other than a drift may begin.
    private let first: Int
    private let errors: [(byOthers: [Double], byPast: [Double])]

    static let lead = 30
    /// How long before the suspicion a sudden fault can have begun.
    static let reachBack = 60
    private static let othersReach = 25.0
    private static let pastReach = 100.0
    /// Squared errors by the past up to this are usual at any time.
    private static let pastSlack = 4.0
    /// A gain nearer to 1 is called an offset.
    private static let smallestGain = 0.1

    private var count: Int { readings.count }

    /// - Parameter suspicion: the row in which the suspicion arose.
    init(model: StationModel, rows: [[Double]], suspicion: Int) {
        self.model = model
        readings = rows.map { model.standardised($0) }
        known = rows.map { Array($0[model.sensorCount...]) }
        first = max(Self.lead, suspicion - Self.reachBack)
        errors = model.active.indices.map { [readings, known] in model.errors($0, readings, known, from: 0) }
    }

    /// The best explanation, what the sensor would have read without the fault, row by row, and by how much the best explanation with
    /// another sensor is worse.
    func best() -> (hypothesis: FaultHypothesis, normal: [Double], margin: Double)? {
        var best: FaultHypothesis?, costs: [Int: Double] = [:]
        for index in model.active.indices {
            let expected = expectation(index)
            for proposal in proposals(index, expected) {
                var proposal = proposal
                proposal.cost = cost(of: proposal, expected)
                costs[index] = min(costs[index] ?? .infinity, proposal.cost)
                if proposal.cost < best?.cost ?? .infinity { best = proposal }
            }
        }
        guard let best else { return nil }
        let sensor = model.active[best.index], unit = model.deviations[sensor], mean = model.means[sensor]
        let normal = corrected(best, expectation(best.index)).map { $0 * unit + mean }
        return (best, normal, (costs.filter { $0.key != best.index }.values.min() ?? .infinity) - best.cost)
    }

    /// What the sensor should read by the others, standardised.
    private func expectation(_ index: Int) -> [Double] {
        let sensor = model.active[index], unit = model.forecasts[index].othersError
        return readings.indices.map { readings[$0][sensor] - errors[index].byOthers[$0] * unit }
    }

    // MARK: Proposals

    private func proposals(_ index: Int, _ expected: [Double]) -> [FaultHypothesis] {
        byOthers(index, expected) + byPast(index) + runs(index)
    }

    /// The best onset and amount of each kind by the other sensors.
    private func byOthers(_ index: Int, _ expected: [Double]) -> [FaultHypothesis] {
        let sensor = model.active[index], scale = model.deviations[sensor], mean = model.means[sensor]
        let error = model.forecasts[index].othersError * scale
        let values = readings.map { $0[sensor] * scale + mean }, wanted = expected.map { $0 * scale + mean }
        let residuals = zip(values, wanted).map { $0 - $1 }
        func capped(_ residual: Double) -> Double { min((residual / error) * (residual / error), Self.othersReach) }
        var before = 0.0
        for row in 0..<Self.lead { before += capped(residuals[row]) }
        var best: [String: FaultHypothesis] = [:]
        func propose(_ kind: FaultKind, _ onset: Int, _ cost: Double) {
            if cost < best[kind.name]?.cost ?? .infinity {
                best[kind.name] = FaultHypothesis(index: index, kind: kind, onset: onset, end: count, cost: cost)
            }
        }
        for onset in Self.lead..<max(Self.lead, count - 5) {
            let rows = onset..<count
            if rows.count >= 12 {
                var products = 0.0, squares = 0.0
                for row in rows {
                    let age = Double(row - onset)
                    products += residuals[row] * age
                    squares += age * age
                }
                let slope = products / max(squares, 1)
                propose(.drift(slope), onset, rows.reduce(before) { $0 + capped(residuals[$1] - slope * Double($1 - onset)) })
            }
            if onset >= first {
                let offset = RobustStatistics.median(Array(residuals[onset...]))
                propose(.offset(offset), onset, rows.reduce(before) { $0 + capped(residuals[$1] - offset) })
                if let gain = gain(values, wanted, rows, error), abs(gain - 1) > Self.smallestGain {
                    propose(.gain(gain), onset, rows.reduce(before) { $0 + capped(values[$1] - gain * wanted[$1]) })
                }
                let variance = rows.reduce(0) { $0 + residuals[$1] * residuals[$1] } / Double(rows.count), excess = variance - error * error
                if rows.count >= 12, excess > 0 {
                    let cost = before + Double(rows.count) * (1 + log(variance / (error * error)))
                    propose(.noise(excess.squareRoot()), onset, cost)
                }
            }
            before += capped(residuals[onset])
        }
        return Array(best.values)
    }

    /// The factor between values and expectations by least squares, once more without what does not fit; nil if it is none.
    private func gain(_ values: [Double], _ wanted: [Double], _ rows: Range<Int>, _ error: Double) -> Double? {
        func factor(_ rows: [Int]) -> Double? {
            let squares = rows.reduce(0) { $0 + wanted[$1] * wanted[$1] }
            return squares > 0 ? rows.reduce(0) { $0 + values[$1] * wanted[$1] } / squares : nil
        }
        guard let rough = factor(Array(rows)) else { return nil }
        let fitting = rows.filter { abs(values[$0] - rough * wanted[$0]) < 6 * error }
        let gain = fitting.count > 3 ? factor(fitting) ?? rough : rough
        return gain > 0.05 ? gain : nil
    }

    /// What the sensor's own past proposes: a step where it jumped most, noise since it became restless.
    private func byPast(_ index: Int) -> [FaultHypothesis] {
        let sensor = model.active[index], scale = model.deviations[sensor], forecast = model.forecasts[index]
        let surprises = errors[index].byPast
        guard first < count - 12 else { return [] }
        let jump = (first..<count).reduce(first) { abs(surprises[$1]) > abs(surprises[$0]) ? $1 : $0 }
        let offset = surprises[jump] * forecast.pastError * scale, value = readings[jump][sensor] * scale + model.means[sensor]
        var proposals = [FaultHypothesis(index: index, kind: .offset(offset), onset: jump, end: count)]
        let gain = value / (value - offset)
        if gain.isFinite, gain > 0.05, abs(gain - 1) > Self.smallestGain {
            proposals.append(FaultHypothesis(index: index, kind: .gain(gain), onset: jump, end: count))
        }
        let squares = surprises.map { min($0 * $0, StationModel.reach) }
        var before = squares[..<first].reduce(0, +), after = squares[first...].reduce(0, +), noise: FaultHypothesis?
        for onset in first..<count - 12 {
            let variance = after / Double(count - onset), cost = before + Double(count - onset) * (1 + log(max(variance, 1e-9)))
            if variance > 1.5, cost < noise?.cost ?? .infinity {
                let deviation = (variance - 1).squareRoot() * forecast.pastError * scale / forecast.noiseGain
                noise = FaultHypothesis(index: index, kind: .noise(deviation), onset: onset, end: count, cost: cost)
            }
            before += squares[onset]
            after -= squares[onset]
        }
        if let noise { proposals.append(noise) }
        return proposals
    }

    /// The stretch of equal readings whose end of standing still would mend most by the others.
    private func runs(_ index: Int) -> [FaultHypothesis] {
        let sensor = model.active[index]
        var best: FaultHypothesis?, start = first
        while start < count {
            var end = start + 1
            while end < count, readings[end][sensor] == readings[start][sensor] { end += 1 }
            if end - start >= 6 {
                let mended = (start..<end).reduce(0) { $0 + min(errors[index].byOthers[$1] * errors[index].byOthers[$1], Self.othersReach) }
                if -mended < best?.cost ?? .infinity {
                    let value = readings[start][sensor] * model.deviations[sensor] + model.means[sensor]
                    best = FaultHypothesis(index: index, kind: .stuck(value), onset: start, end: end, cost: -mended)
                }
            }
            start = end
        }
        return best.map { [$0] } ?? []
    }

    // MARK: Judgement

    /// The sensor's readings without the fault, standardised.
    private func corrected(_ hypothesis: FaultHypothesis, _ expected: [Double]) -> [Double] {
        let sensor = model.active[hypothesis.index], scale = model.deviations[sensor], mean = model.means[sensor]
        var values = readings.map { $0[sensor] }
        for row in hypothesis.onset..<hypothesis.end {
            switch hypothesis.kind {
            case .offset(let amount): values[row] -= amount / scale
            case .gain(let factor): values[row] = ((values[row] * scale + mean) / factor - mean) / scale
            case .drift(let slope): values[row] -= slope * Double(row - hypothesis.onset) / scale
            case .stuck, .noise: if !model.forecasts[hypothesis.index].isWeak { values[row] = expected[row] }
            }
        }
        return values
    }

    private func cost(of hypothesis: FaultHypothesis, _ expected: [Double]) -> Double {
        let onset = hypothesis.onset, sensor = model.active[hypothesis.index], scale = model.deviations[sensor]
        let forecast = model.forecasts[hypothesis.index], values = corrected(hypothesis, expected)
        var mended = readings
        for row in onset..<hypothesis.end { mended[row][sensor] = values[row] }
        // Rows whose errors by the past say nothing about this hypothesis.
        var ignored: [Range<Int>] = []
        var extra: Double
        switch hypothesis.kind {
        case .offset(let amount):
            // Offsets far beyond the sensor's range are rarer than gains.
            extra = 8 + (amount / (4 * scale)) * (amount / (4 * scale))
        case .gain(let factor): extra = 8 + 20 * max(0, abs(log(factor)) - 1.5)
        case .drift: extra = 10
        case .stuck:
            extra = 14
            if forecast.isWeak {
                // No neighbour says that it stands still; but it never stood so long.
                extra -= 8 * Double(max(0, hypothesis.end - onset - model.limits[hypothesis.index].run + 4))
                ignored = [onset - 1..<onset + 2, hypothesis.end - 1..<hypothesis.end + 2]
            }
        case .noise(let deviation):
            extra = 25
            let length = Double(count - onset)
            if forecast.isWeak {
                let ratio = deviation / (forecast.pastError * scale) * forecast.noiseGain, variance = 1 + ratio * ratio
                extra += (onset..<count).reduce(0) {
                    $0 + min(errors[hypothesis.index].byPast[$1] * errors[hypothesis.index].byPast[$1] / variance, Self.pastReach)
                }
                extra += length * (log(variance) - 1)
                ignored = [onset..<count]
            } else {
                let error = forecast.othersError
                let variance = (onset..<count).reduce(0) {
                    $0 + (readings[$1][sensor] - expected[$1]) * (readings[$1][sensor] - expected[$1])
                }
                extra += length * (1 + log(max(variance / length, error * error) / (error * error)))
            }
        }
        var sum = extra
        for index in model.active.indices {
            let after = model.errors(index, mended, known, from: onset)
            // Where the others say little, the error is the weather of days: its rows repeat each other.
            let weight = model.forecasts[index].isWeak ? 1 / Double(StationModel.day) : 1
            for row in Self.lead..<count {
                let byOthers = row < onset ? errors[index].byOthers[row] : after.byOthers[row - onset]
                let byPast = row < onset ? errors[index].byPast[row] : after.byPast[row - onset]
                sum += weight * min(byOthers * byOthers, Self.othersReach)
                if index == hypothesis.index, ignored.contains(where: { $0.contains(row) }) { continue }
                sum += max(0, min(byPast * byPast, Self.pastReach) - Self.pastSlack)
            }
        }
        return sum
    }
}

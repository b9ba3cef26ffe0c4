#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A plan with what its steps have learned, ready to run; the one place where rows become inputs, for tables as for events.
struct Machine: Sendable {
    private struct Stage: Sendable {
        enum Kind: Sendable { case fill, previous, clip, scale, logarithm, keep, project }
        let kind: Kind
        let width: Int
        let outWidth: Int
        /// Where its numbers begin.
        let at: Int
        /// Where its words of state begin.
        let word: Int
    }

    let plan: Plan
    /// What every step of every group has learned; of a group that is still learning, the first ones.
    let learned: [[Learned]]
    /// The stages of all groups, and which are whose; the same of the slots that they read.
    private var stages: [Stage] = []
    private var stagesOfGroup: [Range<Int>] = []
    private var slots: [Int] = []
    private var slotsOfGroup: [Range<Int>] = []
    private var constants: [Double] = []
    /// The vocabularies of groups that encode strings, one a column (of tokens one in all), each name with its number.
    private(set) var vocabularies: [[[String: Int32]]] = []
    /// How many numbers a row of each group has.
    private(set) var widths: [Int] = []
    /// The names of a group's numbers.
    private(set) var featureNames: [[String]] = []
    /// As many numbers as any group has at any stage.
    private(set) var scratch = 1

    /// Throws where what was learned does not fit the plan, as it may come from a file.
    init(_ plan: Plan, _ learned: [[Learned]]) throws {
        self.plan = plan
        self.learned = learned
        if learned.count != plan.groups.count {
            throw FeatureError("features", "numbers for \(learned.count) inputs, the definition has \(plan.groups.count)")
        }
        for (group, steps) in zip(plan.groups, learned) {
            if steps.count > group.steps.count { throw FeatureError("features", "more was learned than there are steps", at: group.name) }
            slotsOfGroup.append(slots.count..<slots.count + group.slots.count)
            slots += group.slots
            let first = stages.count
            if let encoder = group.encoder { try add(encoder, steps.first, group) } else { try add(numbers: group, steps) }
            stagesOfGroup.append(first..<stages.count)
        }
    }

    private func mismatch(_ step: FeatureStep, _ group: Plan.Group) -> FeatureError {
        FeatureError("features", "what '\(step.name)' has learned does not fit the definition", at: group.name)
    }

    private mutating func add(numbers group: Plan.Group, _ steps: [Learned]) throws {
        var width = group.slots.count, names = group.columns
        scratch = max(scratch, width)
        for (place, (step, learned)) in zip(group.steps, steps).enumerated() {
            func demand(_ condition: Bool) throws { if !condition { throw mismatch(step, group) } }
            func finite(_ numbers: [Double], _ count: Int) throws { try demand(numbers.count == count && numbers.allSatisfy(\.isFinite)) }
            let at = constants.count
            var kind = Stage.Kind.fill, outWidth = width
            switch (step, learned) {
            case (.impute(.constant(let value)), .nothing): constants += [Double](repeating: value, count: width)
            case (.impute(.previous), .nothing): kind = .previous
            case (.impute, .fill(let values)):
                try finite(values, width)
                constants += values
            case (.clip(let low, let high), .nothing):
                kind = .clip
                constants += [Double](repeating: low ?? -.infinity, count: width) + [Double](repeating: high ?? .infinity, count: width)
            case (.clipQuantiles, .bounds(let low, let high)):
                kind = .clip
                try finite(low, width)
                try finite(high, width)
                constants += low + high
            case (.scale(.log1p), .nothing): kind = .logarithm
            case (.scale, .scale(let offsets, let divisors)):
                kind = .scale
                try finite(offsets, width)
                try finite(divisors, width)
                try demand(divisors.allSatisfy { $0 > 0 })
                constants += offsets + divisors
            case (.select, .kept(let columns, let information)):
                kind = .keep
                try demand(information.count == width && !columns.isEmpty && columns.allSatisfy((0..<width).contains))
                try demand(zip(columns, columns.dropFirst()).allSatisfy { $0 < $1 })
                constants += columns.map(Double.init)
                outWidth = columns.count
                names = columns.map { names[$0] }
            case (.pca, .components(let means, let rows, let variances, let whiten)):
                kind = .project
                try finite(means, width)
                try finite(variances, width)
                try demand(!rows.isEmpty && rows.count <= width)
                constants += means
                for (row, variance) in zip(rows, variances) {
                    try finite(row, width)
                    constants += row
                    constants.append(whiten && variance > 0 ? variance.squareRoot() : 1)
                }
                outWidth = rows.count
                names = rows.indices.map { "\(group.name).component\($0 + 1)" }
            default: throw mismatch(step, group)
            }
            stages.append(Stage(kind: kind, width: width, outWidth: outWidth, at: at, word: group.words[place] ?? 0))
            width = outWidth
        }
        vocabularies.append([])
        widths.append(width)
        featureNames.append(names)
    }

    private mutating func add(_ encoder: FeatureStep, _ learned: Learned?, _ group: Plan.Group) throws {
        func numbered(_ names: [String], from first: Int) throws -> [String: Int32] {
            if names.count > CategoryCounter.most || Set(names).count != names.count { throw mismatch(encoder, group) }
            return Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0 + first)) })
        }
        switch (encoder, learned) {
        case (_, nil):
            vocabularies.append([])
            widths.append(0)
            featureNames.append([])
        case (.hash, .nothing):
            vocabularies.append([])
            widths.append(group.columns.count)
            featureNames.append(group.columns)
        case (.ordinal, .vocabulary(let names)) where names.count == group.columns.count:
            vocabularies.append(try names.map { try numbered($0, from: 1) })
            widths.append(group.columns.count)
            featureNames.append(group.columns)
        case (.oneHot(_, let other), .vocabulary(let names)) where names.count == group.columns.count:
            vocabularies.append(try names.map { try numbered($0, from: 0) })
            widths.append(names.reduce(0) { $0 + $1.count + (other ? 1 : 0) })
            featureNames.append(
                zip(group.columns, names).flatMap { column, names in names.map { "\(column)=\($0)" } + (other ? ["\(column)=other"] : []) })
        case (.tokens(_, let length, _, _), .vocabulary(let names)) where names.count == 1:
            vocabularies.append([try numbered(names[0], from: 2)])
            widths.append(group.columns.count * length)
            featureNames.append(group.columns)
        default: throw mismatch(encoder, group)
        }
    }

    // MARK: Numbers

    /// The numbers of a group for a row whose derived columns are there; they lie at the start of `scratch`, which has room for twice
    /// `self.scratch` numbers.
    @inline(__always)
    func encode(
        _ group: Int, _ values: UnsafePointer<Double>, _ state: UnsafeMutablePointer<UInt64>, _ scratch: UnsafeMutablePointer<Double>
    ) {
        let (first, slotRange, stageRange) = (slotsOfGroup[group].lowerBound, slotsOfGroup[group], stagesOfGroup[group])
        slots.withUnsafeBufferPointer { slots in for place in slotRange { scratch[place - first] = values[slots[place]] } }
        constants.withUnsafeBufferPointer { constants in
            stages.withUnsafeBufferPointer { stages in
                for place in stageRange {
                    // A stage without numbers of its own reads none.
                    let numbers = constants.baseAddress.map { $0 + stages[place].at } ?? UnsafePointer(scratch)
                    run(stages[place], numbers, state, scratch)
                }
            }
        }
    }

    @inline(__always)
    private func run(
        _ stage: Stage, _ numbers: UnsafePointer<Double>, _ state: UnsafeMutablePointer<UInt64>, _ x: UnsafeMutablePointer<Double>
    ) {
        let width = stage.width
        switch stage.kind {
        case .fill: for i in 0..<width where x[i].isNaN { x[i] = numbers[i] }
        case .previous:
            for i in 0..<width {
                if x[i].isNaN { x[i] = number(in: state[stage.word + i]) } else { state[stage.word + i] = word(of: x[i]) }
            }
        case .clip:
            for i in 0..<width {
                if x[i] < numbers[i] { x[i] = numbers[i] }
                if x[i] > numbers[width + i] { x[i] = numbers[width + i] }
            }
        case .scale: for i in 0..<width { x[i] = (x[i] - numbers[i]) / numbers[width + i] }
        case .logarithm: for i in 0..<width { x[i] = signedLogarithm(x[i]) }
        // Columns ascend, so that none is overwritten before it is read.
        case .keep: for i in 0..<stage.outWidth { x[i] = x[Int(numbers[i])] }
        case .project:
            let result = x + scratch
            for component in 0..<stage.outWidth {
                let row = numbers + width + component * (width + 1)
                var sum = 0.0
                for i in 0..<width { sum += (x[i] - numbers[i]) * row[i] }
                result[component] = sum / row[width]
            }
            x.update(from: result, count: stage.outWidth)
        }
    }

    // MARK: Strings

    /// Writes the numbers of one column's string, nil being null, into the row of a group that encodes strings.
    func encode(_ group: Int, column: Int, _ text: String?, into row: UnsafeMutablePointer<Int32>) {
        switch plan.groups[group].encoder {
        case .hash(let buckets): row[column] = text.map { hash($0, plan.groups[group].columns[column], buckets) } ?? 0
        case .ordinal: row[column] = text.flatMap { vocabularies[group][column][$0] } ?? 0
        case .tokens(let kind, let length, _, _):
            let place = row + column * length
            place.update(repeating: 0, count: length)
            var count = 0
            Tokenizer.tokens(of: text ?? "", kind) { token in
                if count == length { return false }
                place[count] = vocabularies[group][0][token] ?? 1
                count += 1
                return true
            }
        default: trap(FeatureError("features", "'\(plan.groups[group].name)' encodes no whole numbers"))
        }
    }

    /// Writes the ones and zeros of one column's string.
    func encode(_ group: Int, column: Int, _ text: String?, into row: UnsafeMutablePointer<Float>) {
        guard case .oneHot(_, let other)? = plan.groups[group].encoder else {
            trap(FeatureError("features", "'\(plan.groups[group].name)' is not encoded one-hot"))
        }
        var start = 0
        for before in 0..<column { start += vocabularies[group][before].count + (other ? 1 : 0) }
        let names = vocabularies[group][column]
        (row + start).update(repeating: 0, count: names.count + (other ? 1 : 0))
        if let text, let place = names[text] {
            row[start + Int(place)] = 1
        } else if other {
            row[start + names.count] = 1
        }
    }

    /// Writes the numbers of a group that encodes strings as their bits; `text` gives the string of a column, by its place in the group.
    func encode(_ group: Int, into row: UnsafeMutablePointer<UInt32>, _ text: (_ column: Int) -> String?) {
        let columns = plan.groups[group].columns.indices, width = widths[group]
        if width == 0 { return }
        if isWhole(group) {
            row.withMemoryRebound(to: Int32.self, capacity: width) { row in
                for column in columns { encode(group, column: column, text(column), into: row) }
            }
        } else {
            row.withMemoryRebound(to: Float.self, capacity: width) { row in
                for column in columns { encode(group, column: column, text(column), into: row) }
            }
        }
    }

    private func hash(_ text: String, _ column: String, _ buckets: Int) -> Int32 {
        // FNV-1a; the zero between column and value keeps ("ab", "c") from meeting ("a", "bc").
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        for byte in column.utf8 { mix(byte) }
        mix(0)
        for byte in text.utf8 { mix(byte) }
        // The low bits of FNV-1a are its weakest.
        hash ^= hash >> 32
        return Int32(1 + hash % UInt64(buckets))
    }

    /// Whether a group's numbers are whole.
    func isWhole(_ group: Int) -> Bool {
        switch plan.groups[group].encoder {
        case nil, .oneHot: false
        default: true
        }
    }

    /// The shape of a group's row.
    func rowShape(_ group: Int) -> [Int] {
        if case .tokens(_, let length, _, _) = plan.groups[group].encoder, plan.groups[group].columns.count == 1 { return [length] }
        if case .tokens(_, let length, _, _) = plan.groups[group].encoder { return [plan.groups[group].columns.count, length] }
        return [widths[group]]
    }
}

/// sign(x) log(1 + |x|).
func signedLogarithm(_ x: Double) -> Double { x < 0 ? -log1p(-x) : log1p(x) }
/// sign(x) (exp|x| − 1).
func restoredLogarithm(_ x: Double) -> Double { x < 0 ? -expm1(-x) : expm1(x) }

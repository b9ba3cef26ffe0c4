/// Fits a definition to data that comes in pieces, in as many passes over them as its steps need.
///
/// ```swift
/// var fitter = try FeatureFitter(definition, fields: chunks[0].fields)
/// while fitter.needsPass {
///     for chunk in chunks { try fitter.absorb(chunk) }
///     try fitter.finishPass()
/// }
/// let fitted = try fitter.fitted()
/// ```
/// Rows are taken one by one, so that the same rows in the same order give the same bits however they are cut into pieces. The
/// events of an entity come in their order. Numbers are kept for every entity where columns look back; no rows are.
public struct FeatureFitter {
    private let plan: Plan
    private var machine: Machine
    private var learned: [[Learned]]
    private var learners: [Learner?] = []
    private var counters: [[CategoryCounter]] = []
    private var target: TargetFitter?
    private var places: [String: Int] = [:]
    private var states: [UInt64] = []
    /// Whether another pass over all pieces is needed.
    public private(set) var needsPass = true
    /// How many passes were ended.
    public private(set) var passes = 0

    /// `fields` are the table's columns; they stand for the definition's where it names none.
    public init(_ definition: FeatureDefinition, fields: [Field]) throws {
        plan = try Plan(definition.completed(by: fields))
        learned = plan.groups.map { _ in [] }
        machine = try Machine(plan, learned)
        counters = plan.groups.map { $0.encoder == nil ? [] : $0.columns.map { _ in CategoryCounter() } }
        target = try plan.definition.target.map { try TargetFitter($0, plan.definition.columns) }
        try advance()
    }

    /// Takes in the rows of a piece. An error leaves the fitter unfit for more.
    public mutating func absorb(_ chunk: Frame) throws {
        let intake = try Intake(plan, chunk)
        var targets: [Double]?
        if target != nil { targets = try target?.absorb(chunk) }
        for (group, plan) in plan.groups.enumerated() {
            guard let encoder = plan.encoder, learned[group].isEmpty else { continue }
            try count(encoder, group, intake)
        }
        if learners.contains(where: { $0 != nil }) { try walk(intake, targets) }
    }

    private mutating func count(_ encoder: FeatureStep, _ group: Int, _ intake: Intake) throws {
        for (column, name) in plan.groups[group].columns.enumerated() {
            guard let (codes, names) = intake.strings[name] else { continue }
            var times = [Int](repeating: 0, count: names.count)
            for code in codes where code >= 0 { times[Int(code)] += 1 }
            for (code, count) in times.enumerated() where count > 0 {
                if case .tokens(let kind, _, _, _) = encoder {
                    try Tokenizer.tokens(of: names[code], kind) { token in
                        try counters[group][0].add(token, times: count)
                        return true
                    }
                } else {
                    try counters[group][column].add(names[code], times: count)
                }
            }
        }
    }

    private mutating func walk(_ intake: Intake, _ targets: [Double]?) throws {
        // The place of each entity of this piece among all.
        var ids = [Int](repeating: 0, count: intake.entities.count)
        if plan.isStateful {
            for (entity, key) in intake.keys.enumerated() {
                if let place = places[key] {
                    ids[entity] = place
                } else {
                    ids[entity] = places.count
                    places[key] = places.count
                    states += [UInt64](repeating: 0, count: plan.stateWords)
                }
            }
        } else if states.isEmpty {
            states = [UInt64](repeating: 0, count: plan.stateWords)
        }
        var values = [Double](repeating: 0, count: max(plan.slotCount, 1)), scratch = [Double](repeating: 0, count: 2 * machine.scratch)
        try values.withUnsafeMutableBufferPointer { buffer in
            guard let values = buffer.baseAddress else { return }
            for row in intake.entities.ids.indices {
                let entity = Int(intake.entities.ids[row]), words = ids[entity] * plan.stateWords
                for slot in intake.numbers.indices { values[slot] = intake.numbers[slot][row] }
                try states.withUnsafeMutableBufferPointer { states in
                    guard let base = states.baseAddress else { return }
                    let state = base + words, time = intake.moments?[row] ?? .nan
                    if plan.isStateful, !plan.enter(state, time: time) {
                        throw FeatureError(
                            "fit", "row \(row) is older than the entity's row before it", at: Plan.shown(intake.keys[entity]))
                    }
                    plan.derive(values, state, time: time)
                    scratch.withUnsafeMutableBufferPointer { scratch in
                        guard let scratch = scratch.baseAddress else { return }
                        for group in learners.indices where learners[group] != nil {
                            machine.encode(group, values, state, scratch)
                            learners[group]?.add(scratch, target: targets?[row] ?? .nan)
                        }
                    }
                }
            }
        }
    }

    /// Ends a pass over all pieces.
    public mutating func finishPass() throws {
        passes += 1
        for (group, plan) in plan.groups.enumerated() {
            if let encoder = plan.encoder {
                if learned[group].isEmpty { learned[group] = [FeatureFitter.vocabulary(encoder, counters[group])] }
            } else if let found = try learners[group]?.finish(machine.featureNames[group]) {
                learned[group].append(found)
                learners[group] = nil
            }
        }
        counters = plan.groups.map { $0.encoder == nil ? [] : $0.columns.map { _ in CategoryCounter() } }
        try target?.finish()
        places = [:]
        states = []
        try advance()
    }

    private static func vocabulary(_ encoder: FeatureStep, _ counters: [CategoryCounter]) -> Learned {
        switch encoder {
        case .hash: .nothing
        case .tokens(_, _, let most, let minimum): .vocabulary(names: [counters.first?.frequent(limit: most, minimum: minimum) ?? []])
        case .oneHot(let limit, _), .ordinal(let limit): .vocabulary(names: counters.map { $0.frequent(limit: limit).sorted() })
        default: .nothing
        }
    }

    /// Passes over the steps that learn nothing, and finds out whether any is left.
    private mutating func advance() throws {
        learners += [Learner?](repeating: nil, count: plan.groups.count - learners.count)
        let hasClasses = plan.definition.target?.classes != nil
        var waits = false
        for (group, plan) in plan.groups.enumerated() {
            if case .hash? = plan.encoder, learned[group].isEmpty { learned[group] = [.nothing] }
            if plan.encoder != nil {
                waits = waits || learned[group].isEmpty
                continue
            }
            while learners[group] == nil, learned[group].count < plan.steps.count {
                machine = try Machine(self.plan, learned)
                let step = plan.steps[learned[group].count]
                // What a selection measures needs the target's classes or cuts to be known.
                if case .select = step, target?.isLearning == true {
                    waits = true
                    break
                }
                learners[group] = Learner(step, width: machine.widths[group], hasClasses: hasClasses)
                if learners[group] == nil { learned[group].append(.nothing) }
            }
            waits = waits || learners[group] != nil
        }
        machine = try Machine(plan, learned)
        needsPass = waits || target?.isLearning == true
    }

    /// The fitted definition; throws while a pass is still needed.
    public func fitted() throws -> FittedFeatures {
        if needsPass { throw FeatureError("fit", "another pass over the data is needed") }
        return try FittedFeatures(plan.definition, learned, target?.learned)
    }
}

extension FeatureDefinition {
    /// Learns from a table what the steps need. Rows that are not in the order of their entity's events are sorted first.
    public func fit(_ frame: Frame) throws -> FittedFeatures {
        var fitter = try FeatureFitter(self, fields: frame.fields)
        var frame = frame
        if let order, try frame.column(order).nullCount == 0 { frame = try frame.sorted(by: [SortKey(order)]) }
        while fitter.needsPass {
            try fitter.absorb(frame)
            try fitter.finishPass()
        }
        return try fitter.fitted()
    }
}

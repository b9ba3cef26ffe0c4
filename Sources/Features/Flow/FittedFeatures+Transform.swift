extension FittedFeatures {
    /// The samples of a table.
    ///
    /// The rows of an entity are taken in the order of `order`, equal ones as they stand. The target is computed where the table has
    /// its columns, or as `withTarget` says. Rows without a target, and those that the definition says to drop, are listed in `dropped`.
    /// Throws where a column is missing, of another type or in another unit, and where a missing value is to be refused.
    public func transform(_ frame: Frame, withTarget: Bool? = nil) throws -> FeatureSet {
        let intake = try Intake(machine.plan, frame)
        let wanted = definition.target.map { target in withTarget ?? target.columns.allSatisfy(frame.contains) } ?? false
        if withTarget == true, definition.target == nil { throw FeatureError("features", "the definition has no target") }
        let walk = Walk(intake, rowCount: frame.rowCount)
        var batch = try Batch(self, intake, walk)
        let target = wanted ? try TargetRows(self, frame, walk) : nil
        var places = batch.ends
        if let target {
            places = places.filter { place in
                guard let reason = target.refusal(place, batch.runEnd[place]) else { return true }
                batch.drop(walk.rows[place], reason)
                return false
            }
        }
        places.sort { walk.rows[$0] < walk.rows[$1] }
        let window = definition.window
        let inputs = machine.plan.groups.indices.map { group in
            let length = machine.plan.groups[group].isWindowed ? window?.length ?? 1 : 1
            let width = machine.widths[group]
            let firsts = places.map { $0 - length + 1 }
            let pads = window?.pads == true && length > 1 ? places.map { max(0, length - batch.runs[$0]) } : []
            return FeatureArray(
                name: machine.plan.groups[group].name, shape: shape(group), columns: machine.featureNames[group], rows: batch.values(group),
                width: width, firsts: firsts, pads: pads, length: length)
        }
        return FeatureSet(
            inputs: inputs, target: target?.array(places, targetShape ?? []), rows: places.map { walk.rows[$0] },
            entities: places.map { walk.entities[$0] }, entityNames: intake.keys.map(Plan.shown), dropped: batch.dropped)
    }
}

/// The order in which a table's rows are taken: entity by entity, each in the order of its moments.
private struct Walk {
    /// The row at each place.
    private(set) var rows: [Int]
    /// The entity at each place.
    private(set) var entities: [Int32]

    init(_ intake: Intake, rowCount: Int) {
        rows = intake.entities.rows
        entities = rows.map { intake.entities.ids[$0] }
        guard let moments = intake.moments else { return }
        for entity in 0..<intake.entities.count {
            let range = intake.entities.offsets[entity]..<intake.entities.offsets[entity + 1]
            let isSorted = range.dropFirst().allSatisfy { moments[rows[$0 - 1]] <= moments[rows[$0]] }
            if !isSorted { rows[range].sort { moments[$0] == moments[$1] ? $0 < $1 : moments[$0] < moments[$1] } }
        }
    }
}

/// The rows of all inputs of a table, in the order of a walk.
private struct Batch {
    private var floats: [[Float]]
    private var ints: [[Int32]]
    private let wholes: [Bool]
    /// How many complete rows in a row end at each place; 0 where the row is no part of a sample.
    private(set) var runs: [Int]
    /// Behind the last place of the run of events, unbroken by entity or gap, that each place is in.
    private(set) var runEnd: [Int]
    /// The places at which samples end.
    private(set) var ends: [Int] = []
    private var reasons: [String: [Int]] = [:]

    var dropped: [FeatureSet.Dropped] { reasons.keys.sorted().map { .init(reason: $0, rows: (reasons[$0] ?? []).sorted()) } }
    mutating func drop(_ row: Int, _ reason: String) { reasons[reason, default: []].append(row) }
    func values(_ group: Int) -> FeatureValues { wholes[group] ? .int(ints[group]) : .float(floats[group]) }

    init(_ fitted: FittedFeatures, _ intake: Intake, _ walk: Walk) throws {
        let machine = fitted.machine, plan = machine.plan, count = walk.rows.count
        wholes = plan.groups.indices.map(machine.isWhole)
        floats = plan.groups.indices.map { [Float](repeating: 0, count: machine.isWhole($0) ? 0 : count * machine.widths[$0]) }
        ints = plan.groups.indices.map { [Int32](repeating: 0, count: machine.isWhole($0) ? count * machine.widths[$0] : 0) }
        runs = [Int](repeating: 0, count: count)
        runEnd = [Int](repeating: count, count: count)

        var values = [Double](repeating: 0, count: max(plan.slotCount, 1)), state = [UInt64](repeating: 0, count: plan.stateWords)
        var scratch = [Double](repeating: 0, count: 2 * machine.scratch)
        var run = 0, runStart = 0
        for place in 0..<count {
            let row = walk.rows[place]
            let isFirst = place == 0 || walk.entities[place] != walk.entities[place - 1]
            if isFirst { state.withUnsafeMutableBufferPointer { $0.update(repeating: 0) } }
            for slot in intake.numbers.indices { values[slot] = intake.numbers[slot][row] }
            let time = intake.moments?[row] ?? .nan
            let pauses = !isFirst && plan.gap.map { time - (intake.moments?[walk.rows[place - 1]] ?? .nan) > $0 } ?? false
            if isFirst || pauses {
                for earlier in runStart..<place { runEnd[earlier] = place }
                runStart = place
                run = 0
            }
            var missing = -1
            values.withUnsafeMutableBufferPointer { values in
                state.withUnsafeMutableBufferPointer { state in
                    scratch.withUnsafeMutableBufferPointer { scratch in
                        guard let values = values.baseAddress, let state = state.baseAddress, let scratch = scratch.baseAddress else {
                            return
                        }
                        _ = plan.enter(state, time: time)
                        plan.derive(values, state, time: time)
                        for group in plan.groups.indices where plan.groups[group].encoder == nil {
                            machine.encode(group, values, state, scratch)
                            let width = machine.widths[group]
                            for column in 0..<width {
                                let number = Float(scratch[column])
                                if !number.isFinite, missing < 0 { missing = group }
                                floats[group][place * width + column] = number.isFinite ? number : .nan
                            }
                        }
                    }
                }
            }
            if missing >= 0, fitted.definition.missing != .keep {
                let name = machine.missingColumn(missing, values)
                if fitted.definition.missing == .refuse {
                    throw FeatureError("features", "row \(row) has no value, and no step fills it", at: name)
                }
                drop(row, "'\(name)' is missing")
                run = 0
                continue
            }
            run += 1
            runs[place] = run
            if fitted.isDue(run) { ends.append(place) }
        }
        for earlier in runStart..<count { runEnd[earlier] = count }
        for group in plan.groups.indices where plan.groups[group].encoder != nil { encode(group, machine, intake, walk) }
    }

    /// Encodes strings: every distinct one once.
    private mutating func encode(_ group: Int, _ machine: Machine, _ intake: Intake, _ walk: Walk) {
        let width = machine.widths[group]
        if width == 0 { return }
        for (column, name) in machine.plan.groups[group].columns.enumerated() {
            guard let (codes, names) = intake.strings[name] else { continue }
            var places = [[Int]](repeating: [], count: names.count + 1)
            for (place, row) in walk.rows.enumerated() { places[Int(codes[row]) + 1].append(place) }
            for (code, places) in places.enumerated() where !places.isEmpty {
                let text = code == 0 ? nil : names[code - 1]
                for place in places {
                    if wholes[group] {
                        ints[group].withUnsafeMutableBufferPointer { rows in
                            guard let base = rows.baseAddress else { return }
                            machine.encode(group, column: column, text, into: base + place * width)
                        }
                    } else {
                        floats[group].withUnsafeMutableBufferPointer { rows in
                            guard let base = rows.baseAddress else { return }
                            machine.encode(group, column: column, text, into: base + place * width)
                        }
                    }
                }
            }
        }
    }
}

extension FittedFeatures {
    /// Whether a sample ends with a row before which, itself included, so many were complete.
    @inline(__always)
    func isDue(_ run: Int) -> Bool {
        guard let window = definition.window else { return run > 0 }
        let first = window.pads ? 1 : window.length
        return run >= first && (run - first) % window.stride == 0
    }
}

extension Machine {
    /// The name of a column of a group whose value is missing.
    func missingColumn(_ group: Int, _ values: [Double]) -> String {
        let group = plan.groups[group]
        for (name, slot) in zip(group.columns, group.slots) where values[slot].isNaN { return name }
        return group.name
    }
}

/// The target of a table's rows, in the order of a walk.
private struct TargetRows {
    private let rows: FeatureValues
    private let isMissing: [Bool]
    private let horizon: ClosedRange<Int>?
    private let width: Int

    init(_ fitted: FittedFeatures, _ frame: Frame, _ walk: Walk) throws {
        guard let target = fitted.definition.target else { trap(FeatureError("features", "the definition has no target")) }
        horizon = target.horizon
        width = target.columns.count
        let columns = try target.columns.map { name in
            guard let column = fitted.definition.columns.first(where: { $0.name == name }) else {
                throw FeatureError("features", "no column '\(name)'", at: "target")
            }
            return column
        }
        if let classes = fitted.classes {
            let (codes, names) = try Intake.strings(frame, columns[0])
            let known = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
            let numbers = names.map { known[$0] }
            if let row = codes.indices.first(where: { codes[$0] >= 0 && numbers[Int(codes[$0])] == nil }) {
                let name = names[Int(codes[row])]
                throw FeatureError(
                    "features", "row \(row) has the class '\(name)'\(hint(for: name, among: classes, called: "classes are"))", at: "target")
            }
            let labels = walk.rows.map { codes[$0] < 0 ? nil : numbers[Int(codes[$0])] }
            rows = .int(labels.map { $0 ?? -1 })
            isMissing = labels.map { $0 == nil }
        } else {
            let numbers = try columns.map { try Intake.numbers(frame, $0) }
            var values: [Float] = [], missing: [Bool] = []
            values.reserveCapacity(walk.rows.count * columns.count)
            for row in walk.rows {
                var isThere = true
                for column in columns.indices {
                    values.append(fitted.scaled(numbers[column][row], column: column))
                    isThere = isThere && values[values.count - 1].isFinite
                }
                missing.append(!isThere)
            }
            rows = .float(values)
            isMissing = missing
        }
    }

    /// Why the sample that ends here has no target; nil where it has one. `end` is behind the last place of its run.
    func refusal(_ place: Int, _ end: Int) -> String? {
        guard let horizon else { return isMissing[place] ? "the target is missing" : nil }
        if place + horizon.upperBound >= end { return "the horizon passes the end of the entity's run" }
        for ahead in horizon where isMissing[place + ahead] { return "the target is missing within the horizon" }
        return nil
    }

    func array(_ places: [Int], _ shape: [Int]) -> FeatureArray {
        FeatureArray(
            name: "target", shape: shape, columns: [], rows: rows, width: width, firsts: places.map { $0 + (horizon?.lowerBound ?? 0) },
            pads: [], length: horizon?.count ?? 1)
    }
}

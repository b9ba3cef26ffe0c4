/// Resolves the names of a definition, step by step; what no input needs is left out.
struct PlanBuilder {
    private enum Source {
        case raw(ColumnDefinition)
        case derived(DerivedColumn, inputs: [String], Expression?)
    }

    let definition: FeatureDefinition
    private var sources: [String: Source] = [:]
    /// All names in the order of their definition.
    private var names: [String] = []
    private var slots: [String: Int] = [:]

    private(set) var raw: [ColumnDefinition] = []
    private(set) var strings: [ColumnDefinition] = []
    private(set) var operations: [Operation] = []
    private(set) var instructions: [Expression.Instruction] = []
    private(set) var groups: [Plan.Group] = []
    private(set) var slotCount = 0
    private(set) var order: Int?
    private(set) var gap: Double?
    private(set) var stateWords = Plan.header

    static let mostColumns = 65_536

    init(_ definition: FeatureDefinition) throws {
        self.definition = definition
        for column in definition.columns {
            if sources[column.name] != nil { throw FeatureError("features", "a column '\(column.name)' is defined twice") }
            if column.name.isEmpty { throw FeatureError("features", "a column has no name") }
            sources[column.name] = .raw(column)
            names.append(column.name)
        }
    }

    mutating func build() throws {
        for name in definition.entity { _ = try raw(name, for: "entity") }
        for column in definition.derived { try expand(column) }
        if let target = definition.target { try check(target) }
        if definition.inputs.isEmpty { throw FeatureError("features", "there are no inputs") }
        if let window = definition.window {
            if !(1...1 << 20).contains(window.length) { throw FeatureError("window", "the length is between 1 and \(1 << 20)") }
            if !(1...1 << 20).contains(window.stride) { throw FeatureError("window", "the stride is between 1 and \(1 << 20)") }
        }
        let resolved = try definition.inputs.map { try columns(of: $0) }
        if Set(definition.inputs.map(\.name)).count != definition.inputs.count {
            throw FeatureError("features", "two inputs have the same name")
        }
        if definition.inputs.contains(where: { $0.name == "target" }) {
            throw FeatureError("features", "an input cannot be named 'target'")
        }
        try place(zip(definition.inputs, resolved).flatMap { $0.steps.first?.isEncoder == true ? [] : $1 })
        for (group, columns) in zip(definition.inputs, resolved) { try add(group, columns) }
    }

    private func unknown(_ name: String, in place: String) -> FeatureError {
        FeatureError("features", "no column '\(name)'\(hint(for: name, among: names))", at: place)
    }

    private func raw(_ name: String, for place: String) throws -> ColumnDefinition {
        guard let source = sources[name] else { throw unknown(name, in: place) }
        guard case .raw(let column) = source else {
            throw FeatureError("features", "'\(name)' is derived, a column of the table is needed", at: place)
        }
        return column
    }

    // MARK: Derived columns

    private mutating func expand(_ column: DerivedColumn) throws {
        try check(column)
        if case .expression(let text) = column.rule {
            if !column.of.isEmpty {
                throw FeatureError("features", "an expression names its columns itself, 'of' means nothing", at: column.name)
            }
            let expression = try Expression(text)
            for name in expression.columns where sources[name] == nil { throw unknown(name, in: column.name) }
            return try define(column.name, .derived(column, inputs: expression.columns, expression))
        }
        let isPattern = column.of.contains { "*?".contains($0) }
        let found = isPattern ? names.filter { isInput($0) && isNumber($0) && fits($0, column.of) } : [column.of]
        if found.isEmpty {
            throw FeatureError("features", "no column fits '\(column.of)'\(hint(for: column.of, among: names))", at: column.name)
        }
        if isPattern, found.count > 1, !column.name.contains("*") {
            throw FeatureError("features", "'\(column.of)' is \(found.count) columns: the name needs a '*' for theirs", at: column.name)
        }
        for source in found {
            if sources[source] == nil { throw unknown(source, in: column.name) }
            let name = column.name.split(separator: "*", omittingEmptySubsequences: false).joined(separator: source)
            try define(name, .derived(column, inputs: [source], nil))
        }
    }

    private mutating func define(_ name: String, _ source: Source) throws {
        if name.isEmpty { throw FeatureError("features", "a column has no name") }
        if sources[name] != nil { throw FeatureError("features", "a column '\(name)' is there already") }
        if names.count >= PlanBuilder.mostColumns { throw FeatureError("features", "more than \(PlanBuilder.mostColumns) columns") }
        sources[name] = source
        names.append(name)
    }

    private func check(_ column: DerivedColumn) throws {
        func demand(_ condition: Bool, _ reason: String) throws {
            if !condition { throw FeatureError("features", reason, at: column.name) }
        }
        switch column.rule {
        case .lag(let count), .difference(let count):
            try demand((1...1 << 20).contains(count), "it looks back between 1 and \(1 << 20) events")
        case .average(let weight): try demand(weight > 0 && weight <= 1, "a weight is above 0 and at most 1")
        case .rolling(_, let over, let minimum, let limit):
            try demand((1...1 << 20).contains(limit), "the limit is between 1 and \(1 << 20) events")
            switch over {
            case .steps(let count):
                try demand((1...1 << 20).contains(count), "a window has between 1 and \(1 << 20) events")
                try demand((1...count).contains(minimum), "the minimum is between 1 and the window's \(count) events")
            case .time(let span):
                try demand(span > 0, "a window of time is longer than zero")
                try demand((1...limit).contains(minimum), "the minimum is between 1 and the limit of \(limit) events")
                try demand(try orderKind() == .timestamp, "a window of time needs an order that is a timestamp")
            }
        case .calendar(let part, let wave, _):
            try demand(wave == nil || part.period != nil, "\(part.rawValue) has no period, so no wave")
        case .expression: break
        }
    }

    private func orderKind() throws -> ColumnDefinition.Kind? { try definition.order.map { try raw($0, for: "order").type } }

    private func isNumber(_ name: String) -> Bool {
        if case .raw(let column) = sources[name] { return column.type == .number }
        return true
    }

    /// Whether a pattern may take the column: target, entity and order are none's input unless they are named.
    private func isInput(_ name: String) -> Bool {
        !definition.entity.contains(name) && definition.order != name && definition.target?.columns.contains(name) != true
    }

    // MARK: Inputs

    private func columns(of group: InputGroup) throws -> [String] {
        let encodes = group.steps.first?.isEncoder == true
        for step in group.steps {
            try step.check(in: group.name)
            if step.isEncoder, group.steps.count > 1 { throw FeatureError("features", "'\(step.name)' stands alone", at: group.name) }
        }
        var found: [String] = []
        for pattern in group.columns {
            let fitting =
                pattern.contains { "*?".contains($0) } && sources[pattern] == nil
                ? names.filter { isInput($0) && (encodes || isNumber($0)) && fits($0, pattern) } : [pattern]
            if fitting.isEmpty {
                throw FeatureError("features", "no column fits '\(pattern)'\(hint(for: pattern, among: names))", at: group.name)
            }
            for name in fitting where !found.contains(name) {
                if sources[name] == nil { throw unknown(name, in: group.name) }
                if definition.target?.columns.contains(name) == true, definition.target?.horizon == nil {
                    throw FeatureError(
                        "features", "'\(name)' is the target of the same row: the model would read the answer", at: group.name)
                }
                if encodes { _ = try raw(name, for: group.name) }
                found.append(name)
            }
        }
        if found.isEmpty { throw FeatureError("features", "no columns are named", at: group.name) }
        return found
    }

    /// Gives slots to the columns that these need: first what is read, then what is computed, in the order of definition.
    private mutating func place(_ wanted: [String]) throws {
        var needed = Set<String>()
        var open = wanted + (definition.order.map { [$0] } ?? [])
        while let name = open.popLast() {
            guard let source = sources[name] else { throw unknown(name, in: "inputs") }
            if !needed.insert(name).inserted { continue }
            if case .derived(_, let inputs, _) = source { open += inputs }
        }
        for name in names where needed.contains(name) {
            guard case .raw(let column)? = sources[name] else { continue }
            if column.type == .string {
                throw FeatureError("features", "'\(name)' is a string: encode it by one-hot, ordinal, hash or tokens", at: "inputs")
            }
            slots[name] = raw.count
            raw.append(column)
        }
        slotCount = raw.count
        for name in names where needed.contains(name) {
            guard case .derived(let column, let inputs, let expression)? = sources[name] else { continue }
            slots[name] = slotCount
            try add(column, inputs, expression, output: slotCount)
            slotCount += 1
        }
        if let name = definition.order {
            let column = try raw(name, for: "order")
            order = slots[name]
            switch (definition.gap, column.type) {
            case (nil, _): break
            case (.steps(let steps), .number): gap = Double(steps)
            case (.time(let time), .timestamp): gap = Double(time)
            default: throw FeatureError("features", "the gap is a time with a timestamp, a number of steps with a number", at: name)
            }
            if let gap, gap <= 0 { throw FeatureError("features", "the gap is longer than zero", at: name) }
        } else if definition.gap != nil {
            throw FeatureError("features", "a gap needs an order")
        }
    }

    private mutating func add(_ column: DerivedColumn, _ inputs: [String], _ expression: Expression?, output: Int) throws {
        let input = inputs.first.flatMap { slots[$0] } ?? 0
        var kind = Operation.Kind.expression, length = 0, span: Double?, minimum = 1, constant = 0.0
        let start = instructions.count
        switch column.rule {
        case .expression:
            if let expression { instructions += expression.bound(to: inputs.map { slots[$0] ?? 0 }) }
        case .lag(let count): (kind, length) = (.lag, count)
        case .difference(let count): (kind, length) = (.difference, count)
        case .average(let weight): (kind, constant) = (.average, weight)
        case .rolling(let statistic, let over, let least, let limit):
            (kind, minimum) = (.rolling(statistic), least)
            switch over {
            case .steps(let count): length = count
            case .time(let time): (length, span) = (limit, Double(time))
            }
        case .calendar(let part, let wave, let offset):
            guard case .raw(let source)? = inputs.first.flatMap({ sources[$0] }), source.type == .timestamp else {
                throw FeatureError("features", "a calendar needs a timestamp, '\(column.of)' is none", at: column.name)
            }
            (kind, constant) = (.calendar(part, wave), Double(offset))
        }
        let operation = Operation(
            kind: kind, input: input, output: output, word: stateWords, length: length, span: span, minimum: minimum, constant: constant,
            instructions: start..<instructions.count)
        operations.append(operation)
        stateWords += operation.words
    }

    private mutating func add(_ group: InputGroup, _ columns: [String]) throws {
        var words: [Int?] = []
        if group.steps.first?.isEncoder == true {
            for name in columns {
                let column = try raw(name, for: group.name)
                if column.type == .timestamp {
                    throw FeatureError("features", "'\(name)' is a timestamp, which has no categories", at: group.name)
                }
                if !strings.contains(column) { strings.append(column) }
            }
            groups.append(
                Plan.Group(name: group.name, steps: group.steps, isWindowed: group.isWindowed, columns: columns, slots: [], words: [nil]))
            return
        }
        for name in columns {
            if case .raw(let column)? = sources[name], column.type == .timestamp {
                throw FeatureError("features", "'\(name)' is a timestamp: take its calendar or its difference", at: group.name)
            }
        }
        var isReduced = false
        for step in group.steps {
            if case .impute(let kind) = step {
                if isReduced { throw FeatureError("features", "'impute' comes before 'select' and 'pca'", at: group.name) }
                if kind == .previous {
                    words.append(stateWords)
                    stateWords += columns.count
                    continue
                }
            }
            switch step {
            case .select:
                isReduced = true
                if definition.target == nil { throw FeatureError("features", "'select' needs a target", at: group.name) }
                if definition.target?.horizon != nil || definition.target?.columns.count != 1 {
                    throw FeatureError("features", "'select' needs a target of one column in the same row", at: group.name)
                }
            case .pca:
                isReduced = true
                if columns.count > Covariance.widest {
                    throw FeatureError("features", "principal components of more than \(Covariance.widest) columns", at: group.name)
                }
            default: break
            }
            words.append(nil)
        }
        groups.append(
            Plan.Group(
                name: group.name, steps: group.steps, isWindowed: group.isWindowed, columns: columns,
                slots: columns.compactMap { slots[$0] },
                words: words))
    }

    private func check(_ target: TargetDefinition) throws {
        try target.check()
        for name in target.columns {
            let column = try raw(name, for: "target")
            if column.type == .timestamp { throw FeatureError("features", "a timestamp is no target", at: name) }
            if column.type == .string, target.classes == nil {
                throw FeatureError("features", "strings are a target only as classes (\"classes\": [])", at: name)
            }
            if let unit = target.unit, let other = column.unit, unit != other {
                throw FeatureError("features", "the target is in \(unit), the column in \(other)", at: name)
            }
        }
    }
}

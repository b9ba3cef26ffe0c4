/// Turns a graph into steps, orders them into phases and gives every value its place.
struct Planner {
    var plan = Plan()
    private let sharding: Sharding
    private let native: Bool
    private var numbers: [Tensor.Key: Int] = [:]
    private var packed: [PackedKey: Int] = [:]
    /// Values that so far exist only as partial sums, and those whose partial sums have been added up.
    private var pending: [Int: Int] = [:]
    private var combined: [Int: Int] = [:]
    /// Updates that their steps write straight into the variable.
    private var inPlace: [(variable: Variable, value: Int)] = []
    private struct PackedKey: Hashable {
        let value: Int
        let layout: PackedLayout
    }

    static func plan(
        inputs: [Tensor], outputs: [Tensor], updates: [(variable: Variable, value: Tensor)], sharding: Sharding, options: Program.Options
    ) throws -> Plan {
        var planner = Planner(sharding, native: options.kernels == .native)
        try planner.build(inputs: inputs, outputs: outputs, updates: updates, options: options)
        return planner.plan
    }

    private init(_ sharding: Sharding, native: Bool) {
        self.sharding = sharding
        self.native = native
        plan.shards = sharding.shards
    }

    // MARK: Values and steps

    private mutating func add(_ type: TensorType, _ source: Plan.Source, bytes: Int? = nil, constant: Bool = false) -> Int {
        plan.values.append(Plan.Value(type: type, source: source, bytes: bytes ?? type.bytes, isConstant: constant))
        return plan.values.count - 1
    }

    private mutating func build(
        inputs: [Tensor], outputs: [Tensor], updates: [(variable: Variable, value: Tensor)], options: Program.Options
    ) throws {
        let ends = outputs + updates.map(\.value)
        for (place, input) in inputs.enumerated() {
            numbers[input.key] = add(input.type, .input(place))
        }
        plan.inputs = inputs.map { numbers[$0.key]! }
        let (roots, inner) = Fusion.groups(ends, shards: sharding.isSliced)
        for node in reachable(from: ends) where !inner.contains(ObjectIdentifier(node)) {
            if node.isLeaf {
                try addLeaf(node)
            } else if node.op.isView {
                let operand = numbers[node.operands[0].key]!
                let view = add(node.results[0], plan.values[operand].source, constant: plan.values[operand].isConstant)
                plan.values[view].alias = operand
                numbers[Tensor(node).key] = view
            } else {
                try addStep(node, roots[ObjectIdentifier(node)])
            }
        }
        for end in ends { complete(numbers[end.key]!) }
        plan.outputs = outputs.map { output in
            let value = numbers[output.key]!
            let changes = updates.contains { reads(Plan.Operand(value: value, type: output.type, part: .whole), $0.variable) }
            return changes ? copy(value) : value
        }
        addUpdates(updates)
        findReaders()
        if !schedule() {
            // Updates in place that read each other's variables wait for each other: those are copied at the end instead.
            for (variable, value) in inPlace {
                plan.values[value].source = .made(shared: true)
                commit(value, to: variable)
            }
            let isPossible = schedule()
            demand(isPossible, "planner: the steps depend on each other in a circle")
        }
        chooseArenas()
        MemoryPlan.place(&plan)
    }

    private mutating func addLeaf(_ node: Node) throws {
        if numbers[Tensor(node).key] != nil { return }
        if let values = node.values {
            for (index, buffer) in values.enumerated() {
                numbers[Tensor(node, index).key] = add(node.results[index], .constant(buffer), constant: true)
            }
        } else if let variable = node.variable {
            // Readers of one variable share its memory, whatever generation they captured.
            numbers[Tensor(node).key] = add(node.results[0], .variable(variable))
            if !plan.variables.contains(where: { $0 === variable }) { plan.variables.append(variable) }
        } else {
            throw EngineError(
                "program", "reads input '\((node.op as? Input)?.label ?? node.op.name)' that is not among its inputs",
                operands: node.results)
        }
    }

    private mutating func addStep(_ node: Node, _ group: Fusion.Group?) throws {
        let operands = group?.operands ?? node.operands
        // What never changes is made once, whole.
        let constant = node.op.isPure && operands.allSatisfy { plan.values[numbers[$0.key]!].isConstant }
        let split = constant ? nil : sharding.split(node)
        var parts = split?.operands ?? operands.map { _ in .whole }
        if let group, split != nil {
            parts = group.operands.map { operand in
                let result = node.results[0].shape
                let isKey = group.nodes.contains { $0.op is any RandomTile && $0.operands[0].key == operand.key }
                return !isKey && operand.shape.rank == result.rank && operand.shape[0] == result[0] ? .slice : .whole
            }
        }
        var list: [Plan.Operand] = []
        for (place, (operand, part)) in zip(operands, parts).enumerated() {
            let value = numbers[operand.key]!, root = plan.root(value)
            if group == nil, split == nil, node.op.takesSums.contains(place), let partial = pending[root] ?? combined[root] {
                list.append(Plan.Operand(value: partial, type: operand.type, part: .sum))
            } else {
                complete(value)
                list.append(Plan.Operand(value: value, type: local(operand.type, part), part: part))
            }
        }
        let resultParts = split?.results ?? node.results.map { _ in .whole }
        let locals = zip(node.results, resultParts).map { local($0, $1) }
        if native && group == nil {
            for (place, layout) in node.op.packing(
                list.map(\.type), locals, isConstant: list.map { plan.values[plan.root($0.value)].isConstant })
            {
                list[place] = pack(list[place], layout)
            }
        }
        var results: [Plan.Operand] = []
        var sums: [(partial: Int, value: Int)] = []
        for (index, part) in resultParts.enumerated() {
            let type = node.results[index]
            let value = add(type, .made(shared: true), constant: constant)
            numbers[Tensor(node, index).key] = value
            if part == .sum {
                let partial = add(type, .made(shared: true), bytes: sharding.shards * padded(type.bytes))
                results.append(Plan.Operand(value: partial, type: type, part: .sum))
                sums.append((partial, value))
            } else {
                results.append(Plan.Operand(value: value, type: locals[index], part: part))
            }
        }
        let label = group.map { $0.nodes.map(\.op.name).joined(separator: "+") } ?? node.op.name
        plan.steps.append(
            Plan.Step(
                work: group.map { .group($0) } ?? .node(node), operands: list, results: results, isSplit: split != nil,
                isConstant: constant, path: node.path, label: label))
        for (partial, value) in sums { pending[value] = partial }
    }

    /// Adds up the shards' partial sums of a value before it is read as a whole.
    private mutating func complete(_ value: Int) {
        let root = plan.root(value)
        guard let partial = pending.removeValue(forKey: root) else { return }
        combined[root] = partial
        let type = plan.values[root].type
        plan.steps.append(
            Plan.Step(
                work: .combine, operands: [Plan.Operand(value: partial, type: type, part: .sum)],
                results: [Plan.Operand(value: root, type: type, part: .whole)], isSplit: false, path: "", label: "combine"))
    }

    private func local(_ type: TensorType, _ part: Split.Part) -> TensorType {
        part == .slice ? type.with(type.shape.replacing(0, with: type.shape[0] / sharding.shards)) : type
    }

    private func padded(_ bytes: Int) -> Int { (bytes + 63) & ~63 }

    private mutating func pack(_ operand: Plan.Operand, _ layout: PackedLayout) -> Plan.Operand {
        let key = PackedKey(value: plan.root(operand.value), layout: layout)
        let constant = plan.values[operand.value].isConstant
        let value = packed[key] ?? add(operand.type, .made(shared: true), bytes: layout.bytes, constant: constant)
        if packed[key] == nil {
            packed[key] = value
            plan.steps.append(
                Plan.Step(
                    work: .pack(layout), operands: [operand],
                    results: [Plan.Operand(value: value, type: operand.type, part: .whole, layout: layout)],
                    isSplit: false, isConstant: constant, path: "", label: "pack"))
        }
        return Plan.Operand(value: value, type: operand.type, part: operand.part, layout: layout)
    }

    // MARK: Updates

    /// The value that a variable had before the updates, for those who read it afterwards.
    private mutating func copy(_ value: Int) -> Int {
        let type = plan.values[value].type
        let copy = add(type, .made(shared: true))
        plan.steps.append(
            Plan.Step(
                work: .commit, operands: [Plan.Operand(value: value, type: type, part: .whole)],
                results: [Plan.Operand(value: copy, type: type, part: .whole)], isSplit: false, path: "", label: "copy"))
        return copy
    }

    /// A step that computes a variable's new value element by element from the old one writes straight into it, after
    /// all other readers; any other update is copied at the end.
    private mutating func addUpdates(_ updates: [(variable: Variable, value: Tensor)]) {
        plan.updated = updates.map(\.variable)
        for (variable, tensor) in updates {
            var value = numbers[tensor.key]!
            if !plan.variables.contains(where: { $0 === variable }) { plan.variables.append(variable) }
            if let maker = plan.steps.firstIndex(where: { step in step.results.contains { $0.value == value } }),
                plan.values[value].alias == nil, !plan.outputs.contains(value), writesInPlace(plan.steps[maker], value, variable),
                !isNeeded(maker, byReadersOf: variable)
            {
                plan.values[value].source = .variable(variable)
                inPlace.append((variable, value))
                continue
            }
            if updates.contains(where: { reads(Plan.Operand(value: value, type: tensor.type, part: .whole), $0.variable) }) {
                value = copy(value)
            }
            commit(value, to: variable)
        }
    }

    private mutating func commit(_ value: Int, to variable: Variable) {
        let type = plan.values[value].type
        let target = add(type, .variable(variable))
        plan.steps.append(
            Plan.Step(
                work: .commit, operands: [Plan.Operand(value: value, type: type, part: .whole)],
                results: [Plan.Operand(value: target, type: type, part: .whole)], isSplit: false, path: variable.name, label: "commit"))
    }

    private func reads(_ operand: Plan.Operand, _ variable: Variable) -> Bool {
        if case .variable(let found) = plan.values[plan.root(operand.value)].source { return found === variable }
        return false
    }

    private func writesInPlace(_ step: Plan.Step, _ value: Int, _ variable: Variable) -> Bool {
        guard !step.isSplit, let index = step.results.firstIndex(where: { $0.value == value }) else { return false }
        switch step.work {
        case .group:
            return step.operands.allSatisfy { !reads($0, variable) || $0.type == step.results[index].type }
                && step.operands.contains { reads($0, variable) }
        case .node(let node):
            return node.op.inPlace.contains { $0.result == index && reads(step.operands[$0.operand], variable) }
                && step.operands.count { reads($0, variable) } == 1
        default: return false
        }
    }

    /// Whether some other reader of the variable depends on what step `maker` makes.
    private func isNeeded(_ maker: Int, byReadersOf variable: Variable) -> Bool {
        var tainted = Set(plan.steps[maker].results.map(\.value))
        for step in plan.steps[(maker + 1)...] where step.operands.contains(where: { tainted.contains(plan.root($0.value)) }) {
            if step.operands.contains(where: { reads($0, variable) }) { return true }
            for result in step.results { tainted.insert(result.value) }
        }
        return false
    }

    private mutating func findReaders() {
        var read = Set(plan.outputs.map { plan.root($0) })
        for step in plan.steps { for operand in step.operands { read.insert(plan.root(operand.value)) } }
        for number in plan.steps.indices {
            plan.steps[number].resultIsRead = plan.steps[number].results.map { result in
                if case .variable = plan.values[plan.root(result.value)].source { return true }
                return read.contains(plan.root(result.value))
            }
        }
    }

    /// A value that only shards touch, each its own slice, lives in the arenas of the shards.
    private mutating func chooseArenas() {
        var sliced = Set<Int>()
        var whole = Set(plan.outputs.map { plan.root($0) })
        for step in plan.steps {
            for operand in step.operands + step.results {
                if operand.part == .slice && step.isSplit {
                    sliced.insert(plan.root(operand.value))
                } else {
                    whole.insert(plan.root(operand.value))
                }
            }
        }
        for value in sliced.subtracting(whole) {
            if case .made = plan.values[value].source, !plan.values[value].isConstant { plan.values[value].source = .made(shared: false) }
        }
    }
}

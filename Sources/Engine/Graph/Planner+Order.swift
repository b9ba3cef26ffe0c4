/// The order of the steps and the barriers between them.
extension Planner {
    /// Constant steps first; then, as long as any is ready, steps of the same kind, so that phases are few. An urgent step comes,
    /// with what it needs, before everything that it does not need.
    ///
    /// - Returns: false where steps wait for each other in a circle; the plan is then as it was.
    mutating func schedule() -> Bool {
        let steps = plan.steps
        var maker: [Int: Int] = [:]
        for (number, step) in steps.enumerated() { for result in step.results { maker[result.value] = number } }
        var waits = [Int](repeating: 0, count: steps.count)
        var followers = [[Int]](repeating: [], count: steps.count)
        func order(_ first: Int, _ second: Int) {
            followers[first].append(second)
            waits[second] += 1
        }
        // Writers of a variable come after its readers.
        var readers: [ObjectIdentifier: [Int]] = [:]
        for (number, step) in steps.enumerated() {
            for operand in step.operands {
                let root = plan.root(operand.value)
                if let first = maker[root] { order(first, number) }
                if case .variable(let variable) = plan.values[root].source, maker[root] == nil {
                    readers[ObjectIdentifier(variable), default: []].append(number)
                }
            }
        }
        for (number, step) in steps.enumerated() {
            for result in step.results {
                guard case .variable(let variable) = plan.values[result.value].source else { continue }
                for reader in Set(readers[ObjectIdentifier(variable)] ?? []) where reader != number { order(reader, number) }
            }
        }
        let stages = stages(followers)
        var later = [[Int]](repeating: [], count: (stages.max() ?? 0) + 1)
        var stage = 0
        var ready: [Heap] = [Heap(), Heap(), Heap()]
        func kind(_ number: Int) -> Int { steps[number].isConstant ? 0 : steps[number].isSplit ? 1 : 2 }
        func release(_ number: Int) {
            if stages[number] > stage { later[stages[number]].append(number) } else { ready[kind(number)].insert(number) }
        }
        for number in steps.indices where waits[number] == 0 { release(number) }
        var sorted: [Int] = []
        var mode = 0
        while true {
            if ready[mode].isEmpty {
                guard let other = [0, 2, 1].first(where: { !ready[$0].isEmpty }) else {
                    if stage + 1 == later.count { break }
                    stage += 1
                    for number in later[stage] { ready[kind(number)].insert(number) }
                    continue
                }
                mode = other
            }
            let next = ready[mode].popFirst()
            sorted.append(next)
            for follower in followers[next] {
                waits[follower] -= 1
                if waits[follower] == 0 { release(follower) }
            }
        }
        guard sorted.count == steps.count else { return false }
        plan.steps = sorted.map { steps[$0] }
        findPhases(sorted, followers)
        return true
    }

    /// For each step the urgent step, counted from 0, that is the first to need it; those that none needs come after all of them.
    private func stages(_ followers: [[Int]]) -> [Int] {
        let urgent = plan.steps.indices.filter { number in
            if case .node(let node) = plan.steps[number].work { node.op.isUrgent } else { false }
        }
        var stages = [Int](repeating: urgent.count, count: plan.steps.count)
        if urgent.isEmpty { return stages }
        var needs = [[Int]](repeating: [], count: plan.steps.count)
        for (number, followers) in followers.enumerated() { for follower in followers { needs[follower].append(number) } }
        for (stage, number) in urgent.enumerated() {
            var pending = [number]
            while let number = pending.popLast() {
                if stages[number] < urgent.count { continue }
                stages[number] = stage
                pending += needs[number]
            }
        }
        return stages
    }

    /// A smallest-first queue of step numbers.
    private struct Heap {
        private var items: [Int] = []
        var isEmpty: Bool { items.isEmpty }
        mutating func insert(_ item: Int) {
            items.append(item)
            var place = items.count - 1
            while place > 0, items[(place - 1) / 2] > items[place] {
                items.swapAt(place, (place - 1) / 2)
                place = (place - 1) / 2
            }
        }
        mutating func popFirst() -> Int {
            let first = items[0]
            let last = items.removeLast()
            if items.isEmpty { return first }
            items[0] = last
            var place = 0
            while true {
                var least = place
                for child in [2 * place + 1, 2 * place + 2] where child < items.count && items[child] < items[least] { least = child }
                if least == place { return first }
                items.swapAt(place, least)
                place = least
            }
        }
    }

    private mutating func findPhases(_ sorted: [Int], _ followers: [[Int]]) {
        // Whole steps are grouped by depth, so that those of one depth may run side by side.
        var position = [Int](repeating: 0, count: sorted.count)
        for (place, number) in sorted.enumerated() { position[number] = place }
        var depth = [Int](repeating: 0, count: sorted.count)
        var start = 0
        var ordered: [Plan.Step] = []
        var phases: [Range<Int>] = []
        while start < sorted.count {
            let split = plan.steps[start].isSplit
            var end = start
            while end < sorted.count, plan.steps[end].isSplit == split, plan.steps[end].isConstant == plan.steps[start].isConstant {
                end += 1
            }
            if split {
                phases.append(start..<end)
                ordered += plan.steps[start..<end]
            } else {
                for place in start..<end {
                    for follower in followers[sorted[place]] where (start..<end).contains(position[follower]) {
                        depth[position[follower]] = max(depth[position[follower]], depth[place] + 1)
                    }
                }
                for level in 0...(depth[start..<end].max() ?? 0) {
                    let members = (start..<end).filter { depth[$0] == level }
                    phases.append(ordered.count..<ordered.count + members.count)
                    ordered += members.map { plan.steps[$0] }
                }
            }
            start = end
        }
        plan.steps = ordered
        plan.phases = phases
    }
}

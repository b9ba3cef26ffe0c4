/// Gives values places in arenas such that no two values that live at the same time overlap.
enum MemoryPlan {
    /// The span of a value's life, in phases for the shared arena and in steps for the arenas of the shards.
    struct Life: Sendable {
        var value: Int
        var first: Int
        var last: Int
        var bytes: Int
    }

    static func place(_ plan: inout Plan) {
        reuse(&plan)
        let lives = lives(plan)
        plan.sharedBytes = assign(lives.shared, &plan)
        plan.shardBytes = assign(lives.shard, &plan)
        var constants = 0
        for value in plan.values.indices where plan.values[value].alias == nil && plan.values[value].isConstant {
            guard case .made = plan.values[value].source else { continue }
            plan.values[value].offset = constants
            constants += aligned(plan.values[value].bytes)
        }
        plan.constantBytes = constants
    }

    private static func aligned(_ bytes: Int) -> Int { max(64, (bytes + 63) & ~63) }

    /// Lets elementwise results take over the memory of operands that nobody reads afterwards.
    private static func reuse(_ plan: inout Plan) {
        var lastUse = [Int](repeating: -1, count: plan.values.count)
        for (number, step) in plan.steps.enumerated() {
            for operand in step.operands { lastUse[plan.root(operand.value)] = number }
        }
        for output in plan.outputs { lastUse[plan.root(output)] = .max }
        for number in plan.steps.indices where plan.steps[number].isSplit {
            let step = plan.steps[number]
            guard case .group = step.work, let result = step.results.first, isTemporary(plan, result.value), !plan.isShared(result.value)
            else { continue }
            for operand in step.operands {
                let root = plan.root(operand.value)
                guard lastUse[root] == number, isTemporary(plan, root), !plan.isShared(root), operand.type == result.type,
                    root != result.value,
                    plan.values[root].bytes == plan.values[result.value].bytes,
                    !step.operands.contains(where: { plan.root($0.value) == root && $0.type != result.type })
                else { continue }
                plan.values[result.value].alias = root
                lastUse[root] = max(lastUse[root], lastUse[result.value])
                break
            }
        }
    }

    private static func isTemporary(_ plan: Plan, _ value: Int) -> Bool {
        if case .made = plan.values[value].source { return plan.values[value].alias == nil && !plan.values[value].isConstant }
        return false
    }

    static func lives(_ plan: Plan) -> (shared: [Life], shard: [Life]) {
        var found: [Int: Life] = [:]
        for (phase, range) in plan.phases.enumerated() {
            for number in range {
                let step = plan.steps[number]
                for operand in step.operands + step.results {
                    let root = plan.root(operand.value)
                    guard case .made = plan.values[root].source, !plan.values[root].isConstant else { continue }
                    let time = plan.isShared(root) ? phase : number
                    var life =
                        found[root]
                        ?? Life(
                            value: root, first: time, last: time,
                            bytes: aligned(plan.isShared(root) ? plan.values[root].bytes : plan.values[root].bytes / plan.shards))
                    life.first = min(life.first, time)
                    life.last = max(life.last, time)
                    found[root] = life
                }
            }
        }
        for output in plan.outputs {
            let root = plan.root(output)
            found[root]?.last = .max
        }
        let all = found.values.sorted { ($0.first, $0.value) < ($1.first, $1.value) }
        return (all.filter { plan.isShared($0.value) }, all.filter { !plan.isShared($0.value) })
    }

    /// Walks through time, giving each new value the smallest free block that holds it.
    private static func assign(_ lives: [Life], _ plan: inout Plan) -> Int {
        var free: [(offset: Int, bytes: Int)] = []
        var top = 0
        var ending: [Int: [(offset: Int, bytes: Int)]] = [:]
        var ends: [Int] = []  // sorted, descending
        func release(_ block: (offset: Int, bytes: Int)) {
            var place = free.firstIndex { $0.offset > block.offset } ?? free.count
            free.insert(block, at: place)
            if place + 1 < free.count, free[place].offset + free[place].bytes == free[place + 1].offset {
                free[place].bytes += free[place + 1].bytes
                free.remove(at: place + 1)
            }
            if place > 0, free[place - 1].offset + free[place - 1].bytes == free[place].offset {
                free[place - 1].bytes += free[place].bytes
                free.remove(at: place)
                place -= 1
            }
        }
        for life in lives {
            while let end = ends.last, end < life.first {
                for block in ending.removeValue(forKey: end)! { release(block) }
                ends.removeLast()
            }
            var chosen: Int?
            for (place, block) in free.enumerated()
            where block.bytes >= life.bytes && block.bytes < free[chosen ?? place].bytes + (chosen == nil ? 1 : 0) {
                chosen = place
            }
            let offset: Int
            if let chosen {
                offset = free[chosen].offset
                free[chosen].offset += life.bytes
                free[chosen].bytes -= life.bytes
                if free[chosen].bytes == 0 { free.remove(at: chosen) }
            } else if let last = free.last, last.offset + last.bytes == top {
                // The free block at the end grows.
                offset = last.offset
                free.removeLast()
                top = offset + life.bytes
            } else {
                offset = top
                top += life.bytes
            }
            plan.values[life.value].offset = offset
            if ending[life.last] == nil {
                let place = ends.firstIndex { $0 < life.last } ?? ends.count
                ends.insert(life.last, at: place)
            }
            ending[life.last, default: []].append((offset, life.bytes))
        }
        return top
    }
}

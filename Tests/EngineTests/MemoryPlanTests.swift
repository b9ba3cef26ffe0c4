@testable import Engine
import Testing

/// Follows a plan step by step and keeps book of which value every byte holds, by no arithmetic of the planner's own.
struct MemoryLedger {
    private enum Arena: Hashable { case shared, shard, constants, variable(ObjectIdentifier) }
    private struct Stretch { var bytes: Range<Int>, value: Int }
    private let plan: Plan
    private let made: Set<Int>
    private var held: [Arena: [Stretch]] = [:]

    init(_ plan: Plan) {
        self.plan = plan
        made = Set(plan.steps.flatMap { $0.results.map(\.value) })
    }

    /// The value whose bytes a value is: itself where a step makes it, else what it is a view of.
    private func content(_ value: Int) -> Int {
        var value = value
        while !made.contains(value), let next = plan.values[value].alias { value = next }
        return value
    }

    private func place(_ operand: Plan.Operand) -> (arena: Arena, bytes: Range<Int>)? {
        var root = operand.value
        while let next = plan.values[root].alias { root = next }
        let value = plan.values[root]
        switch value.source {
        case .input, .constant: return nil
        case .variable(let variable): return (.variable(ObjectIdentifier(variable)), 0..<max(1, value.type.bytes))
        case .made where value.isConstant: return (.constants, value.offset..<value.offset + max(1, value.bytes))
        case .made(shared: true): return (.shared, value.offset..<value.offset + max(1, value.bytes))
        case .made(shared: false): return (.shard, value.offset..<value.offset + max(1, operand.type.bytes))
        }
    }

    private func limit(_ arena: Arena) -> Int {
        switch arena {
        case .shared: plan.sharedBytes
        case .shard: plan.shardBytes
        case .constants: plan.constantBytes
        case .variable: .max
        }
    }

    /// The first thing that is wrong with the plan, in words.
    mutating func problem() -> String? {
        for (phase, range) in plan.phases.enumerated() {
            if let text = race(phase, range) { return text }
            for number in range {
                let step = plan.steps[number]
                for operand in step.operands {
                    guard let (arena, bytes) = place(operand) else { continue }
                    let found = held[arena, default: []].filter { $0.bytes.overlaps(bytes) }
                    if case .variable = arena, found.isEmpty, !made.contains(operand.value) { continue }
                    guard found.count == 1, found[0].value == content(operand.value), found[0].bytes.lowerBound == bytes.lowerBound,
                        found[0].bytes.upperBound >= bytes.upperBound
                    else {
                        return
                            "step \(number) (\(step.label)) reads value \(content(operand.value)) from \(arena) \(bytes), which holds \(found)"
                    }
                }
                for result in step.results {
                    guard let (arena, bytes) = place(result) else { return "step \(number) (\(step.label)) writes to an input or constant" }
                    if bytes.upperBound > limit(arena) && !bytes.isEmpty && result.type.bytes > 0 {
                        return "step \(number) (\(step.label)) writes beyond the end of \(arena)"
                    }
                    if bytes.lowerBound % 64 != 0 {
                        return "step \(number) (\(step.label)) writes to \(arena) \(bytes), which is not aligned"
                    }
                    held[arena, default: []].removeAll { $0.bytes.overlaps(bytes) }
                    held[arena, default: []].append(Stretch(bytes: bytes, value: result.value))
                }
            }
        }
        for output in plan.outputs {
            let type = plan.values[output].type
            guard let (arena, bytes) = place(Plan.Operand(value: output, type: type, part: .whole)) else { continue }
            guard held[arena, default: []].contains(where: { $0.value == content(output) && $0.bytes.lowerBound == bytes.lowerBound })
            else {
                return "the result \(output) is gone at the end"
            }
        }
        return nil
    }

    /// Steps of one phase run side by side: whole steps with each other, split ones with those of other shards.
    private func race(_ phase: Int, _ range: Range<Int>) -> String? {
        for first in range {
            for result in plan.steps[first].results {
                guard let (arena, bytes) = place(result), arena != .shard else { continue }
                for second in range where second != first {
                    for other in plan.steps[second].operands + plan.steps[second].results {
                        guard let (where_, range) = place(other), where_ == arena, range.overlaps(bytes) else { continue }
                        let sameShard =
                            plan.steps[first].isSplit && result.part == .slice && other.part == .slice
                            && content(other.value) == result.value
                        if !sameShard { return "steps \(first) and \(second) of phase \(phase) touch \(arena) \(bytes) at the same time" }
                    }
                }
            }
        }
        return nil
    }
}

@Suite struct MemoryPlanTests {
    @Test func `no two values that live at the same time overlap`() throws {
        for seed in 10_000..<10_600 as Range<UInt64> {
            let graph = RandomGraph(seed: seed)
            for options in [
                Program.Options(shards: 1), .init(shards: 2), .init(kernels: .portable, shards: 4),
                .init(kernels: .portable, shards: 2, isOptimized: false),
            ] {
                let program = try Program(inputs: graph.inputs, outputs: graph.outputs, updates: graph.updates, options: options)
                var ledger = MemoryLedger(program.plan)
                if let text = ledger.problem() {
                    Issue.record("\(options.shards!) shards: \(text)\n\(graph)")
                    return
                }
            }
        }
    }

    @Test func `memory is used again, in place too`() throws {
        let x = Tensor.input("x", [4, 1_000])
        var y = x
        // Sums of running sums cannot be fused, so every step has a result.
        for _ in 0..<40 { y = y.cumulativeSum(1).tanh() }
        let plan = try Program(inputs: [x], outputs: [y], options: .init(shards: 2)).plan
        #expect(plan.shardBytes <= 3 * 8_064)
        #expect(plan.values.contains { $0.alias != nil })
        var ledger = MemoryLedger(plan)
        #expect(ledger.problem() == nil)
    }

    @Test func `the ledger sees a plan whose values overlap`() throws {
        let x = Tensor.input("x", [4, 100])
        let sum = x.cumulativeSum(1), product = x.cumulativeProduct(1)
        var plan = try Program(
            inputs: [x], outputs: [sum, product, sum.cumulativeSum(1) + product.cumulativeProduct(1)], options: .init(shards: 1)
        ).plan
        var sound = MemoryLedger(plan)
        #expect(sound.problem() == nil)
        for value in plan.values.indices { plan.values[value].offset = 0 }
        var ledger = MemoryLedger(plan)
        #expect(ledger.problem() != nil)
    }
}

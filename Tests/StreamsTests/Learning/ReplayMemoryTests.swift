import Learning
import TestKit
import Testing

@testable import Streams

@Suite struct ReplayMemoryTests {
    @Test func `a rare class is kept whole while a frequent one passes by`() {
        var memory = ReplayMemory(capacity: 100, inputWidth: 1, targetWidth: 1, classes: 3), random = SplitMix(seed: 1)
        for event in 0..<10_000 {
            let label = event % 500 == 0 ? 2 : event % 10 == 0 ? 1 : 0
            memory.add([Float(event)], target: [Float(label)], label: label, random: &random)
        }
        #expect(memory.count == 100 && memory.count(of: 2) == 20)
        #expect(abs(memory.count(of: 0) - memory.count(of: 1)) <= 1)
        let kept = (0..<100).filter { memory.target($0).first == 0 }.map { memory.input($0).first! }
        #expect(kept.contains { $0 < 3000 } && kept.contains { $0 > 7000 }, "old and new samples are kept alike")
        var drawn = [0, 0, 0]
        for _ in 0..<3000 { drawn[Int(memory.target(memory.draw(&random)!).first!)] += 1 }
        #expect(drawn.allSatisfy { (900...1100).contains($0) })
    }

    @Test func `without classes every sample has the same chance`() {
        var counts = [0, 0], random = SplitMix(seed: 2)
        for _ in 0..<200 {
            var memory = ReplayMemory(capacity: 20, inputWidth: 1, targetWidth: 0)
            for event in 0..<200 { memory.add([Float(event)], target: [], random: &random) }
            for slot in 0..<20 { counts[memory.input(slot).first! < 100 ? 0 : 1] += 1 }
        }
        #expect((1800...2200).contains(counts[0]), "\(counts)")
    }

    @Test func `its bytes come back, and damaged ones are refused or usable`() {
        var memory = ReplayMemory(capacity: 30, inputWidth: 2, targetWidth: 1, classes: 4), random = SplitMix(seed: 3)
        for event in 0..<300 {
            memory.add([Float(event), 1], target: [Float(event % 4)], label: event % 4 == 3 ? 3 : event % 2, random: &random)
        }
        #expect(memory.memoryBytes <= memory.memoryLimit)
        #expect(
            StateContract.violation(of: memory) { memory in
                var random = SplitMix(seed: 4)
                for event in 0..<40 { memory.add([1, 2], target: [0], label: event % memory.classes, random: &random) }
                _ = memory.draw(&random)
            } == nil)
    }
}

import Datasets
import Engine
import Foundation
import Learning
import Synchronization
import Testing

@Suite("Prefetch Threads") struct PrefetchThreadsTests {
    private static func source(_ count: Int = 103) -> ArraySource {
        Samples(["x": HostArray((0..<count * 8).map(Float.init), [count, 8]), "y": HostArray((0..<count).map(Int32.init), [count])])
            .shuffled(batch: 4, seed: 3)
    }

    private func labels(_ source: any BatchSource, epoch: Int, from: Int = 0) throws -> [[Int32]] {
        var iterator = try source.batches(epoch: epoch, from: from)
        var rows: [[Int32]] = []
        while let batch = try iterator.next() { rows.append(batch.y.values(Int32.self)) }
        return rows
    }

    @Test(arguments: [1, 2, 5]) func `order and contents do not depend on the threads`(threads: Int) throws {
        let augmented = Self.source().augmented(seed: 5) { batch, seed in
            let samples = batch.samples, epoch = batch.epoch
            try batch.update("x") { array in
                array.withMutableElements(of: Float.self) { x in
                    for (row, sample) in samples.enumerated() {
                        var random = SampleRandom(seed: seed, epoch: epoch, sample: sample)
                        for column in 0..<8 { x[row * 8 + column] += random.uniform() }
                    }
                }
            }
        }
        var plain = try augmented.batches(epoch: 2, from: 3),
            ahead = try augmented.prefetched(threads: threads, ahead: 3).batches(epoch: 2, from: 3)
        while let expected = try plain.next() {
            let got = try #require(try ahead.next())
            #expect(got.x.values(Float.self) == expected.x.values(Float.self))
            #expect(got.y.values(Int32.self) == expected.y.values(Int32.self))
        }
        #expect(try ahead.next() == nil)
        #expect(try ahead.next() == nil)
    }

    @Test func `a source that knows only one batch after the other is prefetched too`() throws {
        struct Plain: BatchSource, Sendable {
            var sampleCount: Int { 12 }
            var batchSize: Int { 4 }
            func batches(epoch: Int, from first: Int) -> any BatchIterator { Iterator(number: first) }
            struct Iterator: BatchIterator {
                var number: Int
                mutating func next() -> Batch? {
                    guard number < 3 else { return nil }
                    number += 1
                    return Batch(["y": Tensor([Int32(number)])])
                }
            }
        }
        #expect(try labels(Plain().prefetched(threads: 3), epoch: 0, from: 1) == [[2], [3]])
    }

    @Test(arguments: [1, 3]) func `an error is thrown where its batch would have come`(threads: Int) throws {
        let source = Self.source().augmented(seed: 1) { batch, _ in
            if batch.number == 7 { throw DatasetError("test", "batch 7 is bad") }
        }.prefetched(threads: threads)
        var iterator = try source.batches(epoch: 0, from: 0)
        for _ in 0..<7 { #expect(try iterator.next() != nil) }
        #expect(throws: DatasetError("test", "batch 7 is bad")) { try iterator.next() }
        #expect(try iterator.next() == nil)
    }

    @Test func `an iterator that is dropped early ends its threads`() throws {
        let running = Running()
        let source = Self.source().augmented(seed: 1) { _, _ in
            running.enter()
            running.leave()
        }.prefetched(threads: 4, ahead: 4)
        for epoch in 0..<200 {
            var iterator = try source.batches(epoch: epoch, from: 0)
            _ = try iterator.next()
        }
        // All are joined: nobody calls the closure any more.
        let calls = running.calls
        #expect(running.inside == 0)
        sched_yield()
        #expect(running.calls == calls)
        #expect(calls >= 200 && calls <= 200 * (1 + 4 + 4))
    }

    /// Counts with atomics: the thread sanitizer does not see the waiting of a `Mutex`.
    private final class Running: Sendable {
        private let present = Atomic(0), total = Atomic(0)
        var inside: Int { present.load(ordering: .acquiring) }
        var calls: Int { total.load(ordering: .acquiring) }
        func enter() {
            present.add(1, ordering: .acquiringAndReleasing)
            total.add(1, ordering: .acquiringAndReleasing)
        }
        func leave() { present.subtract(1, ordering: .acquiringAndReleasing) }
    }

    #if os(Linux)
    @Test func `memory stays flat over fifty epochs`() async {
        // A process of its own: what other tests allocate is not measured.
        await #expect(processExitsWith: .success) {
            func resident() throws -> Int {
                let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
                return Int(text.split(separator: " ")[1])! * sysconf(Int32(_SC_PAGESIZE))
            }
            // An epoch passes 4 MiB; fifty of them leaking one batch in a hundred would show as 2 MiB.
            let source = Samples(["x": HostArray(TensorType([1_024, 32, 32], .f32))]).shuffled(batch: 64, seed: 1).prefetched(threads: 2)
            func pass(_ epoch: Int) throws {
                var iterator = try source.batches(epoch: epoch, from: 0)
                while let batch = try iterator.next() { precondition(batch.count == 64) }
            }
            for epoch in 0..<10 { try pass(epoch) }
            let before = try resident()
            for epoch in 10..<60 { try pass(epoch) }
            let growth = try resident() - before
            guard growth < 4 << 20 else { print("the process grew by \(growth >> 10) KiB"); exit(7) }
        }
    }
    #endif
}

@testable import Engine
import TestKit
import Testing

@Suite struct ThreadsTests {
    /// The state and the losses after some steps of training.
    private func trained(threads: Int, options: Program.Options, steps: Int) throws -> [[Float]] {
        let (program, variables) = try Nets.training(batch: 8, options: options)
        let session = try Session(program, threads: threads)
        let batch = Nets.batch(8)
        let losses = (0..<steps).map { _ in session.run(batch)[0].values(Float.self)[0] }
        return [losses] + variables.map { $0.value.values(Float.self) }
    }

    @Test(arguments: [1, 2, 4]) func `any number of threads gives the same bits`(shards: Int) throws {
        for kernels in [Program.Options.Kernels.preferred, .portable] {
            let options = Program.Options(kernels: kernels, shards: shards)
            let one = try trained(threads: 1, options: options, steps: 3)
            #expect(one[0][2] < one[0][0])
            #expect(try trained(threads: 2, options: options, steps: 3) == one)
            #expect(try trained(threads: 4, options: options, steps: 3) == one)
        }
    }

    @Test func `training in bf16 gives the same bits with any number of threads`() throws {
        let options = Program.Options(precision: .bf16, shards: 2)
        let one = try trained(threads: 1, options: options, steps: 3)
        #expect(one[0][2] < one[0][0])
        #expect(try trained(threads: 3, options: options, steps: 3) == one)
    }

    @Test func `many short rounds run every task once, however many callers there are`() async {
        let pool = Pool(threads: 3)
        await withTaskGroup(of: Int.self) { group in
            for caller in 0..<4 {
                group.addTask {
                    let counts = UnsafeMutablePointer<Int>.allocate(capacity: 16)
                    counts.initialize(repeating: 0, count: 16)
                    defer { counts.deallocate() }
                    for round in 0..<300 {
                        pool.run(2 + (round + caller) % 15, UnsafeMutableRawPointer(counts)) { context, task, _ in
                            context.assumingMemoryBound(to: Int.self)[task] += 1
                        }
                    }
                    return (0..<16).reduce(0) { $0 + counts[$1] } - (0..<300).reduce(0) { $0 + 2 + ($1 + caller) % 15 }
                }
            }
            for await wrong in group { #expect(wrong == 0) }
        }
    }

    @Test func `sessions at once share the pool and do not disturb each other`() async throws {
        let expected = try trained(threads: 1, options: .init(kernels: .portable, shards: 4), steps: 5)
        try await withThrowingTaskGroup(of: [[Float]].self) { group in
            for threads in [2, 2, 4, 4, 1] {
                group.addTask { try trained(threads: threads, options: .init(kernels: .portable, shards: 4), steps: 5) }
            }
            for try await found in group { #expect(found == expected) }
        }
    }

    @Test func `pools come and go without losing their threads`() {
        for count in 1...20 {
            let pool = Pool(threads: 1 + count % 4)
            var sum = [Int](repeating: 0, count: 8)
            sum.withUnsafeMutableBytes { bytes in
                pool.run(8, bytes.baseAddress!) { context, task, _ in context.assumingMemoryBound(to: Int.self)[task] = task }
            }
            #expect(sum == Array(0..<8))
        }
    }

    @Test func `lazy tensors are read and compiled by many tasks at once`() async {
        let numbers = Tensor((0..<64).map { Float($0) }, [8, 8])
        for _ in 0..<100 {
            let twice = numbers + numbers, sum = (twice * numbers).sum()
            await withTaskGroup(of: Bool.self) { group in
                for task in 0..<6 {
                    group.addTask {
                        switch task % 3 {
                        case 0: return twice.values(Float.self)[63] == 126 && matmul(twice, numbers).values(Float.self)[0] == 2240
                        case 1: return sum.scalar == 170_688
                        default: return (try? Session(Program(outputs: [sum, twice]), threads: 1).run([])[0].scalar) == 170_688
                        }
                    }
                }
                for await isRight in group { #expect(isRight) }
            }
        }
    }
}

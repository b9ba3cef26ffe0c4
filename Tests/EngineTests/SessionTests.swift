import CAllocations
@testable import Engine
import TestKit
import Testing

@Suite struct SessionTests {
    /// Blocks of memory that one run asks for once it has run before.
    private func allocations(_ session: Session) -> Int {
        for _ in 0..<3 { session.run() }
        let before = c_allocations()
        for _ in 0..<10 { session.run() }
        return c_allocations() - before
    }

    @Test func `allocations are counted`() throws {
        if c_allocations() < 0 { return }
        let before = c_allocations()
        let block = UnsafeMutableRawPointer.allocate(byteCount: 100_000, alignment: 64)
        block.initializeMemory(as: UInt8.self, repeating: 1, count: 100_000)
        #expect(c_allocations() > before)
        block.deallocate()
    }

    @Test(arguments: [Program.Options.Kernels.native, .portable]) func `a steady run allocates nothing`(kernels: Program.Options.Kernels)
        throws
    {
        let program = try Nets.training(batch: 8, options: .init(kernels: kernels)).program
        let calls = allocations(try Session(program, threads: 1)), shared = allocations(try Session(program, threads: 2))
        // oneDNN asks for memory inside of its calls; nothing else does.
        let allowed = kernels == .native && OneDNN.shared != nil ? 10 * 150 : 0
        #expect(calls <= allowed)
        #expect(shared <= allowed)
        #expect(try allocations(Session(Nets.autoencoder(), threads: 1)) == 0)
    }

    @Test func `a run over spans allocates nothing and equals a run over tensors`() throws {
        let session = try Session(Nets.autoencoder(), threads: 1)
        let input = (0..<64).map { Float($0) / 64 }
        var output = [Float](repeating: 0, count: 64)
        var asked = 0
        for _ in 0..<3 {
            let before = c_allocations()
            var target = output.mutableSpan
            session.run(input.span, into: &target)
            asked = c_allocations() - before
        }
        #expect(asked == 0)
        #expect(output == session.run([Tensor(input, [1, 64])])[0].values(Float.self))
    }

    @Test func `no kernel of the measured nets is a reference implementation`() throws {
        let programs = [
            try Nets.training(batch: 8).program, try Nets.training(batch: 8, options: .init(precision: .bf16)).program,
            try Nets.autoencoder(),
        ]
        for program in programs {
            let session = try Session(program, threads: 1)
            var labels: [String] = []
            session.trace { step, bound, _ in labels += bound.kernels.map { "\(step.label): \($0.label)" } }
            #expect(!labels.isEmpty)
            let slow = labels.filter { $0.contains(": ref") }
            #expect(slow == [])
        }
    }

    @Test func `inputs and outputs can be filled and read in place`() throws {
        let x = Tensor.input("x", [3])
        let session = try Session(Program(inputs: [x], outputs: [x * 2]))
        session.withInput(0) { $0.copyBytes(from: [Float(1), 2, 3].withUnsafeBytes { Array($0) }) }
        session.run()
        #expect(session.withOutput(0) { Array($0.bindMemory(to: Float.self)) } == [2, 4, 6])
    }

    @Test func `a frozen program keeps the weights it was made with`() throws {
        let x = Tensor.input("x", [1, 2]), w = Variable("w", Tensor([1, 2] as [Float], [1, 2]))
        let program = try Program(inputs: [x], outputs: [linear(x, w.value)], options: .init(isFrozen: true))
        w.assign(.zeros([1, 2]))
        #expect(try Session(program).run([.ones([1, 2])])[0].doubles() == [3])
    }

    @Test func `two sessions of one program keep their inputs apart and share its variables`() throws {
        let x = Tensor.input("x", [1]), w = Variable("w", Tensor([0 as Float]))
        let program = try Program(inputs: [x], outputs: [w.value + x], updates: [(w, w.value + x)])
        let (first, second) = (try Session(program), try Session(program))
        #expect(first.run([Tensor([1 as Float])])[0].doubles() == [1])
        #expect(second.run([Tensor([10 as Float])])[0].doubles() == [11])
        #expect(first.run([Tensor([1 as Float])])[0].doubles() == [12])
    }
}

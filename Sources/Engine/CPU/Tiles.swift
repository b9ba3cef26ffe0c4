import CKernels

/// A value inside of a tile program.
public struct TileRegister: Hashable, Sendable {
    let number: Int
}

/// One elementwise instruction on virtual registers. The codes are those of the C interpreter.
struct TileInstruction: Hashable, Sendable {
    var code: UInt8
    var target: Int
    var a = 0, b = 0, c = 0
    var constant = 0.0
    /// Operand of the program that holds the random key; -1 without one.
    var key = -1
}

/// Collects the instructions of a chain of elementwise operations.
public struct TileBuilder: Sendable {
    var code: [TileInstruction] = []
    var registers = 0
    var inputs = 0

    init() {}

    private mutating func fresh() -> Int { defer { registers += 1 }; return registers }

    /// The next operand of the program.
    mutating func load() -> TileRegister {
        defer { inputs += 1 }
        let target = fresh()
        code.append(TileInstruction(code: TileCode.load, target: target, a: inputs))
        return TileRegister(number: target)
    }

    mutating func constant(_ value: Double) -> TileRegister {
        if let known = code.first(where: { $0.code == TileCode.const && $0.constant.bitPattern == value.bitPattern }) {
            return TileRegister(number: known.target)
        }
        let target = fresh()
        code.append(TileInstruction(code: TileCode.const, target: target, constant: value))
        return TileRegister(number: target)
    }

    mutating func apply(_ operation: mk_op, _ a: TileRegister, _ b: TileRegister? = nil, _ c: TileRegister? = nil) -> TileRegister {
        let target = fresh()
        code.append(TileInstruction(code: UInt8(operation.rawValue), target: target, a: a.number, b: b?.number ?? 0, c: c?.number ?? 0))
        return TileRegister(number: target)
    }

    /// Uniform random numbers, or raw random bits, of the key that is operand `input`.
    mutating func random(_ operation: mk_op, key input: Int) -> TileRegister {
        let target = fresh()
        code.append(TileInstruction(code: UInt8(operation.rawValue), target: target, key: input))
        return TileRegister(number: target)
    }
}

enum TileCode {
    static let load = UInt8(MK_OP_LOAD.rawValue)
    static let store = UInt8(MK_OP_STORE.rawValue)
    static let storeBits = UInt8(MK_OP_STORE_BITS.rawValue)
    static let const = UInt8(MK_OP_CONST.rawValue)
    static let uniform = UInt8(MK_OP_UNIFORM01.rawValue)
    static let bits = UInt8(MK_OP_RANDOM_BITS.rawValue)
}

/// A chain of elementwise operations with one result, run tile by tile so that intermediate values never leave the cache.
struct TileProgram: Hashable, Sendable {
    /// Instructions on physical registers, ending with a store.
    let code: [TileInstruction]
    let inputs: Int
    let compute: ComputeClass

    /// Nil where the chain needs more registers than there are.
    init?(_ builder: TileBuilder, result: TileRegister, compute: ComputeClass, rawBits: Bool = false) {
        var lastUse = [Int](repeating: -1, count: builder.registers)
        func operands(_ instruction: TileInstruction) -> [Int] {
            switch Int(instruction.code) {
            case Int(TileCode.load), Int(TileCode.const), Int(TileCode.uniform), Int(TileCode.bits): []
            case ..<Int(MK_OP_RELU_GRAD.rawValue): [instruction.a]
            case ..<Int(MK_OP_SELECT.rawValue): [instruction.a, instruction.b]
            default: [instruction.a, instruction.b, instruction.c]
            }
        }
        for (place, instruction) in builder.code.enumerated() {
            for operand in operands(instruction) { lastUse[operand] = place }
        }
        lastUse[result.number] = builder.code.count
        var free = Array((0..<Int(MK_TILE_REGISTERS)).reversed())
        var physical = [Int](repeating: 0, count: builder.registers)
        var code: [TileInstruction] = []
        for (place, instruction) in builder.code.enumerated() {
            var placed = instruction
            if lastUse[instruction.target] < 0 { continue }
            let used = operands(instruction)
            if used.count > 0 { placed.a = physical[used[0]] }
            if used.count > 1 { placed.b = physical[used[1]] }
            if used.count > 2 { placed.c = physical[used[2]] }
            // The target is taken before the operands are freed: an interpreter may read them while it writes.
            guard let register = free.popLast() else { return nil }
            physical[instruction.target] = register
            placed.target = register
            for operand in Set(used) where lastUse[operand] == place { free.append(physical[operand]) }
            code.append(placed)
        }
        code.append(TileInstruction(code: rawBits ? TileCode.storeBits : TileCode.store, target: 0, a: physical[result.number]))
        self.code = code
        inputs = builder.inputs
        self.compute = compute
    }

    /// A kernel over the elements of `result`; operands are broadcast to its shape.
    func kernel(_ binder: Binder, result: Place, operands: [Place]) -> Kernel {
        // A random key is read once, not along the iteration.
        let random = Set(code.map(\.key))
        let space = IterationSpace(result.shape, operands.indices.map { random.contains($0) ? [] : operands[$0].shape })
        let keys = code.compactMap { $0.key >= 0 ? operands[$0.key].pointer(as: UInt32.self) : nil }
        let pieces = Binder.pieces(result.shape.count, each: 1 << 15)
        guard compute == .float else {
            return Kernel(pieces: pieces, label: "tiles.swift") { [self] piece, _ in
                switch compute {
                case .double: interpret(Double.self, space, operands, result, piece, pieces)
                case .signed: interpret(Int64.self, space, operands, result, piece, pieces)
                default: interpret(UInt64.self, space, operands, result, piece, pieces)
                }
            }
        }
        let context = TileContext(self, space, operands, result, keys, pieces, binder.elementOffset)
        return Kernel(
            pieces: pieces, scratchBytes: Int(MK_TILE_SCRATCH) + code.count * MemoryLayout<mk_tile_instruction>.stride + 64,
            label: "tiles", context: Unmanaged.passUnretained(context).toOpaque(), owner: context
        ) { raw, piece, scratch in
            let context = raw.assumingMemoryBound(to: UnsafeMutableRawPointer.self).pointee
            Unmanaged<TileContext>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.run(piece, scratch) }
        }
    }
}

/// An elementwise iteration, with as few axes as the operands' broadcasting allows: [leading…, outer, inner].
struct IterationSpace: Sendable {
    /// Extents of the leading axes, over which the two innermost are repeated.
    let leading: [Int]
    let outer: Int
    let inner: Int
    /// For every operand: strides along the leading axes, the outer one and the inner one.
    let strides: [[Int]]

    init(_ shape: Shape, _ operands: [Shape]) {
        var extents: [Int] = []
        var steps: [[Int]] = []  // per kept axis, one stride an operand
        let all = operands.map { $0.broadcastStrides(to: shape) }
        for axis in 0..<shape.rank where shape[axis] != 1 {
            let here = all.map { $0[axis] }
            if let last = extents.last, zip(steps.last!, here).allSatisfy({ $0 == $1 * shape[axis] }) {
                extents[extents.count - 1] = last * shape[axis]
                steps[steps.count - 1] = here
            } else {
                extents.append(shape[axis])
                steps.append(here)
            }
        }
        while extents.count < 2 {
            extents.insert(1, at: 0)
            steps.insert([Int](repeating: 0, count: operands.count), at: 0)
        }
        leading = Array(extents.dropLast(2))
        outer = extents[extents.count - 2]
        inner = extents[extents.count - 1]
        strides = operands.indices.map { operand in steps.map { $0[operand] } }
    }

    var blocks: Int { leading.reduce(1, *) }

    /// Offset of an operand at a block of the leading axes.
    func offset(_ operand: Int, _ block: Int) -> Int {
        var rest = block, offset = 0
        for axis in stride(from: leading.count - 1, through: 0, by: -1) {
            offset += rest % leading[axis] * strides[operand][axis]
            rest /= leading[axis]
        }
        return offset
    }
}

/// Everything that a run of the C interpreter needs, made once.
private final class TileContext: @unchecked Sendable {
    // @unchecked Sendable: only read while pieces run; the code that carries random keys is copied to each run's scratch.
    let code: UnsafeMutablePointer<mk_tile_instruction>
    let count: Int
    let inputs: UnsafeMutablePointer<mk_tile_input>
    let inputCount: Int
    var output: mk_tile_output
    let space: IterationSpace
    let keys: [(instruction: Int, key: UnsafeMutablePointer<UInt32>)]
    let pieces: Int
    let offset: Int

    init(
        _ program: TileProgram, _ space: IterationSpace, _ operands: [Place], _ result: Place, _ keys: [UnsafeMutablePointer<UInt32>],
        _ pieces: Int, _ offset: Int
    ) {
        count = program.code.count
        code = .allocate(capacity: count)
        var rest = keys
        var found: [(Int, UnsafeMutablePointer<UInt32>)] = []
        for (place, instruction) in program.code.enumerated() {
            code[place] = mk_tile_instruction(
                op: instruction.code, dst: UInt8(instruction.target), a: UInt8(instruction.a), b: UInt8(instruction.b),
                c: UInt8(instruction.c),
                k: Float(instruction.constant), key0: 0, key1: 0)
            if instruction.key >= 0 { found.append((place, rest.removeFirst())) }
        }
        self.keys = found
        inputCount = operands.count
        inputs = .allocate(capacity: max(1, operands.count))
        for (place, operand) in operands.enumerated() {
            let steps = space.strides[place]
            inputs[place] = mk_tile_input(
                base: UnsafeRawPointer(operand.pointer), dtype: mk_dtype(UInt32(operand.dtype.rawValue)),
                outer_stride: steps[steps.count - 2], inner_stride: steps[steps.count - 1])
        }
        output = mk_tile_output(base: result.pointer, dtype: mk_dtype(UInt32(result.dtype.rawValue)), outer_stride: space.inner)
        self.space = space
        self.pieces = pieces
        self.offset = offset
    }

    deinit {
        code.deallocate()
        inputs.deallocate()
    }

    func run(_ piece: Int, _ scratch: UnsafeMutableRawPointer) {
        var code = self.code
        if !keys.isEmpty {
            code = (scratch + ((Int(MK_TILE_SCRATCH) + 63) & ~63)).assumingMemoryBound(to: mk_tile_instruction.self)
            code.update(from: self.code, count: count)
            for (instruction, key) in keys {
                code[instruction].key0 = key[0]
                code[instruction].key1 = key[1]
            }
        }
        if space.blocks == 1 {
            // Long rows are cut between columns, many rows between rows.
            let byRows = space.outer >= pieces
            let rows = byRows ? Binder.range(space.outer, piece, of: pieces) : 0..<space.outer
            let columns = byRows ? 0..<space.inner : Binder.range(space.inner, piece, of: pieces, grain: 64)
            mk_tile_run(
                code, Int32(count), inputs, Int32(inputCount), &output, 1, space.outer, space.inner,
                rows.lowerBound, rows.upperBound, columns.lowerBound, columns.upperBound, offset, scratch)
            return
        }
        let block = space.outer * space.inner
        for index in Binder.range(space.blocks, piece, of: pieces) {
            withUnsafeTemporaryAllocation(of: mk_tile_input.self, capacity: max(1, inputCount)) { moved in
                for place in 0..<inputCount {
                    moved[place] = inputs[place]
                    moved[place].base = inputs[place].base + space.offset(place, index) * Int(mk_dtype_size(inputs[place].dtype))
                }
                var target = output
                target.base = output.base + index * block * Int(mk_dtype_size(output.dtype))
                mk_tile_run(
                    code, Int32(count), moved.baseAddress!, Int32(inputCount), &target, 1, space.outer, space.inner,
                    0, space.outer, 0, space.inner, offset + index * block, scratch)
            }
        }
    }
}

import CKernels

extension MatMul {
    func bind(_ binder: Binder) throws -> Kernel {
        let dtype = binder.operands[0].dtype
        guard dtype == .f32 || dtype == .bf16, binder.results[0].shape.count > 0 else { return try portable(dtype, binder) }
        let call = try MatMulCall(self, binder)
        if binder.native, call.isNative, let library = OneDNN.shared, let kernel = try? call.native(library) { return kernel }
        return try call.inC() ?? portable(dtype, binder)
    }

    /// Constant weights are packed once; packing a parameter in every run would cost what it gains.
    func packing(_ operands: [TensorType], _ results: [TensorType], isConstant: [Bool]) -> [Int: PackedLayout] {
        guard isConstant[1], operands[1].shape.rank == 2, results[0].shape.rank == 2, let library = OneDNN.shared else { return [:] }
        func place(_ type: TensorType) -> Place {
            Place(pointer: UnsafeMutableRawPointer(bitPattern: 64)!, type: type, isConstant: false, layout: nil)
        }
        let binder = Binder(
            name: name, operands: operands.map(place), results: results.map(place), shard: 0, elementOffset: 0, native: true,
            resultIsRead: [true])
        guard let call = try? MatMulCall(self, binder), call.isNative, let primitive = try? call.primitive(library, packed: true),
            !primitive.isReference,
            let wanted = primitive.descriptor(.weights), let plain = try? call.weights(library)
        else { return [:] }
        return [
            1: PackedLayout(key: "matmul \(operands[1].dtype) \(wanted)\(transposeRight ? " turned" : "")", bytes: wanted.byteCount) {
                source, target in
                try Kernel(library.reorder(source: plain, destination: wanted), [(.source, source.pointer), (.destination, target)])
            }
        ]
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let call = try MatMulCall(self, binder)
        let a = binder.read(0, T.self), b = binder.read(1, T.self), y = binder.write(0, T.self)
        let extra = (2..<binder.operands.count).map { binder.read($0, T.self) }
        let bias = hasBias ? extra[0] : nil, residual = hasResidual ? extra.last : nil
        let activation = activation
        return binder.portable([a, b] + extra, [y]) {
            for index in 0..<call.count {
                let (pa, pb, py) = (a.pointer + call.offsetA(index), b.pointer + call.offsetB(index), y.pointer + index * call.m * call.n)
                for i in 0..<call.m {
                    let row = py + i * call.n
                    for j in 0..<call.n { row[j] = bias?[j] ?? .zero }
                    for p in 0..<call.k {
                        let left = pa[i * call.strideA.row + p * call.strideA.column]
                        let line = pb + p * call.strideB.row
                        for j in 0..<call.n { row[j] += left * line[j * call.strideB.column] }
                    }
                    if let residual { for j in 0..<call.n { row[j] += residual[(index * call.m + i) * call.n + j] } }
                    if activation != .none { for j in 0..<call.n { row[j] = T(activation.value(row[j].double)) } }
                }
            }
        }
    }
}

/// One matrix product, or a batch of them, as a kernel sees it.
struct MatMulCall {
    let op: MatMul
    let binder: Binder
    let m: Int, n: Int, k: Int
    /// Number of products and the offset, in matrices, of each operand along the leading axes.
    let count: Int
    let batch: Shape
    let stepsA: [Int], stepsB: [Int]
    let strideA: (row: Int, column: Int), strideB: (row: Int, column: Int)

    init(_ op: MatMul, _ binder: Binder) throws {
        self.op = op
        self.binder = binder
        let a = binder.operands[0].shape, b = binder.operands[1].shape, y = binder.results[0].shape
        m = y[-2]
        n = y[-1]
        k = op.transposeLeft ? a[-2] : a[-1]
        batch = Shape(Array(y.extents.dropLast(2)))
        count = batch.count
        stepsA = Shape(Array(a.extents.dropLast(2))).broadcastStrides(to: batch)
        stepsB = Shape(Array(b.extents.dropLast(2))).broadcastStrides(to: batch)
        strideA = op.transposeLeft ? (1, m) : (k, 1)
        strideB = op.transposeRight ? (1, k) : (n, 1)
    }

    /// Below this the library's own overhead exceeds the work.
    private var isLarge: Bool { m * n * k * count > 1 << 15 && m > 1 }
    var isNative: Bool { isLarge && k > 0 && [.f32, .bf16].contains(binder.operands[0].dtype) }

    private func offset(_ index: Int, _ steps: [Int]) -> Int {
        var rest = index, result = 0
        for axis in stride(from: batch.rank - 1, through: 0, by: -1) {
            result += rest % batch[axis] * steps[axis]
            rest /= batch[axis]
        }
        return result
    }
    func offsetA(_ index: Int) -> Int { offset(index, stepsA) * m * k }
    func offsetB(_ index: Int) -> Int { offset(index, stepsB) * k * n }

    private var bias: Place? { op.hasBias ? binder.operands[2] : nil }
    private var residual: Place? { op.hasResidual ? binder.operands.last : nil }

    // MARK: oneDNN

    private func descriptor(
        _ library: OneDNN, _ place: Place, _ rows: Int, _ columns: Int, _ steps: [Int], _ stride: (row: Int, column: Int)
    ) throws -> OneDNN.Descriptor {
        let lead = batch.extents
        let extents = lead.indices.map { steps[$0] == 0 ? 1 : lead[$0] }
        return try library.plain(
            extents + [rows, columns], strides: lead.indices.map { max(1, steps[$0]) * rows * columns } + [stride.row, stride.column],
            place.dtype)
    }

    /// The weights as they lie in memory.
    func weights(_ library: OneDNN) throws -> OneDNN.Descriptor { try descriptor(library, binder.operands[1], k, n, stepsB, strideB) }

    func primitive(_ library: OneDNN, packed: Bool) throws -> OneDNN.Primitive {
        let lead = batch.extents
        let target = try library.plain(lead + [m, n], binder.results[0].dtype)
        return try library.matmul(
            source: descriptor(library, binder.operands[0], m, k, stepsA, strideA),
            weights: packed ? library.any([k, n], binder.operands[1].dtype) : weights(library),
            bias: bias.map { try library.plain(lead.map { _ in 1 } + [1, n], $0.dtype) }, destination: target,
            after: (residual == nil ? [] : [.add(target)]) + op.activation.after)
    }

    func native(_ library: OneDNN) throws -> Kernel {
        let (a, b, y) = (binder.operands[0], binder.operands[1], binder.results[0])
        let primitive = try primitive(library, packed: b.layout != nil)
        if primitive.isReference { throw binder.refuse("oneDNN has only a reference kernel") }
        var arguments: [(OneDNN.Argument, UnsafeMutableRawPointer)] = [
            (.source, a.pointer), (.weights, b.pointer), (.destination, y.pointer),
        ]
        if let bias { arguments.append((.bias, bias.pointer)) }
        if let residual { arguments.append((.postOperation(0), residual.pointer)) }
        return try Kernel(primitive, arguments)
    }

    // MARK: C

    /// Nil for what the C kernels do not know.
    func inC() -> Kernel? {
        guard let activation = op.activation.kernelCode, !op.hasResidual || activation == 0, bias.map({ $0.dtype == .f32 }) ?? true,
            residual.map({ $0.dtype == binder.results[0].dtype }) ?? true
        else { return nil }
        let isNarrow = binder.operands[0].dtype == .bf16, wide = binder.results[0].dtype == .f32
        if isNarrow && op.hasResidual { return nil }
        let (a, b, y) = (binder.operands[0].pointer, binder.operands[1].pointer, binder.results[0].pointer)
        let size = binder.operands[0].dtype.size, target = binder.results[0].dtype.size
        let start = bias?.pointer(as: Float.self)
        let call = self
        let rest = residual
        if m == 1 && count == 1 && !isNarrow && !op.hasResidual {
            // Weights known now are turned once, so that every row of the product is a row in memory.
            let turned = op.transposeRight && binder.operands[1].isConstant ? Buffer(bytes: k * n * 4) : nil
            if let turned { mk_transpose(turned.pointer, n, b, k, n, k, 4) }
            let plain = !op.transposeRight || turned != nil
            let b = turned?.pointer ?? b
            return Kernel(label: "gemv") { _, _ in
                defer { withExtendedLifetime(turned) {} }
                let (w, x, out) = (
                    b.assumingMemoryBound(to: Float.self), a.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self)
                )
                if plain {
                    mk_gemv_f32(call.k, call.n, w, x, start, out, activation)
                } else {
                    mk_gemv_rows_f32(call.k, call.n, w, x, start, out, activation)
                }
            }
        }
        let pieces = count > 1 ? min(count, Binder.pieces(m * n * k * count, each: 1 << 20)) : 1
        return Kernel(pieces: pieces, scratchBytes: Int(mk_gemm_scratch_bytes(m, n, k)), label: "gemm") { piece, scratch in
            for index in Binder.range(call.count, piece, of: pieces) {
                let (pa, pb, py) = (a + call.offsetA(index) * size, b + call.offsetB(index) * size, y + index * call.m * call.n * target)
                if let rest { py.copyMemory(from: rest.pointer + index * call.m * call.n * target, byteCount: call.m * call.n * target) }
                if isNarrow {
                    mk_gemm_bf16(
                        call.m, call.n, call.k, pa.assumingMemoryBound(to: UInt16.self), call.strideA.row, call.strideA.column,
                        pb.assumingMemoryBound(to: UInt16.self), call.strideB.row, call.strideB.column, 0, py, wide ? 0 : 1, call.n, start,
                        activation, scratch)
                } else {
                    mk_gemm_f32(
                        call.m, call.n, call.k, pa.assumingMemoryBound(to: Float.self), call.strideA.row, call.strideA.column,
                        pb.assumingMemoryBound(to: Float.self), call.strideB.row, call.strideB.column, rest == nil ? 0 : 1,
                        py.assumingMemoryBound(to: Float.self), call.n, start, activation, scratch)
                }
            }
        }
    }
}

import CKernels

extension Convolution {
    private func call(_ x: TensorType, _ kernel: TensorType, _ y: TensorType) -> ConvolutionCall {
        let full = pool == nil ? y.shape : sums(x.shape, kernel.shape)
        return ConvolutionCall(windows: windows, groups: groups, x: x.shape, kernel: kernel.shape, y: full, dtype: x.dtype)
    }

    /// Whether a kernel takes the largest of every `pool` by `pool` results as it makes them.
    func pools(_ operands: [TensorType]) -> Bool {
        let call = call(operands[0], operands[1], operands[0]), bias = hasBias ? operands[2].dtype : nil
        let isConstant = operands.map { _ in true }
        return call.y.spatial.allSatisfy { $0 >= 2 }
            && (filtering(call, bias: bias, isConstant: isConstant) != nil || few(call, bias: bias, isConstant: isConstant) != nil)
    }

    /// Whether our kernels finish the result as this operation wants it.
    private func finishes(bias: DType?, isConstant: [Bool]) -> Bool {
        activation.kernelCode != nil && (bias == nil || bias == .f32 || isConstant[2])
    }

    /// By minimal filtering, where that pays.
    private func filtering(_ call: ConvolutionCall, bias: DType?, isConstant: [Bool]) -> MinimalFiltering? {
        finishes(bias: bias, isConstant: isConstant)
            ? MinimalFiltering.forward(call, isConstant: pool != nil || isConstant[1], pool: pool ?? 1) : nil
    }

    private func few(_ call: ConvolutionCall, bias: DType?, isConstant: [Bool]) -> FewChannels? {
        let code = activation.kernelCode.map(Int.init)
        let isSimple = !hasResidual && (code == MK_ACTIVATION_NONE || code == MK_ACTIVATION_RELU)
        return isSimple && finishes(bias: bias, isConstant: isConstant) ? FewChannels.forward(call) : nil
    }

    func packing(_ operands: [TensorType], _ results: [TensorType], isConstant: [Bool]) -> [Int: PackedLayout] {
        let call = call(operands[0], operands[1], results[0])
        if let filtering = filtering(call, bias: hasBias ? operands[2].dtype : nil, isConstant: isConstant) {
            return [1: filtering.layout]
        }
        if let few = few(call, bias: hasBias ? operands[2].dtype : nil, isConstant: isConstant) { return [1: few.layout] }
        guard call.isNative, let library = OneDNN.shared,
            let primitive = try? call.forward(library, bias: hasBias ? operands[2].dtype : nil, residual: hasResidual, activation),
            let layout = call.packing(primitive)
        else { return [:] }
        return [1: layout]
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let call = call(binder.operands[0].type, binder.operands[1].type, binder.results[0].type)
        let (weights, bias) = (binder.operands[1], hasBias ? binder.operands[2] : nil)
        let isConstant = binder.operands.map(\.isConstant)
        if let filtering = filtering(call, bias: bias?.dtype, isConstant: isConstant), filtering.isReady(weights) {
            return filtering.kernel(
                binder.operands[0], weights, bias: bias, residual: hasResidual ? binder.operands.last : nil,
                activation: activation.kernelCode ?? 0, binder.results[0])
        }
        if let few = few(call, bias: bias?.dtype, isConstant: isConstant), few.isReady(weights) {
            return few.kernel(
                binder.operands[0], weights, bias: bias, activation: activation.kernelCode ?? 0, pool: pool ?? 1, binder.results[0])
        }
        if pool != nil { throw binder.refuse("has no kernel that also takes the largest results") }
        if binder.native, call.isNative, let library = OneDNN.shared, let kernel = try? native(call, library, binder) { return kernel }
        return try inC(call, binder) ?? portable(call.dtype, binder)
    }

    private func native(_ call: ConvolutionCall, _ library: OneDNN, _ binder: Binder) throws -> Kernel {
        let (x, weights, y) = (binder.operands[0], binder.operands[1], binder.results[0])
        let bias = hasBias ? binder.operands[2] : nil, residual = hasResidual ? binder.operands.last : nil
        func kernel(_ primitive: OneDNN.Primitive, _ source: Int, _ target: Int) throws -> Kernel {
            var arguments: [(OneDNN.Argument, UnsafeMutableRawPointer)] = [
                (.source, x.pointer + source), (.weights, weights.pointer), (.destination, y.pointer + target),
            ]
            if let bias { arguments.append((.bias, bias.pointer)) }
            if let residual { arguments.append((.postOperation(0), residual.pointer + target)) }
            return try Kernel(primitive, arguments)
        }
        let whole = try call.forward(library, bias: bias?.dtype, residual: hasResidual, activation)
        guard call.isReady(weights, whole) else { throw binder.refuse("the kernel lies in another layout") }
        let pieces = call.rowPieces
        if pieces > 1, let layout = whole.descriptor(.weights) {
            let parts = try? (0..<pieces).compactMap { piece -> Kernel? in
                let range = Binder.range(call.y[1], piece, of: pieces)
                if range.isEmpty { return nil }
                let part = call.rows(range)
                return try kernel(
                    part.call.forward(library, bias: bias?.dtype, residual: hasResidual, activation, weights: layout), part.x, part.y)
            }
            if let parts {
                return Kernel(pieces: parts.count, scratchBytes: parts.map(\.scratchBytes).max() ?? 0, label: whole.implementation) {
                    piece, scratch in
                    parts[piece].run(0, scratch)
                }
            }
        }
        return try kernel(whole, 0, 0)
    }

    private func inC(_ call: ConvolutionCall, _ binder: Binder) -> Kernel? {
        guard var conv = call.inC else { return nil }
        let (x, weights, y) = (binder.operands[0], binder.operands[1], binder.results[0])
        let isNarrow = call.dtype == .bf16
        let code = hasResidual ? nil : activation.kernelCode
        let after = code == nil ? Finish(y, hasResidual ? binder.operands.last : nil, activation) : nil
        let bias = hasBias ? binder.operands[2] : nil
        let channels = call.kernel[0]
        let biasBytes = bias.map { $0.dtype == .f32 ? 0 : Packing.padded(channels * 4) } ?? 0
        let packing = Packing(weights, Int(mk_conv_packed_bytes(&conv))) { source, target in
            var conv = conv
            if isNarrow {
                mk_conv_pack_weights_bf16(&conv, source.assumingMemoryBound(to: UInt16.self), target)
            } else {
                mk_conv_pack_weights_f32(&conv, source.assumingMemoryBound(to: Float.self), target)
            }
        }
        let rows = call.y[0] * mk_conv_out_height(&conv)
        // Packing anew in every piece would not pay.
        let pieces = packing.isKept ? min(rows, Binder.pieces(call.work, each: 1 << 23)) : 1
        let rowLength = call.y.count / rows
        let shape = conv
        return Kernel(pieces: pieces, scratchBytes: packing.bytes + biasBytes + Int(mk_conv_scratch_bytes(&conv)), label: "conv") {
            piece, scratch in
            var conv = shape
            let packed = packing.ready(scratch)
            let range = Binder.range(rows, piece, of: pieces)
            var offset: UnsafePointer<Float>?
            if let bias {
                offset = UnsafePointer(bias.floats)
                if biasBytes > 0 {
                    let wide = (scratch + packing.bytes).assumingMemoryBound(to: Float.self)
                    load(bias.pointer, bias.dtype, count: channels, into: wide)
                    offset = UnsafePointer(wide)
                }
            }
            let rest = scratch + packing.bytes + biasBytes
            if isNarrow {
                mk_conv_forward_bf16(
                    &conv, x.pointer(as: UInt16.self), packed, offset, code ?? 0, y.pointer(as: UInt16.self), range.lowerBound,
                    range.upperBound, rest)
            } else {
                mk_conv_forward_f32(&conv, x.floats, packed, offset, code ?? 0, y.floats, range.lowerBound, range.upperBound, rest)
            }
            after?.run(range.lowerBound * rowLength..<range.upperBound * rowLength)
        }
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let call = call(binder.operands[0].type, binder.operands[1].type, binder.results[0].type)
        let x = binder.read(0, T.self), kernel = binder.read(1, T.self), y = binder.write(0, T.self)
        let extra = (2..<binder.operands.count).map { binder.read($0, T.self) }
        let bias = hasBias ? extra[0] : nil, residual = hasResidual ? extra.last : nil
        let (activation, groups, walk) = (activation, groups, call.walk)
        return binder.portable([x, kernel] + extra, [y]) {
            let out = call.kernel[0], each = call.kernel[1], channels = call.x[-1], taps = walk.taps
            for place in 0..<y.count { y[place] = bias?[place % out] ?? .zero }
            walk.forEach { result, pixel, tap in
                for o in 0..<out {
                    let source = x.pointer + pixel * channels + o / (out / groups) * each
                    let line = kernel.pointer + o * each * taps + tap
                    var sum = y[result * out + o]
                    for c in 0..<each { sum += source[c] * line[c * taps] }
                    y[result * out + o] = sum
                }
            }
            if let residual { for place in 0..<y.count { y[place] += residual[place] } }
            if activation != .none { for place in 0..<y.count { y[place] = T(activation.value(y[place].double)) } }
        }
    }
}

/// Residual and activation over a result that the C kernel left without them.
private struct Finish: @unchecked Sendable {
    // @unchecked Sendable: memory of the session.
    let y: Place
    let residual: Place?
    let activation: Activation

    init(_ y: Place, _ residual: Place?, _ activation: Activation) {
        self.y = y
        self.residual = residual
        self.activation = activation
    }

    func run(_ range: Range<Int>) {
        @inline(__always) func through<E>(_: E.Type, _ widen: (E) -> Float, _ narrow: (Float) -> E) {
            let target = y.pointer(as: E.self)
            if let more = residual?.pointer(as: E.self) {
                if activation == .relu {
                    for place in range { target[place] = narrow(max(widen(target[place]) + widen(more[place]), 0)) }
                    return
                }
                for place in range { target[place] = narrow(widen(target[place]) + widen(more[place])) }
            }
            if activation != .none { for place in range { target[place] = narrow(Float(activation.value(Double(widen(target[place]))))) } }
        }
        if y.dtype == .bf16 { through(BFloat16.self, { $0.float }, { BFloat16($0) }) } else { through(Float.self, { $0 }, { $0 }) }
    }
}

/// A kernel in the form of the C kernels: made once where the values are constant, else before every use.
struct Packing: @unchecked Sendable {
    // @unchecked Sendable: memory of the session, and a buffer that is written before anyone reads it.
    let source: UnsafeMutableRawPointer
    let kept: Buffer?
    /// Scratch that the packed form takes.
    let bytes: Int
    let pack: (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void

    static func padded(_ bytes: Int) -> Int { (bytes + 63) & ~63 }

    init(_ place: Place, _ size: Int, _ pack: @escaping (_ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer) -> Void) {
        source = place.pointer
        self.pack = pack
        kept = place.isConstant ? Buffer(bytes: size) : nil
        bytes = place.isConstant ? 0 : Self.padded(size)
        if let kept { pack(source, kept.pointer) }
    }

    var isKept: Bool { kept != nil }

    func ready(_ scratch: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        if let kept { return kept.pointer }
        pack(source, scratch)
        return scratch
    }
}

import CKernels

/// The sizes of one convolution, or of a shard of it, whichever of its three operands is the result.
struct ConvolutionCall: Sendable {
    let windows: Windows
    let groups: Int
    /// [batch, spatial…, in], [out, in / groups, spatial…] and [batch, spatial…, out].
    let x: Shape, kernel: Shape, y: Shape
    let dtype: DType

    var work: Int { 2 * y.count * kernel.extents.dropFirst().reduce(1, *) }

    /// Where the native library is asked: it knows the types, and the work outweighs its own overhead.
    var isNative: Bool { (dtype == .f32 || dtype == .bf16) && work >= 1 << 17 }

    var walk: WindowWalk {
        WindowWalk(batch: x[0], source: x.spatial, results: y.spatial, window: Array(kernel.extents.dropFirst(2)), windows)
    }

    /// As the C kernels see it; nil for what they do not know. One spatial axis is an image of height 1.
    var inC: mk_conv? {
        guard dtype == .f32 || dtype == .bf16, windows.rank <= 2, x.count > 0, y.count > 0 else { return nil }
        let flat = windows.rank == 1
        return mk_conv(
            batch: x[0], height: flat ? 1 : x[1], width: x[-2], channels: x[-1],
            out_channels: kernel[0], kernel_height: flat ? 1 : kernel[2], kernel_width: kernel[-1],
            stride_height: flat ? 1 : windows.strides[0], stride_width: windows.strides.last!,
            dilation_height: flat ? 1 : windows.dilations[0], dilation_width: windows.dilations.last!,
            pad_top: flat ? 0 : windows.before[0], pad_left: windows.before.last!,
            pad_bottom: flat ? 0 : windows.after[0], pad_right: windows.after.last!, groups: groups)
    }

    // MARK: oneDNN

    private func plainKernel(_ library: OneDNN, _ dtype: DType) throws -> OneDNN.Descriptor {
        try library.kernel(kernel.extents, groups: groups, dtype)
    }

    func forward(_ library: OneDNN, bias: DType?, residual: Bool, _ activation: Activation, weights: OneDNN.Descriptor? = nil) throws -> OneDNN.Primitive {
        let target = try library.channelsLast(y.extents, dtype)
        return try checked(
            library.convolution(
                source: library.channelsLast(x.extents, dtype), weights: weights ?? library.anyKernel(kernel.extents, groups: groups, dtype),
                bias: bias.map { try library.plain([kernel[0]], $0) }, destination: target, windows.native, training: false,
                after: (residual ? [.add(target)] : []) + activation.after))
    }

    func backwardData(_ library: OneDNN) throws -> OneDNN.Primitive {
        try checked(
            library.convolutionBackwardData(
                sourceGradient: library.channelsLast(x.extents, dtype), weights: library.anyKernel(kernel.extents, groups: groups, dtype),
                destinationGradient: library.channelsLast(y.extents, dtype), windows.native))
    }

    func backwardKernel(_ library: OneDNN, bias: Bool) throws -> OneDNN.Primitive {
        try checked(
            library.convolutionBackwardWeights(
                source: library.channelsLast(x.extents, dtype), weightsGradient: library.anyKernel(kernel.extents, groups: groups, .f32),
                biasGradient: bias ? library.plain([kernel[0]], .f32) : nil, destinationGradient: library.channelsLast(y.extents, dtype), windows.native))
    }

    private func checked(_ primitive: OneDNN.Primitive) throws -> OneDNN.Primitive {
        if primitive.isReference { throw EngineError(primitive.operation, "oneDNN has only a reference kernel") }
        return primitive
    }

    /// How `primitive` wants the kernel, where that is not its plain form.
    func packing(_ primitive: OneDNN.Primitive) -> PackedLayout? {
        let library = primitive.library
        guard let wanted = primitive.descriptor(.weights), !wanted.isOpaque, let plain = try? plainKernel(library, dtype), plain != wanted else { return nil }
        let call = self
        return PackedLayout(key: "oneDNN \(wanted)", bytes: wanted.byteCount) { source, target in
            let reorder = try library.reorder(source: call.plainKernel(library, source.dtype), destination: wanted)
            return try Kernel(reorder, [(.source, source.pointer), (.destination, target)])
        }
    }

    /// Whether `place` holds the kernel as `primitive` wants it.
    func isReady(_ place: Place, _ primitive: OneDNN.Primitive) -> Bool { place.layout == packing(primitive) }

    /// Parts of the result's outermost spatial axis that run independently where one image is all there is.
    var rowPieces: Int {
        guard x[0] == 1, work >= 1 << 20, y[1] > 1, windows.after[0] < kernel[2] * windows.dilations[0] else { return 1 }
        // Even numbers of equal pieces, so that two threads end together.
        return work < 1 << 26 || y[1] % 4 > 0 && y[1] < 28 ? 2 : 4
    }

    /// The convolution that makes only some rows of one image's result, and where its operands begin.
    func rows(_ range: Range<Int>) -> (call: ConvolutionCall, x: Int, y: Int) {
        let (part, start, end) = windows.rows(range, of: x[1], window: kernel[2])
        let call = ConvolutionCall(
            windows: part, groups: groups, x: x.replacing(1, with: end - start + 1), kernel: kernel, y: y.replacing(1, with: range.count), dtype: dtype)
        return (call, start * x.strides[1] * dtype.size, range.lowerBound * y.strides[1] * dtype.size)
    }
}

// MARK: Forward

extension Convolution {
    private func call(_ x: TensorType, _ kernel: TensorType, _ y: TensorType) -> ConvolutionCall {
        ConvolutionCall(windows: windows, groups: groups, x: x.shape, kernel: kernel.shape, y: y.shape, dtype: x.dtype)
    }

    func packing(_ operands: [TensorType], _ results: [TensorType]) -> [Int: PackedLayout] {
        let call = call(operands[0], operands[1], results[0])
        guard call.isNative, let library = OneDNN.shared,
            let primitive = try? call.forward(library, bias: hasBias ? operands[2].dtype : nil, residual: hasResidual, activation),
            let layout = call.packing(primitive) else { return [:] }
        return [1: layout]
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let call = call(binder.operands[0].type, binder.operands[1].type, binder.results[0].type)
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
                return try kernel(part.call.forward(library, bias: bias?.dtype, residual: hasResidual, activation, weights: layout), part.x, part.y)
            }
            if let parts {
                return Kernel(pieces: parts.count, scratchBytes: parts.map(\.scratchBytes).max() ?? 0, label: whole.implementation) { piece, scratch in
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
        return Kernel(pieces: pieces, scratchBytes: packing.bytes + biasBytes + Int(mk_conv_scratch_bytes(&conv)), label: "conv") { piece, scratch in
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
                    &conv, x.pointer(as: UInt16.self), packed, offset, code ?? 0, y.pointer(as: UInt16.self), range.lowerBound, range.upperBound, rest)
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
private struct Packing: @unchecked Sendable {
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

// MARK: To the image

extension ConvolutionDataGradient {
    private func call(_ g: TensorType, _ kernel: TensorType, _ x: TensorType) -> ConvolutionCall {
        ConvolutionCall(windows: windows, groups: groups, x: x.shape, kernel: kernel.shape, y: g.shape, dtype: g.dtype)
    }

    func packing(_ operands: [TensorType], _ results: [TensorType]) -> [Int: PackedLayout] {
        let call = call(operands[0], operands[1], results[0])
        guard call.isNative, let library = OneDNN.shared, let primitive = try? call.backwardData(library), let layout = call.packing(primitive) else { return [:] }
        return [1: layout]
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let (g, weights, x) = (binder.operands[0], binder.operands[1], binder.results[0])
        let call = call(g.type, weights.type, x.type)
        if binder.native, call.isNative, let library = OneDNN.shared, let primitive = try? call.backwardData(library), call.isReady(weights, primitive),
            let kernel = try? Kernel(primitive, [(.destinationGradient, g.pointer), (.weights, weights.pointer), (.sourceGradient, x.pointer)]) {
            return kernel
        }
        guard var conv = call.inC else { return try portable(call.dtype, binder) }
        let isNarrow = call.dtype == .bf16, shape = conv
        let packing = Packing(weights, Int(mk_conv_packed_backward_bytes(&conv))) { source, target in
            var conv = shape
            if isNarrow {
                mk_conv_pack_weights_backward_bf16(&conv, source.assumingMemoryBound(to: UInt16.self), target)
            } else {
                mk_conv_pack_weights_backward_f32(&conv, source.assumingMemoryBound(to: Float.self), target)
            }
        }
        return Kernel(scratchBytes: packing.bytes + Int(mk_conv_scratch_bytes(&conv)), label: "conv.data") { _, scratch in
            var conv = shape
            let packed = packing.ready(scratch), rest = scratch + packing.bytes
            if isNarrow {
                mk_conv_backward_data_bf16(&conv, g.pointer(as: UInt16.self), packed, x.pointer(as: UInt16.self), rest)
            } else {
                mk_conv_backward_data_f32(&conv, g.floats, packed, x.floats, rest)
            }
        }
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let call = call(binder.operands[0].type, binder.operands[1].type, binder.results[0].type)
        let g = binder.read(0, T.self), kernel = binder.read(1, T.self), x = binder.write(0, T.self)
        let (groups, walk) = (groups, call.walk)
        return binder.portable([g, kernel], [x]) {
            let out = call.kernel[0], each = call.kernel[1], channels = call.x[-1], taps = walk.taps
            for place in 0..<x.count { x[place] = .zero }
            walk.forEach { result, pixel, tap in
                for o in 0..<out {
                    let target = x.pointer + pixel * channels + o / (out / groups) * each
                    let line = kernel.pointer + o * each * taps + tap
                    let flow = g[result * out + o]
                    for c in 0..<each { target[c] += flow * line[c * taps] }
                }
            }
        }
    }
}

// MARK: To the kernel

extension ConvolutionKernelGradient {
    private func call(_ x: TensorType, _ g: TensorType, _ kernel: TensorType) -> ConvolutionCall {
        ConvolutionCall(windows: windows, groups: groups, x: x.shape, kernel: kernel.shape, y: g.shape, dtype: x.dtype)
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let (x, g, target) = (binder.operands[0], binder.operands[1], binder.results[0])
        let call = call(x.type, g.type, target.type)
        let bias = hasBias && binder.resultIsRead[1] ? binder.results[1] : nil
        if binder.native, call.isNative, let library = OneDNN.shared, let kernel = try? native(call, library, x, g, target, bias) { return kernel }
        guard var conv = call.inC else { return try portable(call.dtype, binder) }
        let isNarrow = call.dtype == .bf16, shape = conv
        let blocked = Packing.padded(target.shape.count * 4)
        return Kernel(scratchBytes: blocked + Int(mk_conv_scratch_bytes(&conv)), label: "conv.kernel") { _, scratch in
            var conv = shape
            let sums = scratch.assumingMemoryBound(to: Float.self)
            if isNarrow {
                mk_conv_backward_weights_bf16(&conv, x.pointer(as: UInt16.self), g.pointer(as: UInt16.self), sums, bias?.floats, 0, scratch + blocked)
            } else {
                mk_conv_backward_weights_f32(&conv, x.floats, g.floats, sums, bias?.floats, 0, scratch + blocked)
            }
            mk_conv_weights_from_channels_last(&conv, sums, target.floats)
        }
    }

    /// Bytes of images and gradients up to which the library's kernel keeps its speed; it walks through the whole batch for
    /// every block of channels, so a batch larger than the cache is taken in parts (1.2 to 2 times as fast on ResNet's first layers).
    private static let cached = 4 << 20

    private func native(_ call: ConvolutionCall, _ library: OneDNN, _ x: Place, _ g: Place, _ target: Place, _ bias: Place?) throws -> Kernel {
        let batch = call.x[0], bytes = x.type.bytes + g.type.bytes
        var images = batch
        while images > 1, batch % images != 0 || bytes / batch * images > Self.cached { images -= 1 }
        let part = ConvolutionCall(
            windows: windows, groups: groups, x: call.x.replacing(0, with: images), kernel: call.kernel, y: call.y.replacing(0, with: images), dtype: call.dtype)
        let primitive = try part.backwardKernel(library, bias: bias != nil)
        guard let made = primitive.descriptor(.weightsGradient) else { throw EngineError(name, "oneDNN makes no kernel gradient") }
        var arguments: [(OneDNN.Argument, UnsafeMutableRawPointer)] = [(.source, x.pointer), (.destinationGradient, g.pointer)]
        if let bias { arguments.append((.biasGradient, bias.pointer)) }
        // The sum in the library's own layout, and the bias's, stand in scratch; then come those of one part.
        let plain = try library.kernel(call.kernel.extents, groups: groups, .f32)
        let reorder = try library.reorder(source: made, destination: plain)
        let blocked = Packing.padded(made.byteCount), channels = call.kernel[0]
        let sums = blocked + Packing.padded(channels * 4)
        let compute = try OneDNN.Execution(primitive, arguments + [(.weightsGradient, target.pointer)], scratchpad: target.pointer)
        let unpack = try OneDNN.Execution(reorder, [(.source, target.pointer), (.destination, target.pointer)], scratchpad: target.pointer)
        let needs = (primitive.scratchpadBytes > 0, reorder.scratchpadBytes > 0)
        let parts = batch / images, work = parts > 1 ? 2 * sums : sums
        return Kernel(scratchBytes: work + max(primitive.scratchpadBytes, reorder.scratchpadBytes), label: primitive.implementation) { _, scratch in
            do {
                for index in 0..<parts {
                    let place = index == 0 ? scratch : scratch + sums
                    try compute.bind(.source, to: x.pointer + index * (x.type.bytes / parts))
                    try compute.bind(.destinationGradient, to: g.pointer + index * (g.type.bytes / parts))
                    try compute.bind(.weightsGradient, to: place)
                    if bias != nil { try compute.bind(.biasGradient, to: place + blocked) }
                    if needs.0 { try compute.bind(.scratchpad, to: scratch + work) }
                    try compute.execute()
                    if index > 0 { add(place.assumingMemoryBound(to: Float.self), to: scratch.assumingMemoryBound(to: Float.self), sums / 4) }
                }
                try unpack.bind(.source, to: scratch)
                if needs.1 { try unpack.bind(.scratchpad, to: scratch + work) }
                try unpack.execute()
                if let bias { bias.pointer.copyMemory(from: scratch + blocked, byteCount: channels * 4) }
            } catch { trap("\(error)") }
        }
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let call = call(binder.operands[0].type, binder.operands[1].type, binder.results[0].type)
        let x = binder.read(0, T.self), g = binder.read(1, T.self), target = binder.write(0, T.self)
        let bias = hasBias ? binder.write(1, T.self) : nil
        let (groups, walk) = (groups, call.walk)
        return binder.portable([x, g], [target] + (bias.map { [$0] } ?? [])) {
            let out = call.kernel[0], each = call.kernel[1], channels = call.x[-1], taps = walk.taps
            for place in 0..<target.count { target[place] = .zero }
            walk.forEach { result, pixel, tap in
                for o in 0..<out {
                    let source = x.pointer + pixel * channels + o / (out / groups) * each
                    let line = target.pointer + o * each * taps + tap
                    let flow = g[result * out + o]
                    for c in 0..<each { line[c * taps] += flow * source[c] }
                }
            }
            if let bias {
                for o in 0..<out { bias[o] = .zero }
                for place in 0..<g.count { bias[place % out] += g[place] }
            }
        }
    }
}

/// Adds `count` numbers to others.
private func add(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ count: Int) {
    for index in 0..<count { target[index] += source[index] }
}

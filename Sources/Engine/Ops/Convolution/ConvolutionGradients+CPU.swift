import CKernels

extension ConvolutionDataGradient {
    private func call(_ g: TensorType, _ kernel: TensorType, _ x: TensorType) -> ConvolutionCall {
        ConvolutionCall(windows: windows, groups: groups, x: x.shape, kernel: kernel.shape, y: g.shape, dtype: g.dtype)
    }

    func packing(_ operands: [TensorType], _ results: [TensorType]) -> [Int: PackedLayout] {
        let call = call(operands[0], operands[1], results[0])
        guard call.isNative, let library = OneDNN.shared, let primitive = try? call.backwardData(library),
            let layout = call.packing(primitive)
        else { return [:] }
        return [1: layout]
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let (g, weights, x) = (binder.operands[0], binder.operands[1], binder.results[0])
        let call = call(g.type, weights.type, x.type)
        if binder.native, call.isNative, let library = OneDNN.shared, let primitive = try? call.backwardData(library),
            call.isReady(weights, primitive),
            let kernel = try? Kernel(
                primitive, [(.destinationGradient, g.pointer), (.weights, weights.pointer), (.sourceGradient, x.pointer)])
        {
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

extension ConvolutionKernelGradient {
    private func call(_ x: TensorType, _ g: TensorType, _ kernel: TensorType) -> ConvolutionCall {
        ConvolutionCall(windows: windows, groups: groups, x: x.shape, kernel: kernel.shape, y: g.shape, dtype: x.dtype)
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let (x, g, target) = (binder.operands[0], binder.operands[1], binder.results[0])
        let call = call(x.type, g.type, target.type)
        let bias = hasBias && binder.resultIsRead[1] ? binder.results[1] : nil
        if binder.native, call.isNative, let library = OneDNN.shared, let kernel = try? native(call, library, x, g, target, bias) {
            return kernel
        }
        guard var conv = call.inC else { return try portable(call.dtype, binder) }
        let isNarrow = call.dtype == .bf16, shape = conv
        let blocked = Packing.padded(target.shape.count * 4)
        return Kernel(scratchBytes: blocked + Int(mk_conv_scratch_bytes(&conv)), label: "conv.kernel") { _, scratch in
            var conv = shape
            let sums = scratch.assumingMemoryBound(to: Float.self)
            if isNarrow {
                mk_conv_backward_weights_bf16(
                    &conv, x.pointer(as: UInt16.self), g.pointer(as: UInt16.self), sums, bias?.floats, 0, scratch + blocked)
            } else {
                mk_conv_backward_weights_f32(&conv, x.floats, g.floats, sums, bias?.floats, 0, scratch + blocked)
            }
            mk_conv_weights_from_channels_last(&conv, sums, target.floats)
        }
    }

    /// Bytes of images and gradients up to which the library's kernel keeps its speed; it walks through the whole batch for
    /// every block of channels, so a batch larger than the cache is taken in parts (1.2 to 2 times as fast on ResNet's first layers).
    private static let cached = 4 << 20

    private func native(_ call: ConvolutionCall, _ library: OneDNN, _ x: Place, _ g: Place, _ target: Place, _ bias: Place?) throws
        -> Kernel
    {
        let batch = call.x[0], bytes = x.type.bytes + g.type.bytes
        var images = batch
        while images > 1, batch % images != 0 || bytes / batch * images > Self.cached { images -= 1 }
        let part = ConvolutionCall(
            windows: windows, groups: groups, x: call.x.replacing(0, with: images), kernel: call.kernel,
            y: call.y.replacing(0, with: images), dtype: call.dtype)
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
        return Kernel(scratchBytes: work + max(primitive.scratchpadBytes, reorder.scratchpadBytes), label: primitive.implementation) {
            _, scratch in
            do {
                for index in 0..<parts {
                    let place = index == 0 ? scratch : scratch + sums
                    try compute.bind(.source, to: x.pointer + index * (x.type.bytes / parts))
                    try compute.bind(.destinationGradient, to: g.pointer + index * (g.type.bytes / parts))
                    try compute.bind(.weightsGradient, to: place)
                    if bias != nil { try compute.bind(.biasGradient, to: place + blocked) }
                    if needs.0 { try compute.bind(.scratchpad, to: scratch + work) }
                    try compute.execute()
                    if index > 0 {
                        add(place.assumingMemoryBound(to: Float.self), to: scratch.assumingMemoryBound(to: Float.self), sums / 4)
                    }
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

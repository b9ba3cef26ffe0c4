import CKernels

extension ConvolutionDataGradient {
    private func call(_ g: TensorType, _ kernel: TensorType, _ x: TensorType) -> ConvolutionCall {
        ConvolutionCall(windows: windows, groups: groups, x: x.shape, kernel: kernel.shape, y: g.shape, dtype: g.dtype)
    }

    func packing(_ operands: [TensorType], _ results: [TensorType], isConstant: [Bool]) -> [Int: PackedLayout] {
        let call = call(operands[0], operands[1], results[0])
        if let filtering = MinimalFiltering.dataGradient(call, isConstant: isConstant[1]) { return [1: filtering.layout] }
        guard call.isNative, let library = OneDNN.shared, let primitive = try? call.backwardData(library),
            let layout = call.packing(primitive)
        else { return [:] }
        return [1: layout]
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let (g, weights, x) = (binder.operands[0], binder.operands[1], binder.results[0])
        let call = call(g.type, weights.type, x.type)
        if let filtering = MinimalFiltering.dataGradient(call, isConstant: weights.isConstant), filtering.isReady(weights) {
            return filtering.kernel(g, weights, x)
        }
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
        if binder.native, let filtering = MinimalFiltering.kernelGradient(call) { return filtering.gradient(x, g, target, bias: bias) }
        if binder.native, let few = FewChannels.kernelGradient(call) { return few.gradient(x, g, target, bias: bias) }
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

    private func native(_ call: ConvolutionCall, _ library: OneDNN, _ x: Place, _ g: Place, _ target: Place, _ bias: Place?) throws
        -> Kernel
    {
        let primitive = try call.backwardKernel(library, bias: bias != nil)
        guard let made = primitive.descriptor(.weightsGradient) else { throw EngineError(name, "oneDNN makes no kernel gradient") }
        var arguments: [(OneDNN.Argument, UnsafeMutableRawPointer)] = [(.source, x.pointer), (.destinationGradient, g.pointer)]
        if let bias { arguments.append((.biasGradient, bias.pointer)) }
        let plain = try library.kernel(call.kernel.extents, groups: groups, .f32)
        if plain == made { return try Kernel(primitive, arguments + [(.weightsGradient, target.pointer)]) }
        // The library's own layout first, in scratch, then the plain one.
        let reorder = try library.reorder(source: made, destination: plain)
        let blocked = Packing.padded(made.byteCount)
        let compute = try OneDNN.Execution(primitive, arguments + [(.weightsGradient, target.pointer)], scratchpad: target.pointer)
        let unpack = try OneDNN.Execution(reorder, [(.source, target.pointer), (.destination, target.pointer)], scratchpad: target.pointer)
        let needs = (primitive.scratchpadBytes > 0, reorder.scratchpadBytes > 0)
        let scratchBytes = blocked + max(primitive.scratchpadBytes, reorder.scratchpadBytes)
        return Kernel(scratchBytes: scratchBytes, label: primitive.implementation) { _, scratch in
            do {
                try compute.bind(.weightsGradient, to: scratch)
                if needs.0 { try compute.bind(.scratchpad, to: scratch + blocked) }
                try compute.execute()
                try unpack.bind(.source, to: scratch)
                if needs.1 { try unpack.bind(.scratchpad, to: scratch + blocked) }
                try unpack.execute()
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

import CKernels

extension Attention {
    func bind(_ binder: Binder) throws -> Kernel {
        let call = AttentionCall(self, binder, result: binder.results[0])
        let pointers = call.pointers(binder.operands)
        let out = binder.results[0].pointer, normaliser = binder.results[1].floats
        let isNarrow = binder.operands[0].dtype == .bf16
        guard binder.results[0].shape.count > 0 else { return .nothing }
        if call.keys == 0 {
            let bytes = binder.results[0].type.bytes, rows = binder.results[1].shape.count
            return Kernel { _, _ in
                out.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
                for row in 0..<rows { normaliser[row] = -.infinity }
            }
        }
        let size = binder.operands[0].dtype.size
        // Heads that share a key head are the heads of one call, whose keys and values have a stride of 0 along them.
        let shared = call.group > 1
        let batch = call.arguments.batch, keyHeads = call.arguments.heads / call.group
        var arguments = call.arguments
        if shared { (arguments.batch, arguments.heads, arguments.k.head, arguments.v.head) = (1, call.group, 0, 0) }
        let settings = arguments, strides = call.arguments
        let pairs = batch * keyHeads
        let pieces = min(pairs, Binder.pieces(work(binder.operands.map(\.type), binder.results.map(\.type)), each: 1 << 22))
        return Kernel(
            pieces: pieces, scratchBytes: Int(withUnsafePointer(to: settings) { mk_attention_forward_scratch_bytes($0) }),
            label: "mk.attention"
        ) {
            piece, scratch in
            let range = Binder.range(pairs, piece, of: pieces)
            if range.isEmpty { return }
            var settings = settings
            func run(_ q: Int, _ k: Int, _ v: Int, _ o: Int, _ row: Int, _ first: Int, _ last: Int) {
                let (q, k, v, out) = (pointers.q + q * size, pointers.k + k * size, pointers.v + v * size, out + o * size)
                if isNarrow {
                    mk_attention_forward_bf16(
                        &settings, q.assumingMemoryBound(to: UInt16.self), k.assumingMemoryBound(to: UInt16.self),
                        v.assumingMemoryBound(to: UInt16.self),
                        out.assumingMemoryBound(to: UInt16.self), normaliser + row, first, last, scratch)
                } else {
                    mk_attention_forward_f32(
                        &settings, q.assumingMemoryBound(to: Float.self), k.assumingMemoryBound(to: Float.self),
                        v.assumingMemoryBound(to: Float.self),
                        out.assumingMemoryBound(to: Float.self), normaliser + row, first, last, scratch)
                }
            }
            if !shared { return run(0, 0, 0, 0, 0, range.lowerBound, range.upperBound) }
            let group = settings.heads
            for pair in range {
                let b = pair / keyHeads, j = pair % keyHeads
                settings.mask = strides.mask.map { $0 + b * strides.mask_batch + j * group * strides.mask_head }
                run(
                    b * strides.q.batch + j * group * strides.q.head, b * strides.k.batch + j * strides.k.head,
                    b * strides.v.batch + j * strides.v.head, b * strides.out.batch + j * group * strides.out.head,
                    (b * strides.heads + j * group) * strides.queries, 0, group)
            }
        }
    }
}

extension AttentionGradient {
    func bind(_ binder: Binder) throws -> Kernel {
        let inputs = forward.inputs, operands = binder.operands
        let call = AttentionCall(forward, binder, result: operands[inputs + 1])
        if call.arguments.queries * call.keys * call.arguments.batch * call.arguments.heads == 0 {
            return Kernel { _, _ in
                for result in binder.results { result.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: result.type.bytes) }
            }
        }
        let values = call.pointers(operands), gradients = call.pointers(binder.results)
        let g = operands[inputs].pointer, out = operands[inputs + 1].pointer, normaliser = operands[inputs + 2].floats
        let isNarrow = operands[0].dtype == .bf16
        let settings = call.arguments
        let pairs = settings.batch * settings.heads
        let pieces = min(pairs, Binder.pieces(work(operands.map(\.type), binder.results.map(\.type)), each: 1 << 22))
        return Kernel(
            pieces: pieces, scratchBytes: Int(withUnsafePointer(to: settings) { mk_attention_backward_scratch_bytes($0) }),
            label: "mk.attention"
        ) {
            piece, scratch in
            let range = Binder.range(pairs, piece, of: pieces)
            if range.isEmpty { return }
            var settings = settings
            if isNarrow {
                func narrow(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt16> {
                    pointer.assumingMemoryBound(to: UInt16.self)
                }
                mk_attention_backward_bf16(
                    &settings, narrow(values.q), narrow(values.k), narrow(values.v), narrow(out), normaliser, narrow(g),
                    narrow(gradients.q),
                    narrow(gradients.k), narrow(gradients.v), range.lowerBound, range.upperBound, scratch)
            } else {
                func wide(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> { pointer.assumingMemoryBound(to: Float.self) }
                mk_attention_backward_f32(
                    &settings, wide(values.q), wide(values.k), wide(values.v), wide(out), normaliser, wide(g), wide(gradients.q),
                    wide(gradients.k), wide(gradients.v), range.lowerBound, range.upperBound, scratch)
            }
        }
    }
}

/// An attention as the C kernels see it.
private struct AttentionCall {
    let op: Attention
    var arguments = mk_attention()
    /// Heads that share one key head.
    let group: Int
    var keys: Int { arguments.keys }

    init(_ op: Attention, _ binder: Binder, result: Place) {
        self.op = op
        let p = op.parts(binder.operands.map(\.type)).map(\.shape)
        let (q, k, v) = (p[0], p[1], p[2])
        group = k[2] == 0 ? 1 : q[2] / k[2]
        (arguments.batch, arguments.heads, arguments.queries, arguments.keys) = (q[0], q[2], q[1], k[1])
        (arguments.width, arguments.value_width) = (q[3], v[3])
        arguments.scale = Float(op.scale)
        arguments.causal = op.isCausal ? 1 : 0
        arguments.causal_offset = op.past
        // The three parts of a fused tensor lie side by side at every time.
        let parts = op.isFused ? 3 : 1
        func strides(_ shape: Shape, _ parts: Int) -> mk_attention_strides {
            let time = shape[2] * shape[3] * parts
            return mk_attention_strides(batch: shape[1] * time, head: shape[3], time: time)
        }
        (arguments.q, arguments.k, arguments.v) = (strides(q, parts), strides(k, parts), strides(v, parts))
        arguments.out = strides(result.shape, 1)
        if op.hasMask, let mask = binder.operands.last {
            let steps = mask.shape.broadcastStrides(to: [q[0], q[2], q[1], k[1]])
            arguments.mask = UnsafePointer(mask.floats)
            (arguments.mask_batch, arguments.mask_head, arguments.mask_query, arguments.mask_key) = (steps[0], steps[1], steps[2], steps[3])
        }
    }

    func pointers(_ places: [Place]) -> (q: UnsafeMutableRawPointer, k: UnsafeMutableRawPointer, v: UnsafeMutableRawPointer) {
        guard op.isFused else { return (places[0].pointer, places[1].pointer, places[2].pointer) }
        let part = arguments.heads * arguments.width * places[0].dtype.size
        return (places[0].pointer, places[0].pointer + part, places[0].pointer + 2 * part)
    }
}

import CKernels

/// The weights of a layer in the form of the f32 kernels. Operands: input weights, hidden weights, and both biases.
struct RecurrentPack: Op {
    let kind: RecurrentKind
    var name: String { "pack." + Recurrent(kind: kind).name }

    private func layer(_ operands: [TensorType]) -> mk_recurrent {
        var layer = mk_recurrent()
        layer.kind = kind.code
        layer.inputs = operands[0].shape[1]
        layer.hidden = operands[1].shape[1]
        return layer
    }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...4, operands)
        guard operands[0].shape.rank == 2, operands[1].shape.rank == 2, operands.allSatisfy({ $0.dtype == .f32 }) else {
            throw refuse("needs f32 weights", operands)
        }
        var layer = layer(operands)
        return [TensorType([Int(mk_recurrent_packed_bytes(&layer))], .u8)]
    }

    func bind(_ binder: Binder) -> Kernel {
        let layer = layer(binder.operands.map(\.type))
        let sources = binder.operands.map(\.floats), target = binder.results[0].pointer
        return Kernel(label: "pack") { _, _ in
            var layer = layer
            mk_recurrent_pack_f32(
                &layer, sources[0], sources[1], sources.count > 2 ? sources[2] : nil, sources.count > 3 ? sources[3] : nil, target)
        }
    }
}

/// A layer with packed weights. Operands: x, packed weights, then initial states and lengths as the layer has them.
struct PackedRecurrent: Op {
    let layer: Recurrent
    let hidden: Int
    var name: String { "packed." + layer.name }

    private var lengthsPlace: Int { 2 + layer.lengthsPlace - layer.initialPlace }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        let count = 2 + layer.operandCount - layer.initialPlace
        try require(count...count, operands)
        guard operands[0].shape.rank == 3, operands[0].dtype == .f32 else {
            throw refuse("the input must be f32 [batch, time, inputs]", operands)
        }
        let s = RecurrentSizes(layer.kind, x: operands[0].shape, hidden: hidden)
        return [TensorType([s.batch, s.time, hidden], .f32)] + (0..<layer.states).map { _ in TensorType([s.batch, hidden], .f32) }
            + [TensorType([s.batch, s.saved], .f32)]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        [Split(operands.indices.map { $0 == 1 ? .whole : .slice }, results.map { _ in .slice })]
    }

    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int {
        RecurrentSizes(layer.kind, x: operands[0].shape, hidden: hidden).work
    }

    func bind(_ binder: Binder) -> Kernel {
        let description = mk_recurrent(
            layer, binder.operands[0].shape, hidden, lengths: layer.hasLengths ? binder.operands[lengthsPlace] : nil)
        let isRead = binder.resultIsRead
        func result(_ place: Int) -> UnsafeMutablePointer<Float>? { isRead[place] ? binder.results[place].floats : nil }
        func initial(_ place: Int) -> UnsafeMutablePointer<Float>? {
            layer.hasInitial && place < layer.states ? binder.operands[2 + place].floats : nil
        }
        let (x, packed) = (binder.operands[0].floats, binder.operands[1].pointer)
        let (h0, c0) = (initial(0), initial(1))
        let (y, last, saved) = (result(0), result(1), result(layer.states + 1))
        let cell = layer.kind == .lstm ? result(2) : nil
        var sizes = description
        return Kernel(scratchBytes: Int(mk_recurrent_forward_scratch_bytes(&sizes)), label: layer.name) { _, scratch in
            var description = description
            mk_recurrent_forward_f32(&description, packed, x, h0, c0, y, last, cell, saved, scratch)
        }
    }
}

extension mk_recurrent {
    init(_ layer: Recurrent, _ x: Shape, _ hidden: Int, lengths: Place?) {
        self.init()
        kind = layer.kind.code
        reverse = layer.reverse ? 1 : 0
        (batch, steps, inputs) = (x[0], x[1], x[2])
        self.hidden = hidden
        (x_time_stride, x_batch_stride) = (inputs, inputs * steps)
        (y_time_stride, y_batch_stride) = (hidden, hidden * steps)
        self.lengths = lengths.map { UnsafePointer($0.pointer(as: Int32.self)) }
    }
}

/// Where the parts of what a layer keeps begin, and how its steps follow each other in time.
private struct RecurrentMemory<T: Compute> {
    let sizes: RecurrentSizes
    let gates: UnsafeMutablePointer<T>
    /// The state before each step, and after the last one.
    let hidden: UnsafeMutablePointer<T>
    /// The cell alike, or of a GRU the hidden side of n.
    let extra: UnsafeMutablePointer<T>
    let reverse: Bool
    let lengths: UnsafeMutablePointer<Int32>?

    init(_ layer: Recurrent, _ sizes: RecurrentSizes, _ saved: Port<T>, _ lengths: Place?) {
        self.sizes = sizes
        gates = saved.pointer
        hidden = sizes.gates == 1 ? gates : gates + sizes.time * sizes.batch * sizes.gates * sizes.hidden
        extra = hidden + (sizes.time + 1) * sizes.batch * sizes.hidden
        reverse = layer.reverse
        self.lengths = lengths?.pointer(as: Int32.self)
    }

    var state: Int { sizes.batch * sizes.hidden }
    func time(_ step: Int) -> Int { reverse ? sizes.time - 1 - step : step }
    func isValid(_ step: Int, _ sequence: Int) -> Bool { lengths.map { time(step) < Int($0[sequence]) } ?? true }
}

extension Recurrent {
    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let s = RecurrentSizes(kind, x: binder.operands[0].shape, hidden: binder.operands[2].shape[1])
        let inputs: [Port<T>] = (0..<lengthsPlace).map { binder.read($0) },
            outputs: [Port<T>] = binder.results.indices.map { binder.write($0) }
        let memory = RecurrentMemory(self, s, outputs.last!, hasLengths ? binder.operands[lengthsPlace] : nil)
        let (x, wx, wh) = (inputs[0], inputs[1], inputs[2])
        let (bx, bh) = hasBias ? (inputs[3], inputs[4]) : (nil, nil)
        let (h0, c0) = (hasInitial ? inputs[initialPlace] : nil, hasInitial && kind == .lstm ? inputs[initialPlace + 1] : nil)
        let (kind, state, hidden) = (kind, memory.state, s.hidden)
        func sigmoid(_ value: T) -> T { T(Activation.sigmoid.value(value.double)) }
        func tanh(_ value: T) -> T { T(hyperbolicTangent(value.double)) }
        return binder.portable(inputs, outputs) {
            for place in 0..<state {
                memory.hidden[place] = h0?[place] ?? .zero
                if kind == .lstm { memory.extra[place] = c0?[place] ?? .zero }
            }
            for step in 0..<s.time {
                for sequence in 0..<s.batch {
                    let row = (sequence * s.time + memory.time(step))
                    let now = step * state + sequence * hidden, next = now + state
                    let h = memory.hidden + now
                    func side(_ gate: Int, _ unit: Int) -> (x: T, h: T) {
                        let r = gate * hidden + unit
                        var a = bx?[r] ?? .zero, b = bh?[r] ?? .zero
                        for i in 0..<s.inputs { a += wx[r * s.inputs + i] * x[row * s.inputs + i] }
                        for i in 0..<hidden { b += wh[r * hidden + i] * h[i] }
                        return (a, b)
                    }
                    func sum(_ gate: Int, _ unit: Int) -> T { let (a, b) = side(gate, unit); return a + b }
                    let gates = memory.gates + (step * s.batch + sequence) * s.gates * hidden
                    for unit in 0..<hidden {
                        guard memory.isValid(step, sequence) else {
                            memory.hidden[next + unit] = h[unit]
                            if kind == .lstm { memory.extra[next + unit] = memory.extra[now + unit] }
                            outputs[0][row * hidden + unit] = .zero
                            continue
                        }
                        let value: T
                        switch kind {
                        case .lstm:
                            let (i, f, g, o) = (sigmoid(sum(0, unit)), sigmoid(sum(1, unit)), tanh(sum(2, unit)), sigmoid(sum(3, unit)))
                            let cell = f * memory.extra[now + unit] + i * g
                            (gates[unit], gates[hidden + unit], gates[2 * hidden + unit], gates[3 * hidden + unit]) = (i, f, g, o)
                            memory.extra[next + unit] = cell
                            value = o * tanh(cell)
                        case .gru:
                            let (r, z) = (sigmoid(sum(0, unit)), sigmoid(sum(1, unit)))
                            let own = side(2, unit)
                            let n = tanh(own.x + r * own.h)
                            (gates[unit], gates[hidden + unit], gates[2 * hidden + unit]) = (r, z, n)
                            memory.extra[now + unit] = own.h
                            value = n + z * (h[unit] - n)
                        case .tanh: value = tanh(sum(0, unit))
                        case .relu:
                            let v = sum(0, unit)
                            value = v > .zero || v.isNaN ? v : .zero
                        }
                        memory.hidden[next + unit] = value
                        outputs[0][row * hidden + unit] = value
                    }
                }
            }
            for place in 0..<state {
                outputs[1][place] = memory.hidden[s.time * state + place]
                if kind == .lstm { outputs[2][place] = memory.extra[s.time * state + place] }
            }
        }
    }
}

extension RecurrentGradient {
    func bind(_ binder: Binder) throws -> Kernel {
        guard binder.operands[0].dtype == .f32 else { return try portable(binder.operands[0].dtype, binder) }
        let (operands, isRead) = (binder.operands, binder.resultIsRead)
        let description = mk_recurrent(
            layer, operands[0].shape, operands[2].shape[1], lengths: layer.hasLengths ? operands[layer.lengthsPlace] : nil)
        func flow(_ result: Int) -> UnsafeMutablePointer<Float>? { flowPlace(result).map { operands[$0].floats } }
        func result(_ place: Int?) -> UnsafeMutablePointer<Float>? { place.flatMap { isRead[$0] ? binder.results[$0].floats : nil } }
        let (x, wx, wh, saved) = (operands[0].floats, operands[1].floats, operands[2].floats, operands[savedPlace].floats)
        let (dy, dhn, dcn) = (flow(0), flow(1), flow(2))
        let (dx, dwx, dwh) = (result(0), result(1), result(2))
        let (dbx, dbh) = (result(layer.hasBias ? 3 : nil), result(layer.hasBias ? 4 : nil))
        let h0 = layer.hasInitial ? layer.initialPlace : nil
        let (dh0, dc0) = (result(h0), result(layer.kind == .lstm ? h0.map { $0 + 1 } : nil))
        var sizes = description
        return Kernel(scratchBytes: Int(mk_recurrent_backward_scratch_bytes(&sizes)), label: name) { _, scratch in
            var description = description
            mk_recurrent_backward_f32(&description, wx, wh, x, saved, dy, dhn, dcn, dx, dwx, dwh, dbx, dbh, dh0, dc0, 0, scratch)
        }
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let s = layer.sizes(binder.operands.map(\.type)), kind = layer.kind
        let lengths = layer.hasLengths ? layer.lengthsPlace : nil
        let ports: [Port<T>?] = binder.operands.indices.map { $0 == lengths ? nil : binder.read($0) }
        let outputs: [Port<T>] = binder.results.indices.map { binder.write($0) }
        let memory = RecurrentMemory(layer, s, ports[savedPlace]!, lengths.map { binder.operands[$0] })
        let (x, wx, wh) = (ports[0]!, ports[1]!, ports[2]!)
        func flow(_ result: Int) -> Port<T>? { flowPlace(result).flatMap { ports[$0] } }
        let (dy, dhn, dcn) = (flow(0), flow(1), flow(2))
        let (dx, dwx, dwh) = (outputs[0], outputs[1], outputs[2])
        let (dbx, dbh) = layer.hasBias ? (outputs[3], outputs[4]) : (nil, nil)
        let dh0 = layer.hasInitial ? outputs[layer.initialPlace] : nil,
            dc0 = layer.hasInitial && kind == .lstm ? outputs[layer.initialPlace + 1] : nil
        let (state, hidden, rows) = (memory.state, s.hidden, s.gates * s.hidden)
        // Gradients of state and cell of all sequences, then of one sequence's gates as x and as the state see them.
        let work = Buffer(bytes: (2 * state + 2 * rows) * MemoryLayout<T>.stride)
        let dh = work.pointer.assumingMemoryBound(to: T.self), dc = dh + state, gx = dc + state, gh = gx + rows
        return binder.portable(ports.compactMap { $0 }, outputs) {
            defer { withExtendedLifetime(work) {} }
            for output in outputs { output.pointer.update(repeating: .zero, count: output.count) }
            for place in 0..<state { (dh[place], dc[place]) = (dhn?[place] ?? .zero, dcn?[place] ?? .zero) }
            for step in stride(from: s.time - 1, through: 0, by: -1) {
                for sequence in 0..<s.batch where memory.isValid(step, sequence) {
                    let row = (sequence * s.time + memory.time(step))
                    let now = step * state + sequence * hidden, next = now + state
                    let gates = memory.gates + (step * s.batch + sequence) * rows
                    for unit in 0..<hidden {
                        let place = sequence * hidden + unit
                        let up = dh[place] + (dy?[row * hidden + unit] ?? .zero)
                        switch kind {
                        case .lstm:
                            let (i, f, g, o) = (gates[unit], gates[hidden + unit], gates[2 * hidden + unit], gates[3 * hidden + unit])
                            let t = T(hyperbolicTangent(memory.extra[next + unit].double))
                            let cell = dc[place] + up * o * (.one - t * t)
                            gx[unit] = cell * g * i * (.one - i)
                            gx[hidden + unit] = cell * memory.extra[now + unit] * f * (.one - f)
                            gx[2 * hidden + unit] = cell * i * (.one - g * g)
                            gx[3 * hidden + unit] = up * t * o * (.one - o)
                            dc[place] = cell * f
                            dh[place] = .zero
                        case .gru:
                            let (r, z, n) = (gates[unit], gates[hidden + unit], gates[2 * hidden + unit])
                            let dn = up * (.one - z) * (.one - n * n)
                            gx[unit] = dn * memory.extra[now + unit] * r * (.one - r)
                            gx[hidden + unit] = up * (memory.hidden[now + unit] - n) * z * (.one - z)
                            gx[2 * hidden + unit] = dn
                            gh[2 * hidden + unit] = dn * r
                            dh[place] = up * z
                        case .tanh:
                            let h = memory.hidden[next + unit]
                            gx[unit] = up * (.one - h * h)
                            dh[place] = .zero
                        case .relu:
                            gx[unit] = memory.hidden[next + unit] > .zero ? up : .zero
                            dh[place] = .zero
                        }
                    }
                    let same = kind == .gru ? 2 * hidden : rows
                    for r in 0..<same { gh[r] = gx[r] }
                    for r in 0..<rows {
                        for i in 0..<s.inputs {
                            dwx[r * s.inputs + i] += gx[r] * x[row * s.inputs + i]
                            dx[row * s.inputs + i] += gx[r] * wx[r * s.inputs + i]
                        }
                        for i in 0..<hidden {
                            dwh[r * hidden + i] += gh[r] * memory.hidden[now + i]
                            dh[sequence * hidden + i] += gh[r] * wh[r * hidden + i]
                        }
                        if let dbx, let dbh {
                            dbx[r] += gx[r]
                            dbh[r] += gh[r]
                        }
                    }
                }
            }
            for place in 0..<state {
                dh0?[place] = dh[place]
                dc0?[place] = dc[place]
            }
        }
    }
}

import CKernels

/// One step of Adam, or of AdamW with `decoupled` decay, for one parameter.
///
///     m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²
///     w ← w - rate (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)
///
/// - Parameters:
///   - w: the parameter.
///   - gradient: g, of the parameter's type, as `m` and `v`.
///   - m: the first moment, zeros in the beginning.
///   - v: the second moment, zeros in the beginning.
///   - rate: the learning rate.
///   - step: t, a number counted from 1; like `rate` a tensor without axes, so that both may change between runs.
///   - beta1: how much of the first moment is kept.
///   - beta2: how much of the second moment is kept.
///   - epsilon: ε, against division by zero.
///   - decay: the weight decay.
///   - decoupled: the decay shrinks the parameter by rate · decay (AdamW); otherwise it adds decay · w to the gradient.
/// - Returns: the new weights and moments; as updates of the variables that were read they are written in place.
///
/// Kingma & Ba 2015; Loshchilov & Hutter 2019.
public func adam(
    _ w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, rate: Tensor, step: Tensor,
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0, decoupled: Bool = true
) -> (w: Tensor, m: Tensor, v: Tensor) {
    let op = AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay, decoupled: decoupled)
    let results = Tensor.makeAll(op, [w, gradient, m, v, rate, step])
    return (results[0], results[1], results[2])
}

/// One step of gradient descent with momentum for one parameter.
///
///     u ← momentum u + g,  w ← w - rate u      (Nesterov: w - rate (g + momentum u))
public func momentum(
    _ w: Tensor, gradient: Tensor, velocity: Tensor, rate: Tensor, momentum: Double = 0.9, decay: Double = 0, nesterov: Bool = false
) -> (w: Tensor, velocity: Tensor) {
    let results = Tensor.makeAll(MomentumUpdate(momentum: momentum, decay: decay, nesterov: nesterov), [w, gradient, velocity, rate])
    return (results[0], results[1])
}

/// Operands w, g, m, v, rate, step; results w, m, v.
struct AdamUpdate: Op {
    var beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = 0.0
    var decoupled = true
    var name: String { "adam" }
    var inPlace: [(result: Int, operand: Int)] { [(0, 0), (1, 2), (2, 3)] }
    var takesSums: Set<Int> { [1] }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try requireUpdate(operands, parameters: 4, numbers: 2)
        return [operands[0], operands[0], operands[0]]
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        let (w, m, v, rate, t) = (operands[0], operands[2], operands[3], operands[4], operands[5])
        if w.dtype == .f32 { return nil }
        let g = decoupled ? operands[1] : operands[1] + w * decay
        let newM = m * beta1 + g * (1 - beta1), newV = v * beta2 + g * g * (1 - beta2)
        let correction1 = 1 - power(t.like(beta1), t), correction2 = 1 - power(t.like(beta2), t)
        let step = rate * (newM / correction1) / ((newV / correction2).sqrt() + epsilon)
        return [(decoupled && decay != 0 ? w * (1 - rate * decay) : w) - step, newM, newV]
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let (w, g, m, v) = (binder.operands[0], binder.operands[1], binder.operands[2], binder.operands[3])
        let (rate, step) = (binder.operands[4].floats, binder.operands[5].floats)
        let parts = GradientParts(g)
        let count = w.shape.count, pieces = Binder.pieces(count)
        let op = self
        let copies = zip(binder.results, [w, m, v]).filter { $0.pointer != $1.pointer }
        let targets = binder.results.map(\.floats)
        return Kernel(pieces: pieces, label: "adam") { piece, _ in
            let range = Binder.range(count, piece, of: pieces, grain: 64)
            for (target, source) in copies {
                (target.floats + range.lowerBound).update(from: source.floats + range.lowerBound, count: range.count)
            }
            let t = Double(step[0])
            var options = mk_adam(
                rate: rate[0], beta1: Float(op.beta1), beta2: Float(op.beta2), epsilon: Float(op.epsilon), decay: Float(op.decay),
                correction1: Float(1 - raised(op.beta1, t)), correction2: Float(1 - raised(op.beta2, t)), gradient_scale: 1,
                decoupled: op.decoupled ? 1 : 0)
            mk_adam_update(
                &options, targets[0], targets[1], targets[2], parts.pointers, Int32(parts.count), nil, range.lowerBound, range.upperBound)
        }
    }
}

/// Operands w, g, velocity, rate; results w, velocity.
struct MomentumUpdate: Op {
    var momentum = 0.9, decay = 0.0
    var nesterov = false
    var name: String { "momentum" }
    var inPlace: [(result: Int, operand: Int)] { [(0, 0), (1, 2)] }
    var takesSums: Set<Int> { [1] }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try requireUpdate(operands, parameters: 3, numbers: 1)
        return [operands[0], operands[0]]
    }

    func composed(_ operands: [Tensor], native: Bool) throws -> [Tensor]? {
        let (w, u, rate) = (operands[0], operands[2], operands[3])
        if w.dtype == .f32 { return nil }
        let g = operands[1] + w * decay
        let velocity = u * momentum + g
        return [w - rate * (nesterov ? g + velocity * momentum : velocity), velocity]
    }

    func bind(_ binder: Binder) throws -> Kernel {
        let (w, u) = (binder.operands[0], binder.operands[2])
        let rate = binder.operands[3].floats
        let parts = GradientParts(binder.operands[1])
        let count = w.shape.count, pieces = Binder.pieces(count)
        let op = self
        let copies = zip(binder.results, [w, u]).filter { $0.pointer != $1.pointer }
        let targets = binder.results.map(\.floats)
        return Kernel(pieces: pieces, label: "momentum") { piece, _ in
            let range = Binder.range(count, piece, of: pieces, grain: 64)
            for (target, source) in copies {
                (target.floats + range.lowerBound).update(from: source.floats + range.lowerBound, count: range.count)
            }
            var options = mk_sgd(
                rate: rate[0], momentum: Float(op.momentum), dampening: 0, decay: Float(op.decay), gradient_scale: 1,
                nesterov: op.nesterov ? 1 : 0)
            mk_sgd_update(&options, targets[0], targets[1], parts.pointers, Int32(parts.count), nil, range.lowerBound, range.upperBound)
        }
    }
}

/// A gradient as the shards left it: one buffer for each, to be added in order.
private final class GradientParts: @unchecked Sendable {
    // @unchecked Sendable: only read once made.
    let pointers: UnsafeMutablePointer<UnsafePointer<Float>?>
    let count: Int

    init(_ place: Place) {
        count = place.parts
        pointers = .allocate(capacity: count)
        for part in 0..<count {
            pointers[part] = UnsafePointer((place.pointer + part * place.partStride).assumingMemoryBound(to: Float.self))
        }
    }
    deinit { pointers.deallocate() }
}

extension Op {
    /// Parameters of one floating-point type and shape, followed by numbers of that type.
    fileprivate func requireUpdate(_ operands: [TensorType], parameters: Int, numbers: Int) throws {
        try require(parameters + numbers...parameters + numbers, operands)
        try requireFloat(operands)
        try requireSameType(operands)
        guard operands.prefix(parameters).allSatisfy({ $0 == operands[0] }) else {
            throw refuse("weights, gradient and state differ in shape", operands)
        }
        guard operands.suffix(numbers).allSatisfy({ $0.shape.count == 1 }) else { throw refuse("rate and step must be numbers", operands) }
    }
}

let updateCatalog: [any Op] = [AdamUpdate(), MomentumUpdate()]

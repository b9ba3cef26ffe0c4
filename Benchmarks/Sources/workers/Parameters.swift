import Engine

/// The parameters of a network, made as it is described, and their updates.
final class Parameters {
    private(set) var all: [Variable] = []
    private var seed: UInt64 = 88_172_645_463_325_252

    func uniform() -> Float {
        seed ^= seed << 13
        seed ^= seed >> 7
        seed ^= seed << 17
        return Float(seed >> 40) / Float(1 << 24)
    }

    /// A parameter drawn uniformly between ±√(1 / fan).
    func callAsFunction(_ name: String, _ shape: Shape, fan: Int) -> Tensor {
        let bound = (1 / Float(fan)).squareRoot()
        return add(name, shape) { (uniform() * 2 - 1) * bound }
    }

    func filled(_ name: String, _ shape: Shape, _ value: Float) -> Tensor { add(name, shape) { value } }

    private func add(_ name: String, _ shape: Shape, _ value: () -> Float) -> Tensor {
        let variable = Variable(name, Tensor((0..<shape.count).map { _ in value() }, shape))
        all.append(variable)
        return variable.value
    }

    /// Random inputs.
    func random(_ shape: Shape) -> Tensor { Tensor((0..<shape.count).map { _ in uniform() }, shape) }
    func random(_ shape: Shape, below limit: Int32) -> Tensor {
        Tensor((0..<shape.count).map { _ in Int32(uniform() * Float(limit)) }, shape)
    }

    typealias Updates = [(variable: Variable, value: Tensor)]

    /// One step of Adam for every parameter, with a counter of steps.
    func adam(_ loss: Tensor, rate: Double) throws -> Updates {
        let count = Variable("step", Tensor([0] as [Float], []))
        let step = count.value + 1
        var updates: Updates = [(count, step)]
        for (variable, gradient) in zip(all, try gradients(of: loss, for: all.map(\.value))) {
            let m = Variable(variable.name + ".m", variable.type.shape), v = Variable(variable.name + ".v", variable.type.shape)
            let new = Engine.adam(variable.value, gradient: gradient, m: m.value, v: v.value, rate: .fill(rate, []), step: step)
            updates += [(variable, new.w), (m, new.m), (v, new.v)]
        }
        return updates
    }

    /// One step of gradient descent with momentum for every parameter.
    func momentum(_ loss: Tensor, rate: Double, momentum: Double) throws -> Updates {
        zip(all, try gradients(of: loss, for: all.map(\.value))).flatMap { variable, gradient -> Updates in
            let u = Variable(variable.name + ".u", variable.type.shape)
            let new = Engine.momentum(variable.value, gradient: gradient, velocity: u.value, rate: .fill(rate, []), momentum: momentum)
            return [(variable, new.w), (u, new.velocity)]
        }
    }
}

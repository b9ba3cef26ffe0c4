@testable import Engine

/// A small graph that follows from a seed: chains with broadcasting, reductions, products, moves, choices and casts,
/// several results, a variable with an update, gradients.
///
/// Values stay bounded and nothing jumps where rounding could tip it over, so that all ways of computing must agree.
struct RandomGraph: CustomStringConvertible {
    private struct Item {
        var tensor: Tensor
        var bound: Double
        /// Holds the same bits however it is computed, so that it may decide.
        var isExact = false
        var number: Int
    }

    let seed: UInt64
    private(set) var inputs: [Tensor] = []
    private(set) var values: [Tensor] = []
    private(set) var outputs: [Tensor] = []
    private(set) var updates: [(variable: Variable, value: Tensor)] = []
    private(set) var starts: [Tensor] = []
    private(set) var hasGradients = false
    private var items: [Item] = []
    private var lines: [String] = []
    private var generator: Generator

    var description: String { "seed \(seed)\n" + lines.joined(separator: "\n") }

    init(seed: UInt64) {
        self.seed = seed
        generator = Generator(seed: seed)
        let batch = [4, 8, 8, 12][generator.int(4)]
        hasGradients = generator.chance(35)
        for _ in 0..<1 + generator.int(3) {
            var shape = [batch] + (0..<generator.int(3)).map { _ in [1, 2, 3, 5, 16][generator.int(5)] }
            if generator.chance(20) { shape.removeFirst() }
            let input = Tensor.input("input \(inputs.count)", Shape(shape))
            inputs.append(input)
            values.append(numbers(Shape(shape)))
            add(input, 1, "input", [], exact: true)
        }
        for _ in 0..<3 + generator.int(12) { grow() }
        finish()
    }

    /// Multiples of 1/8, which every float type holds exactly.
    private mutating func numbers(_ shape: Shape) -> Tensor {
        Tensor((0..<shape.count).map { _ in Double(generator.int(17)) / 8 - 1 }, shape, as: .f32)
    }

    private mutating func add(_ tensor: Tensor, _ bound: Double, _ text: String, _ from: [Item], exact: Bool = false) {
        items.append(Item(tensor: tensor, bound: bound, isExact: exact, number: items.count))
        lines.append("%\(items.count - 1) \(tensor.type) = \(text) " + from.map { "%\($0.number)" }.joined(separator: " "))
    }

    /// One of the latest values, mostly.
    private mutating func pick() -> Item {
        generator.chance(60) ? items[max(0, items.count - 1 - generator.int(3))] : items[generator.int(items.count)]
    }

    private mutating func grow() {
        let a = pick(), x = a.tensor
        switch generator.int(18) {
        case 0..<5: function(a)
        case 5..<10: pair(a)
        case 10:
            guard let judge = items.filter({ $0.isExact && $0.tensor.dtype == .f32 }).randomElement(using: &generator) else { return }
            let b = pick()
            guard b.tensor.dtype == x.dtype, let shape = judge.tensor.shape.broadcast(with: x.shape)?.broadcast(with: b.tensor.shape),
                shape.count <= 4_096
            else { return }
            add(select(judge.tensor.isGreater(than: 0), x, b.tensor), max(a.bound, b.bound), "select by > 0", [judge, a, b])
        case 11, 12:
            guard x.rank > 0 else { return }
            let axes = (0..<x.rank).filter { _ in generator.chance(50) }
            if axes.isEmpty { return }
            let keep = generator.chance(50)
            let count = Double(axes.reduce(1) { $0 * x.shape[$1] })
            if a.bound * count < 60 && generator.chance(60) {
                add(x.sum(axes, keep: keep), a.bound * count, "sum \(axes) \(keep)", [a])
            } else if !hasGradients && generator.chance(40) {
                add(x.max(axes, keep: keep), a.bound, "max \(axes) \(keep)", [a])
            } else {
                add(x.mean(axes, keep: keep), a.bound, "mean \(axes) \(keep)", [a])
            }
        case 13, 14: product(a)
        case 15:
            let shape: Shape = [[-1], x.rank > 0 ? [x.shape[0], -1] : [1], Shape(x.shape.extents + [1])][generator.int(3)]
            if x.count > 0 { add(x.reshaped(shape), a.bound, "reshape \(shape)", [a], exact: a.isExact) }
        case 16:
            let order = Array(0..<x.rank).shuffled(using: &generator)
            add(x.transposed(order), a.bound, "transpose \(order)", [a], exact: a.isExact)
        default:
            if a.isExact && !hasGradients && x.dtype == .f32 && generator.chance(50) {
                add((x * 4).cast(to: .i32).cast(to: .f32), a.bound * 4, "cast i32 of 4 x", [a], exact: true)
            } else {
                let other: DType = x.dtype == .f32 ? .f64 : .f32
                add(x.cast(to: other), a.bound, "cast \(other)", [a])
            }
        }
    }

    private mutating func function(_ a: Item) {
        let x = a.tensor
        var known: [(UnaryFunction, Double)] = [
            (.tanh, 1), (.sigmoid, 1), (.sin, 1), (.cos, 1), (.neg, a.bound), (.erf, 1), (.silu, a.bound), (.softplus, a.bound + 1),
            (.gelu, a.bound),
        ]
        if a.bound < 5 { known.append((.square, a.bound * a.bound)) }
        if a.bound < 3 { known += [(.exp, 21), (.expm1, 21)] }
        if !hasGradients { known += [(.relu, a.bound), (.abs, a.bound)] }
        let (function, bound) = known[generator.int(known.count)]
        add(x.unary(function), bound, function.rawValue, [a])
    }

    private mutating func pair(_ a: Item) {
        for _ in 0..<6 {
            let b = pick()
            guard b.tensor.dtype == a.tensor.dtype, let shape = a.tensor.shape.broadcast(with: b.tensor.shape), shape.count <= 4_096 else {
                continue
            }
            let x = a.tensor, y = b.tensor
            switch generator.int(hasGradients ? 4 : 6) {
            case 0: add(x + y, a.bound + b.bound, "add", [a, b])
            case 1: add(x - y, a.bound + b.bound, "subtract", [a, b])
            case 2 where a.bound * b.bound < 60: add(x * y, a.bound * b.bound, "multiply", [a, b])
            case 2, 3: add(x / (y.square() + 1), a.bound, "divide by 1 + square", [a, b])
            case 4: add(maximum(x, y), max(a.bound, b.bound), "maximum", [a, b])
            default: add(minimum(x, y), max(a.bound, b.bound), "minimum", [a, b])
            }
            return
        }
    }

    private mutating func product(_ a: Item) {
        let x = a.tensor
        guard x.rank >= 2, x.shape[-1] > 0 else { return }
        let inner = x.shape[-1]
        let scale = 1 / Double(max(inner, x.shape[-2]))
        let others = items.filter { $0.tensor.rank == 2 && x.rank == 2 && $0.tensor.dtype == x.dtype && $0.bound * a.bound < 60 }
        if let b = others.filter({ $0.tensor.shape[1] == inner }).randomElement(using: &generator), generator.chance(30) {
            add(matmul(x * scale, b.tensor, transposeRight: true), a.bound * b.bound, "scaled product, right transposed", [a, b])
        } else if let b = others.filter({ $0.tensor.shape[0] == x.shape[0] }).randomElement(using: &generator), generator.chance(40) {
            add(matmul(x * scale, b.tensor, transposeLeft: true), a.bound * b.bound, "scaled product, left transposed", [a, b])
        } else if x.dtype == .f32, a.bound < 20 {
            let outer = [1, 3, 8, 17][generator.int(4)]
            let start = numbers([outer, inner])
            var weights = start
            if updates.count + starts.count < 2, generator.chance(50) {
                let variable = Variable("weights \(starts.count)", start)
                starts.append(start)
                updates.append((variable, variable.value))
                weights = variable.value
            }
            let item = Item(tensor: weights, bound: 1, number: items.count)
            items.append(item)
            lines.append("%\(item.number) \(weights.type) = \(weights.node.variable == nil ? "constant" : "variable")")
            if generator.chance(50) {
                let bias = numbers([outer])
                add(linear(x * scale, weights, bias), a.bound + 1, "scaled linear with bias", [a, item])
            } else {
                add(linear(x * scale, weights), a.bound, "scaled linear", [a, item])
            }
        }
    }

    private mutating func finish() {
        var chosen = [items.count - 1]
        for _ in 0..<generator.int(3) { chosen.append(generator.int(items.count)) }
        outputs = chosen.map { items[$0].tensor }
        lines.append("results " + chosen.map { "%\($0)" }.joined(separator: " "))
        let loss = items[chosen[0]].tensor.mean().cast(to: .f32)
        var changes: [Tensor] = updates.map { _ in .fill(0.25, []) }
        if hasGradients {
            for input in inputs {
                guard let gradient = try? gradients(of: loss, for: [input])[0] else { continue }
                outputs.append(gradient)
                lines.append("and the gradient of the first by \(input.type)")
            }
            for place in updates.indices {
                guard let gradient = try? gradients(of: loss, for: [updates[place].value])[0] else { continue }
                changes[place] = gradient * 0.5
            }
        }
        for place in updates.indices { updates[place].value = updates[place].variable.value - changes[place] }
    }

    /// Results and new values of the variables, which are set back afterwards.
    func run(_ options: Program.Options, threads: Int) throws -> [Tensor] {
        let program = try Program(inputs: inputs, outputs: outputs, updates: updates, options: options)
        let results = try Session(program, threads: threads).run(values)
        let states = updates.map { Tensor($0.variable.value.doubles(), $0.variable.type.shape, as: $0.variable.type.dtype) }
        for (update, start) in zip(updates, starts) { update.variable.assign(start) }
        return results + states
    }
}

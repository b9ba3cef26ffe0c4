extension Tensor {
    /// The largest value of every window of an image [batch, spatial…, channels]. Padding takes no part; of equal values the
    /// first one, row by row, receives the gradient.
    ///
    /// - Parameter window: extents of the window.
    /// - Parameter stride: distance between windows; nil for the window's own extents.
    /// - Parameter padding: at the edges of every spatial axis.
    /// - Parameter dilation: distance between the places of a window.
    public func maxPool(_ window: PerAxis, stride: PerAxis? = nil, padding: Padding = .valid, dilation: PerAxis = 1) -> Tensor {
        trapping { try pool(.max, window, stride, padding, dilation, counted: false) }
    }

    /// The mean of every window of an image [batch, spatial…, channels].
    ///
    /// - Parameter window: extents of the window.
    /// - Parameter stride: distance between windows; nil for the window's own extents.
    /// - Parameter padding: at the edges of every spatial axis.
    /// - Parameter paddingCounts: whether a window's padding is part of its mean, as zeros.
    public func averagePool(_ window: PerAxis, stride: PerAxis? = nil, padding: Padding = .valid, paddingCounts: Bool = true) -> Tensor {
        trapping { try pool(.average, window, stride, padding, 1, counted: paddingCounts) }
    }

    /// The largest value of every channel: [batch, spatial…, channels] → [batch, channels].
    public func globalMaxPool() -> Tensor { max(Array(1..<rank - 1)) }

    /// The mean of every channel: [batch, spatial…, channels] → [batch, channels].
    public func globalAveragePool() -> Tensor { mean(Array(1..<rank - 1)) }

    /// Means over windows that together cover the image, as many as asked for: window i of n begins at ⌊i · extent / n⌋ and ends
    /// before ⌈(i + 1) · extent / n⌉.
    public func adaptiveAveragePool(_ outputs: PerAxis) -> Tensor {
        trapping {
            let extents = try spatial("adaptiveAveragePool", outputs)
            var result = self
            for axis in extents.indices where extents[axis] != shape[axis + 1] {
                result = try Tensor.apply(Resample(axis: axis + 1, extent: extents[axis], rule: .mean), [result])[0]
            }
            return result
        }
    }

    /// The largest values of the same windows.
    public func adaptiveMaxPool(_ outputs: PerAxis) -> Tensor {
        trapping {
            let extents = try spatial("adaptiveMaxPool", outputs)
            let sizes = shape.spatial
            if zip(sizes, extents).allSatisfy({ $0 % $1 == 0 }) { return maxPool(PerAxis(zip(sizes, extents).map { $0 / $1 })) }
            return try Tensor.apply(
                MaxPool(
                    window: zip(sizes, extents).map { ($0 + $1 - 1) / $1 + 1 }, windows: Windows(rank: extents.count), adaptive: extents),
                [self])[0]
        }
    }

    private func pool(_ kind: PoolKind, _ window: PerAxis, _ stride: PerAxis?, _ padding: Padding, _ dilation: PerAxis, counted: Bool)
        throws -> Tensor
    {
        let name = "\(kind)Pool\(rank - 2)d"
        guard (3...5).contains(rank), let extents = window.each(rank - 2) else {
            throw EngineError(name, "takes [batch, spatial…, channels] and an extent for every spatial axis", operands: [type])
        }
        let windows = try Windows(name, image: type, window: extents, stride: stride ?? window, dilation: dilation, padding: padding)
        if kind == .max { return try Tensor.apply(MaxPool(window: extents, windows: windows), [self])[0] }
        return try Tensor.apply(AveragePool(window: extents, windows: windows, paddingCounts: counted), [self])[0]
    }

    /// One extent for every spatial axis.
    func spatial(_ name: String, _ extents: PerAxis) throws -> [Int] {
        guard (3...5).contains(rank), let each = extents.each(rank - 2), each.allSatisfy({ $0 > 0 }), shape.spatial.allSatisfy({ $0 > 0 })
        else {
            throw EngineError(name, "takes [batch, spatial…, channels] and a positive extent for every spatial axis", operands: [type])
        }
        return each
    }
}

private enum PoolKind { case max, average }

/// What both kinds of pooling share.
protocol WindowPool: PortableOp {
    var window: [Int] { get }
    var windows: Windows { get }
}

extension WindowPool {
    fileprivate func pooled(_ operands: [TensorType]) throws -> TensorType {
        let x = operands[0].shape
        guard x.rank == windows.rank + 2, window.count == windows.rank else {
            throw refuse("takes [batch, spatial…, channels] with \(windows.rank) spatial axes", operands)
        }
        if operands[0].dtype == .bool { throw refuse("does not take bool", operands) }
        let extents = windows.results(x.spatial, window)
        guard extents.allSatisfy({ $0 > 0 }) || x.count == 0 else {
            throw refuse("a window of \(window) is larger than the padded input", operands)
        }
        // Such a window would hold nothing but padding.
        for axis in 0..<windows.rank where windows.before[axis] >= (window[axis] - 1) * windows.dilations[axis] + 1 {
            throw refuse("padding \(windows.before[axis]) must be less than the window \(window[axis])", operands)
        }
        return operands[0].with(Shape([x[0]] + extents + [x[-1]]))
    }
}

/// The largest value of every window.
struct MaxPool: WindowPool {
    var window: [Int]
    var windows: Windows
    /// Number of windows that together cover each axis, in place of strides and padding.
    var adaptive: [Int]?
    var name: String { adaptive == nil ? "maxPool\(window.count)d" : "adaptiveMaxPool\(window.count)d" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        if let adaptive, operands[0].shape.rank == adaptive.count + 2 {
            return [operands[0].with(Shape([operands[0].shape[0]] + adaptive + [operands[0].shape[-1]]))]
        }
        return [try pooled(operands)]
    }

    func gradient(_ call: Call) -> [Tensor?] { [.make(MaxPoolGradient(pool: self), call.operands[0], call.results[0], call.flow[0]!)] }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { [Split([.slice])] }
}

/// What flows back through a maximum. Operands are the image, the maxima and the flow.
struct MaxPoolGradient: PortableOp {
    var pool: MaxPool
    /// The image is the result of a ReLU, whose gradient is taken as well: nothing flows where the maximum is not positive.
    var isMasked = false
    var name: String { pool.name + "Gradient" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(3...3, operands)
        let result = try pool.infer([operands[0]])[0]
        guard operands[1] == result, operands[2] == result else { throw refuse("operands do not belong together", operands) }
        return [operands[0]]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        demand(!isMasked, "\(name): the gradient of a fused activation")
        return [nil, nil, .make(MaxPoolSelect(pool: pool), call.operands[0], call.operands[1], call.flow[0]!)]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { [Split(operands.map { _ in .slice })] }

    func folding(_ consumer: any Op, position: Int, operands: [Tensor], others: [Tensor]) -> [Tensor]? {
        // A pixel that is its window's maximum is positive where the maximum is.
        guard !isMasked, let next = consumer as? UnaryGradient, next.function == .relu, position == 1, others[0].key == operands[0].key
        else { return nil }
        return [.make(MaxPoolGradient(pool: pool, isMasked: true), operands[0], operands[1], operands[2])]
    }
}

/// The values of another image at the places of the maxima. Operands are the image, the maxima and the other image.
struct MaxPoolSelect: PortableOp {
    var pool: MaxPool
    var name: String { pool.name + "Select" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(3...3, operands)
        let result = try pool.infer([operands[0]])[0]
        guard operands[1] == result, operands[2] == operands[0] else { throw refuse("operands do not belong together", operands) }
        return [result]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        [nil, nil, .make(MaxPoolGradient(pool: pool), call.operands[0], call.operands[1], call.flow[0]!)]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { [Split(operands.map { _ in .slice })] }
}

/// The mean of every window.
struct AveragePool: WindowPool {
    var window: [Int]
    var windows: Windows
    /// A window's padding is part of its mean, as zeros.
    var paddingCounts = true
    var name: String { "averagePool\(window.count)d" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        return [try pooled(operands)]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        [.make(AveragePoolGradient(pool: self, extents: call.operands[0].shape.spatial), call.flow[0]!)]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { [Split([.slice])] }
}

/// What flows back through a mean.
struct AveragePoolGradient: PortableOp {
    var pool: AveragePool
    /// Spatial extents of the image.
    var extents: [Int]
    var name: String { pool.name + "Gradient" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        let g = operands[0].shape
        guard g.rank == extents.count + 2 else { throw refuse("takes [batch, spatial…, channels]", operands) }
        let image = operands[0].with(Shape([g[0]] + extents + [g[-1]]))
        guard try pool.infer([image])[0] == operands[0] else { throw refuse("an image of \(extents) does not give this result", operands) }
        return [image]
    }

    func gradient(_ call: Call) -> [Tensor?] { [.make(pool, call.flow[0]!)] }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { [Split([.slice])] }
}

let poolingCatalog: [any Op] = (1...3).flatMap { rank -> [any Op] in
    let ones = [Int](repeating: 1, count: rank)
    let most = MaxPool(window: ones, windows: Windows(rank: rank)),
        adaptive = MaxPool(window: ones, windows: Windows(rank: rank), adaptive: ones)
    let mean = AveragePool(window: ones, windows: Windows(rank: rank))
    return [most, adaptive].flatMap { [$0, MaxPoolGradient(pool: $0), MaxPoolSelect(pool: $0)] as [any Op] }
        + [mean, AveragePoolGradient(pool: mean, extents: ones)]
}

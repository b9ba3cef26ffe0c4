extension Tensor {
    /// Resizes an image [batch, spatial…, channels]; every pixel takes the source pixel at ⌊place · extent / new extent⌋.
    public func resizedNearest(_ extents: PerAxis) -> Tensor { resampled("resizeNearest", extents, .nearest) }

    /// Resizes an image [batch, spatial…, channels], linear between the neighbouring pixels of every axis.
    ///
    /// - Parameter extents: the new ones, one for all spatial axes or one each.
    /// - Parameter alignCorners: first and last pixels keep their places: sampled at place · (extent - 1) / (new extent - 1).
    ///   Otherwise the image's edges do: sampled at (place + ½) · extent / new extent - ½.
    public func resizedLinear(_ extents: PerAxis, alignCorners: Bool = false) -> Tensor {
        resampled("resizeLinear", extents, alignCorners ? .linearCorners : .linear)
    }

    /// Resizes an image [batch, spatial…, channels] by cubic convolution with coefficient -¾ over four pixels of every axis
    /// (Keys 1981).
    public func resizedCubic(_ extents: PerAxis, alignCorners: Bool = false) -> Tensor {
        resampled("resizeCubic", extents, alignCorners ? .cubicCorners : .cubic)
    }

    private func resampled(_ name: String, _ extents: PerAxis, _ rule: Resample.Rule) -> Tensor {
        trapping {
            let each = try spatial(name, extents)
            var result = self
            for axis in each.indices where each[axis] != shape[axis + 1] {
                result = try Tensor.apply(Resample(axis: axis + 1, extent: each[axis], rule: rule), [result])[0]
            }
            return result
        }
    }
}

/// Another extent of one axis: every place is a weighted sum of some source places. The transposed form, from the new extent back
/// to the old one, is its gradient.
struct Resample: PortableOp {
    enum Rule: String, Codable, Sendable, CaseIterable { case nearest, linear, linearCorners, cubic, cubicCorners, mean }
    let axis: Int
    /// The extent that it makes.
    let extent: Int
    let rule: Rule
    /// Spreads the values of the `extent` of the plain form back over its source.
    var isTransposed = false
    var name: String { "resample" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        try requireFloat(operands)
        guard (0..<operands[0].shape.rank).contains(axis) else { throw refuse("axis \(axis) of \(operands[0].shape.rank)", operands) }
        guard extent > 0, operands[0].shape[axis] > 0 else { throw refuse("extents must be positive", operands) }
        return [operands[0].with(operands[0].shape.replacing(axis, with: extent))]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        [.make(Resample(axis: axis, extent: call.operands[0].shape[axis], rule: rule, isTransposed: !isTransposed), call.flow[0]!)]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { axis > 0 ? [Split([.slice])] : [] }

    /// The source places that window `place` of `count` covers, together all of `extent`.
    static func cover(_ place: Int, of count: Int, over extent: Int) -> (first: Int, last: Int) {
        (place * extent / count, ((place + 1) * extent + count - 1) / count)
    }

    /// The source places and weights of every place of an axis of `count` over one of `extent`.
    private func taps(_ count: Int, over extent: Int) -> [[(at: Int, weight: Double)]] {
        (0..<count).map { place -> [(at: Int, weight: Double)] in
            func position(_ corners: Bool) -> Double {
                if corners { return count == 1 ? 0 : Double(place * (extent - 1)) / Double(count - 1) }
                return (Double(place) + 0.5) * Double(extent) / Double(count) - 0.5
            }
            switch rule {
            case .nearest: return [(min(place * extent / count, extent - 1), 1)]
            case .mean:
                let (first, last) = Self.cover(place, of: count, over: extent)
                return (first..<last).map { ($0, 1 / Double(last - first)) }
            case .linear, .linearCorners:
                let at = max(0, position(rule == .linearCorners))
                let first = min(Int(at), extent - 1), part = min(at - Double(first), 1)
                return first + 1 < extent && part > 0 ? [(first, 1 - part), (first + 1, part)] : [(first, 1)]
            case .cubic, .cubicCorners:
                let at = position(rule == .cubicCorners), first = at.rounded(.down), part = at - first, a = -0.75
                func near(_ t: Double) -> Double { ((a + 2) * t - (a + 3)) * t * t + 1 }
                func far(_ t: Double) -> Double { ((a * t - 5 * a) * t + 8 * a) * t - 4 * a }
                let weights = [far(part + 1), near(part), near(1 - part), far(2 - part)]
                return weights.enumerated().map { (min(max(Int(first) - 1 + $0.offset, 0), extent - 1), $0.element) }
            }
        }
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let x = binder.read(0, T.self), y = binder.write(0, T.self)
        let source = x.shape[axis], inner = x.shape.strides[axis], outer = x.count / max(1, source * inner)
        // Every place of the result with the places it gathers from, also where values are spread.
        let places: [[(at: Int, weight: T)]]
        if isTransposed {
            var gathered = [[(at: Int, weight: T)]](repeating: [], count: extent)
            for (place, taps) in taps(source, over: extent).enumerated() {
                for tap in taps { gathered[tap.at].append((place, T(tap.weight))) }
            }
            places = gathered
        } else {
            places = taps(extent, over: source).map { $0.map { ($0.at, T($0.weight)) } }
        }
        return binder.portable([x], [y]) {
            for o in 0..<outer {
                for (place, taps) in places.enumerated() {
                    let target = y.pointer + (o * places.count + place) * inner
                    if taps.count == 1, taps[0].weight == .one {
                        target.update(from: x.pointer + (o * source + taps[0].at) * inner, count: inner)
                        continue
                    }
                    for i in 0..<inner { target[i] = .zero }
                    for (at, weight) in taps {
                        let line = x.pointer + (o * source + at) * inner
                        for i in 0..<inner { target[i] += line[i] * weight }
                    }
                }
            }
        }
    }
}

let resizeCatalog: [any Op] = [Resample(axis: 0, extent: 1, rule: .linear)]

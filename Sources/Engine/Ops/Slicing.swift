import CKernels

extension Tensor {
    /// A part of this tensor: along every axis the places start, start + step, … before end.
    ///
    /// - Parameters:
    ///   - starts: one for each axis; negative ones count from the end, those beyond an end stop there.
    ///   - ends: as `starts`; the place itself is left out.
    ///   - steps: negative ones walk backwards, from `start` down to the place after `end`; all 1 if left out.
    public func sliced(_ starts: [Int], _ ends: [Int], _ steps: [Int]? = nil) -> Tensor {
        demand(
            starts.count == rank && ends.count == rank && steps?.count ?? rank == rank,
            "\(EngineError("slice", "needs a start and an end for each axis", operands: [type]))")
        return .make(
            Slice(
                cuts: (0..<rank).compactMap { axis in
                    Cut(axis, extent: shape[axis], start: starts[axis], end: ends[axis], step: steps?[axis] ?? 1, isFullLeftOut: true)
                }), self
        ).unlessWhole(self)
    }

    /// The places of a range along one axis.
    public func sliced(_ range: Range<Int>, _ axis: Int) -> Tensor {
        let axis = shape.axis(axis)
        if range == 0..<shape[axis] { return self }
        return .make(Slice(cuts: [Cut(axis: axis, start: range.lowerBound, count: range.count, step: 1)]), self)
    }

    /// The place `index` of an axis (negative: from the end), without that axis.
    public func selected(_ index: Int, _ axis: Int) -> Tensor {
        let axis = shape.axis(axis), place = index < 0 ? index + shape[axis] : index
        return sliced(place..<place + 1, axis).reshaped(shape.removing(axis))
    }

    /// The axes in reverse order of their places.
    public func flipped(_ axes: [Int]) -> Tensor {
        let axes = Set(axes.map { shape.axis($0) }).sorted().filter { shape[$0] > 1 }
        if axes.isEmpty { return self }
        return .make(Slice(cuts: axes.map { Cut(axis: $0, start: shape[$0] - 1, count: shape[$0], step: -1) }), self)
    }

    /// Parts of these extents, one after the other along an axis.
    public func split(_ extents: [Int], _ axis: Int) -> [Tensor] {
        let axis = shape.axis(axis)
        demand(
            extents.reduce(0, +) == shape[axis],
            "\(EngineError("split", "the parts \(extents) do not make up axis \(axis)", operands: [type]))")
        var start = 0
        return extents.map { extent in
            defer { start += extent }
            return sliced(start..<start + extent, axis)
        }
    }

    /// `count` equal parts along an axis.
    public func split(into count: Int, _ axis: Int) -> [Tensor] {
        let extent = shape[shape.axis(axis)]
        demand(
            count > 0 && extent % count == 0,
            "\(EngineError("split", "axis \(axis) does not divide into \(count) parts", operands: [type]))")
        return split([Int](repeating: extent / count, count: count), axis)
    }

    /// Rotates along axes: what leaves at the end comes back at the start.
    public func rolled(_ shifts: [Int], _ axes: [Int]) -> Tensor {
        zip(shifts, axes).reduce(self) { x, move in
            let axis = x.shape.axis(move.1), extent = x.shape[axis]
            let shift = extent == 0 ? 0 : (move.0 % extent + extent) % extent
            if shift == 0 { return x }
            return concatenate([x.sliced(extent - shift..<extent, axis), x.sliced(0..<extent - shift, axis)], axis)
        }
    }

    /// How `padded` continues a tensor beyond its border.
    public enum Border: Sendable, Hashable {
        /// One value everywhere.
        case constant(Double)
        /// Mirrored at the last element, which is not repeated: c b | a b c | b a
        case reflect
        /// The last element again and again: a a | a b c | c c
        case edge
        /// From the other end: b c | a b c | a b
        case wrap
    }

    /// This tensor with places added before and after, a pair for each axis. Negative amounts of a constant padding cut off.
    public func padded(_ amounts: [(before: Int, after: Int)], _ border: Border = .constant(0)) -> Tensor {
        demand(
            amounts.count == rank, "\(EngineError("pad", "needs a pair of amounts for each axis, got \(amounts.count)", operands: [type]))")
        if case .constant(let value) = border {
            var x = self
            for (axis, amount) in amounts.enumerated() where amount.before < 0 || amount.after < 0 {
                x = x.sliced(Swift.max(0, -amount.before)..<x.shape[axis] - Swift.max(0, -amount.after), axis)
            }
            let grown = amounts.map { (before: Swift.max(0, $0.before), after: Swift.max(0, $0.after)) }
            let cuts = grown.indices.filter { grown[$0].before + grown[$0].after > 0 }.map {
                Cut(axis: $0, start: grown[$0].before, count: x.shape[$0], step: 1)
            }
            if cuts.isEmpty { return x }
            return .make(
                Unslice(cuts: cuts, extents: cuts.map { x.shape[$0.axis] + grown[$0.axis].before + grown[$0.axis].after }, value: value), x)
        }
        return amounts.indices.reduce(self) { x, axis in
            let (before, after) = amounts[axis], extent = x.shape[axis]
            if before == 0 && after == 0 { return x }
            let limit = border == .reflect ? extent - 1 : border == .wrap ? extent : extent == 0 ? 0 : .max
            demand(
                before >= 0 && after >= 0 && before <= limit && after <= limit,
                "\(EngineError("pad", "axis \(axis) of extent \(extent) cannot be continued by \(before) and \(after)", operands: [type]))")
            func cut(_ start: Int, _ count: Int, _ step: Int) -> Tensor {
                .make(Slice(cuts: [Cut(axis: axis, start: start, count: count, step: step)]), x)
            }
            func repeated(_ place: Int, _ count: Int) -> Tensor {
                x.sliced(place..<place + 1, axis).broadcast(to: x.shape.replacing(axis, with: count))
            }
            let parts: (Tensor?, Tensor?) =
                switch border {
                case .reflect: (before > 0 ? cut(before, before, -1) : nil, after > 0 ? cut(extent - 2, after, -1) : nil)
                case .edge: (before > 0 ? repeated(0, before) : nil, after > 0 ? repeated(extent - 1, after) : nil)
                default: (before > 0 ? cut(extent - before, before, 1) : nil, after > 0 ? cut(0, after, 1) : nil)
                }
            return concatenate([parts.0, x, parts.1].compactMap { $0 }, axis)
        }
    }

    /// The whole tensor repeated along each axis: [a, b] tiled by 2 is [a, b, a, b].
    public func tiled(_ repeats: [Int]) -> Tensor {
        let lead = Swift.max(0, repeats.count - rank)
        let x = lead > 0 ? reshaped(Shape([Int](repeating: 1, count: lead) + shape.extents)) : self
        let counts = [Int](repeating: 1, count: x.rank - repeats.count) + repeats
        if counts.allSatisfy({ $0 == 1 }) { return x }
        let apart = x.shape.extents.flatMap { [1, $0] }, wide = zip(counts, x.shape.extents).flatMap { [$0, $1] }
        return x.reshaped(Shape(apart)).broadcast(to: Shape(wide)).reshaped(Shape(zip(counts, x.shape.extents).map { $0 * $1 }))
    }

    /// Each place of an axis repeated: [a, b] by 2 is [a, a, b, b].
    public func repeated(_ count: Int, _ axis: Int) -> Tensor {
        let axis = shape.axis(axis)
        var wide = shape.extents
        wide.insert(count, at: axis + 1)
        return expanded(axis + 1).broadcast(to: Shape(wide)).reshaped(shape.replacing(axis, with: shape[axis] * count))
    }

    /// `whole` where a slice that leaves nothing out was asked for.
    private func unlessWhole(_ whole: Tensor) -> Tensor {
        if let slice = node.op as? Slice, slice.cuts.isEmpty { return whole }
        return self
    }
}

/// Some places of one axis: start, start + step, …
struct Cut: Hashable, Codable, Sendable {
    let axis: Int
    let start: Int
    let count: Int
    let step: Int

    init(axis: Int, start: Int, count: Int, step: Int) {
        self.axis = axis
        self.start = start
        self.count = count
        self.step = step
    }

    /// From bounds as users write them; nil for a whole axis.
    init?(_ axis: Int, extent: Int, start: Int, end: Int, step: Int, isFullLeftOut: Bool) {
        demand(step != 0, "slice: a step of 0")
        let low = step > 0 ? 0 : -1, high = step > 0 ? extent : extent - 1
        func place(_ index: Int) -> Int { Swift.min(high, Swift.max(low, index < 0 && index >= -extent ? index + extent : index)) }
        let first = place(start), last = place(end)
        let count = Swift.max(0, step > 0 ? (last - first + step - 1) / step : (first - last - step - 1) / -step)
        if isFullLeftOut, first == 0, count == extent, step == 1 { return nil }
        self.init(axis: axis, start: count == 0 ? 0 : first, count: count, step: step)
    }

    func fits(_ extent: Int) -> Bool {
        count == 0 || count > 0 && step != 0 && (0..<extent).contains(start) && (0..<extent).contains(start + (count - 1) * step)
    }
}

/// Places of some axes; a step below 0 reverses.
struct Slice: Op {
    let cuts: [Cut]
    var name: String { "slice" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        var shape = operands[0].shape
        for cut in cuts {
            guard cut.axis >= 0, cut.axis < shape.rank else { throw refuse("axis \(cut.axis) of \(shape.rank)", operands) }
            guard cut.fits(operands[0].shape[cut.axis]) else {
                throw refuse(
                    "\(cut.count) places from \(cut.start) in steps of \(cut.step) leave axis \(cut.axis) of extent \(operands[0].shape[cut.axis])",
                    operands)
            }
            shape = shape.replacing(cut.axis, with: cut.count)
        }
        return [operands[0].with(shape)]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        [.make(Unslice(cuts: cuts, extents: cuts.map { call.operands[0].shape[$0.axis] }), call.flow[0]!)]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 0 && !cuts.contains { $0.axis == 0 } ? [Split([.slice])] : []
    }

    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        let x = operands[0]
        if cuts.isEmpty { return operands }
        if let last = Recurrent.lastState(x, cuts) { return [last] }
        guard let value = x.filled, let type = try? infer([x.type])[0] else { return nil }
        return [.fill(value, type.shape, type.dtype)]
    }

    func bind(_ binder: Binder) -> Kernel {
        let (strides, offset) = cuts.places(binder.operands[0].shape)
        return StridedCopy.kernel(binder, from: binder.operands[0], strides: strides, offset: offset)
    }
}

extension [Cut] {
    /// Steps and the first element, in elements, with which the places lie in a tensor of this shape.
    func places(_ shape: Shape) -> (strides: [Int], offset: Int) {
        var strides = shape.strides, offset = 0
        for cut in self {
            offset += cut.start * strides[cut.axis]
            strides[cut.axis] *= cut.step
        }
        return (strides, offset)
    }
}

/// The transpose of a slice: the operand at the places that the cuts name, `value` elsewhere. Constant padding is one.
struct Unslice: Op {
    let cuts: [Cut]
    /// Extents of the result along the axes of the cuts.
    let extents: [Int]
    var value = 0.0
    var name: String { "pad" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        var shape = operands[0].shape
        for (cut, extent) in zip(cuts, extents) {
            guard cut.axis >= 0, cut.axis < shape.rank else { throw refuse("axis \(cut.axis) of \(shape.rank)", operands) }
            guard operands[0].shape[cut.axis] == cut.count, cut.fits(extent) else {
                throw refuse(
                    "\(operands[0].shape[cut.axis]) places from \(cut.start) in steps of \(cut.step) do not fit axis \(cut.axis) of extent \(extent)",
                    operands)
            }
            shape = shape.replacing(cut.axis, with: extent)
        }
        return [operands[0].with(shape)]
    }

    func gradient(_ call: Call) -> [Tensor?] { [.make(Slice(cuts: cuts), call.flow[0]!)] }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].shape.rank > 0 && !cuts.contains { $0.axis == 0 } ? [Split([.slice])] : []
    }

    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        if cuts.isEmpty { return operands }
        guard operands[0].filled == value, let type = try? infer([operands[0].type])[0] else { return nil }
        return [.fill(value, type.shape, type.dtype)]
    }

    func bind(_ binder: Binder) -> Kernel {
        let target = binder.results[0], source = binder.operands[0]
        let (strides, offset) = cuts.places(target.shape)
        let element = Buffer(bytes: 8)
        store([value], count: 1, into: element.pointer, target.dtype)
        let (count, size) = (target.shape.count, target.dtype.size)
        let copy = BlockCopy(source.shape, size, from: source.shape.strides, to: strides)
        return Kernel(label: "pad") { _, _ in
            fill(target.pointer, element.pointer, count, size)
            copy.run(source.pointer, target.pointer + offset * size)
        }
    }
}

/// Repeats one element.
func fill(_ target: UnsafeMutableRawPointer, _ element: UnsafeMutableRawPointer, _ count: Int, _ size: Int) {
    func fill<E>(_: E.Type) { target.assumingMemoryBound(to: E.self).update(repeating: element.load(as: E.self), count: count) }
    switch size {
    case 1: fill(UInt8.self)
    case 2: fill(UInt16.self)
    case 4: fill(UInt32.self)
    default: fill(UInt64.self)
    }
}

/// Copies an array between two layouts, by strides that were prepared once.
struct BlockCopy: @unchecked Sendable {
    // @unchecked Sendable: the tables are written only here.
    private let tables: Buffer
    private let rank: Int
    private let size: Int
    private let isEmpty: Bool

    init(_ shape: Shape, _ size: Int, from: [Int], to: [Int]) {
        // Axes that continue each other in both layouts become one; the kernel gets no more axes than it needs.
        var extents: [Int] = [], sources: [Int] = [], targets: [Int] = []
        for (axis, extent) in shape.extents.enumerated() where extent != 1 {
            if let last = extents.indices.last, sources[last] == from[axis] * extent, targets[last] == to[axis] * extent {
                extents[last] *= extent
                (sources[last], targets[last]) = (from[axis], to[axis])
            } else {
                extents.append(extent)
                sources.append(from[axis])
                targets.append(to[axis])
            }
        }
        if extents.isEmpty { (extents, sources, targets) = ([1], [1], [1]) }
        rank = extents.count
        self.size = size
        isEmpty = shape.count == 0
        tables = Buffer(bytes: 3 * rank * MemoryLayout<Int>.stride)
        let table = tables.pointer.assumingMemoryBound(to: Int.self)
        for axis in 0..<rank { (table[axis], table[rank + axis], table[2 * rank + axis]) = (extents[axis], sources[axis], targets[axis]) }
    }

    func run(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        if isEmpty { return }
        let table = tables.pointer.assumingMemoryBound(to: Int.self)
        mk_copy_strided(target, table + 2 * rank, source, table + rank, table, Int32(rank), Int32(size))
    }
}

let slicingCatalog: [any Op] = [Slice(cuts: []), Unslice(cuts: [], extents: [])]

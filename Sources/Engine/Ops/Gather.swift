extension Tensor {
    /// The slices of this tensor at `indices` of one axis: the axis is replaced by the axes of the indices.
    ///
    /// An index outside of the axis reads nothing: it gives NaN, or 0 in integer types. Its gradient goes nowhere.
    public func gathered(_ indices: Tensor, _ axis: Int = 0) -> Tensor { .make(Gather(axis: shape.axis(axis)), self, indices) }

    /// The elements at `indices` along one axis, a separate index for every element of the result, whose shape is that of
    /// the indices: y[i, j] = x[indices[i, j], j] for axis 0. The other axes must agree. Indices outside as in `gathered`.
    public func takenAlong(_ indices: Tensor, _ axis: Int) -> Tensor { .make(Gather(axis: shape.axis(axis), isAlong: true), self, indices) }

    /// This tensor with slices along one axis replaced by `updates`: those at `indices`.
    ///
    /// The shape of `updates` is this one's with the axis replaced by the axes of the indices. Indices outside of the axis
    /// are ignored. `combining` says what happens to the element that is there; with `.set` the last update of a place wins.
    public func scattered(_ updates: Tensor, at indices: Tensor, _ axis: Int = 0, combining: Combining = .set) -> Tensor {
        .make(Scatter(axis: shape.axis(axis), extent: shape[axis], combining: combining, hasBase: true), updates, indices, self)
    }

    /// As `scattered`, with a separate index for every element of the updates, as in `takenAlong`.
    public func scatteredAlong(_ updates: Tensor, at indices: Tensor, _ axis: Int, combining: Combining = .set) -> Tensor {
        .make(
            Scatter(axis: shape.axis(axis), extent: shape[axis], combining: combining, isAlong: true, hasBase: true), updates, indices, self
        )
    }

    /// 1 at the place that each index names along a new last axis of extent `count`, 0 elsewhere; an index outside gives zeros.
    public func oneHot(_ count: Int, _ dtype: DType = .f32) -> Tensor {
        expanded(-1).isEqual(to: .iota(count, dtype: self.dtype)).cast(to: dtype)
    }
}

/// What becomes of an element on which an update falls.
public enum Combining: String, Codable, Sendable, CaseIterable {
    case set, add, multiply, max, min
}

/// Rows of a table [count, width] by index: [...] → [..., width].
///
/// - Parameter table: [count, width].
/// - Parameter indices: integers of any shape.
/// - Parameter padding: the index of a row that is read as it stands but receives no gradient.
public func embedding(_ table: Tensor, _ indices: Tensor, padding: Int? = nil) -> Tensor {
    let rows = table.gathered(indices)
    guard let padding else { return rows }
    return select(indices.isEqual(to: Double(padding)).expanded(-1), rows.stopGradient(), rows)
}

/// The rows of each bag [bags, count] put together: [bags, width].
public func embeddingBag(_ table: Tensor, _ indices: Tensor, _ mode: BagMode = .mean) -> Tensor {
    let rows = embedding(table, indices)
    return switch mode {
    case .sum: rows.sum([-2])
    case .mean: rows.mean([-2])
    case .max: rows.max([-2])
    }
}

/// How the rows of a bag are put together.
public enum BagMode: String, Codable, Sendable, CaseIterable { case sum, mean, max }

/// Elements by index along one axis.
struct Gather: Op {
    let axis: Int
    /// Every element has an index of its own.
    var isAlong = false
    var name: String { isAlong ? "takeAlong" : "gather" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        let (shape, indices) = (operands[0].shape, operands[1].shape)
        guard axis >= 0, axis < shape.rank else { throw refuse("axis \(axis) of \(shape.rank)", operands) }
        try requireIndices(operands[1], operands)
        if isAlong {
            guard indices.rank == shape.rank, indices.removing(axis) == shape.removing(axis) else {
                throw refuse("indices differ from the operand beside axis \(axis)", operands)
            }
            return [operands[0].with(indices)]
        }
        return [operands[0].with(Shape(Array(shape.extents[..<axis]) + indices.extents + Array(shape.extents[(axis + 1)...])))]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let scatter = Scatter(axis: axis, extent: call.operands[0].shape[axis], combining: .add, isAlong: isAlong)
        return [.make(scatter, call.flow[0]!, call.operands[1]), nil]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        if isAlong { return axis > 0 ? [Split([.slice, .slice])] : [] }
        if axis > 0 { return [Split([.slice, .whole])] }
        return operands[1].shape.rank > 0 ? [Split([.whole, .slice])] : []
    }

    func bind(_ binder: Binder) -> Kernel {
        let (source, target, indices) = (binder.operands[0], binder.results[0], Integers(binder.operands[1]))
        let lines = AxisLines(source.shape, axis, of: isAlong ? binder.operands[1].shape[axis] : binder.operands[1].shape.count)
        let size = source.dtype.size, isAlong = isAlong
        let missing = Buffer(bytes: 8)
        store([source.dtype.isFloat ? Double.nan : 0], count: 1, into: missing.pointer, source.dtype)
        let rows = lines.outer * lines.count
        let pieces = max(1, min(Binder.pieces(target.shape.count), rows))
        return Kernel(pieces: pieces, label: "gather") { piece, _ in
            for row in Binder.range(rows, piece, of: pieces) {
                let from = source.pointer + row / lines.count * lines.extent * lines.inner * size,
                    to = target.pointer + row * lines.inner * size
                if isAlong {
                    takeRow(from, to, indices, row * lines.inner, lines, missing.pointer, size)
                } else {
                    let index = indices[row % lines.count]
                    if index >= 0 && index < lines.extent {
                        to.copyMemory(from: from + index * lines.inner * size, byteCount: lines.inner * size)
                    } else {
                        fill(to, missing.pointer, lines.inner, size)
                    }
                }
            }
        }
    }
}

private func takeRow(
    _ from: UnsafeMutableRawPointer, _ to: UnsafeMutableRawPointer, _ indices: Integers, _ first: Int, _ lines: AxisLines,
    _ missing: UnsafeMutableRawPointer, _ size: Int
) {
    func take<E>(_: E.Type) {
        let (source, target, nothing) = (from.assumingMemoryBound(to: E.self), to.assumingMemoryBound(to: E.self), missing.load(as: E.self))
        for place in 0..<lines.inner {
            let index = indices[first + place]
            target[place] = index >= 0 && index < lines.extent ? source[index * lines.inner + place] : nothing
        }
    }
    switch size {
    case 1: take(UInt8.self)
    case 2: take(UInt16.self)
    case 4: take(UInt32.self)
    default: take(UInt64.self)
    }
}

/// A tensor seen as [outer, extent, inner] around one axis, with `count` indices into it.
struct AxisLines: Sendable {
    let outer: Int, extent: Int, inner: Int, count: Int
    init(_ shape: Shape, _ axis: Int, of count: Int) {
        outer = shape.extents[..<axis].reduce(1, *)
        extent = shape[axis]
        inner = shape.extents[(axis + 1)...].reduce(1, *)
        self.count = count
    }
}

/// Updates put or combined into places along one axis. Operands: updates, indices, and the base if there is one; without
/// it the places begin at what changes nothing (0; 1 for products, ∓∞ for the extremes).
struct Scatter: PortableOp {
    let axis: Int
    let extent: Int
    var combining = Combining.add
    var isAlong = false
    var hasBase = false
    var name: String { isAlong ? "scatterAlong" : "scatter" }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(hasBase ? 3...3 : 2...2, operands)
        let (updates, indices) = (operands[0].shape, operands[1].shape)
        try requireIndices(operands[1], operands)
        if operands[0].dtype == .bool && combining != .set { throw refuse("does not combine bool: cast it", operands) }
        let shape: Shape
        if isAlong {
            guard indices == updates, (0..<updates.rank).contains(axis) else {
                throw refuse("indices and updates differ in shape", operands)
            }
            shape = updates.replacing(axis, with: extent)
        } else {
            guard axis >= 0, axis + indices.rank <= updates.rank, Array(updates.extents[axis..<axis + indices.rank]) == indices.extents
            else {
                throw refuse("the axes of the updates from \(axis) on are not those of the indices", operands)
            }
            shape = Shape(Array(updates.extents[..<axis]) + [extent] + Array(updates.extents[(axis + indices.rank)...]))
        }
        if hasBase, operands[2] != operands[0].with(shape) {
            throw refuse("the updates do not fit: they need \(operands[0].with(shape))", operands)
        }
        return [operands[0].with(shape)]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let updates = call.operands[0], indices = call.operands[1], y = call.results[0], g = call.flow[0]!
        func at(_ x: Tensor) -> Tensor { isAlong ? x.takenAlong(indices, axis) : x.gathered(indices, axis) }
        // Reading where an index is outside gives NaN, which must not reach a gradient.
        func inside(_ x: Tensor) -> Tensor {
            let known = indices.isAtLeast(indices.like(0)).and(indices.isLess(than: Double(extent)))
            let trailing =
                isAlong ? known.shape : Shape(known.shape.extents + [Int](repeating: 1, count: updates.rank - axis - indices.rank))
            return select(known.reshaped(trailing), x, x.like(0))
        }
        switch combining {
        case .add: return [inside(at(g)), nil] + (hasBase ? [g] : [])
        case .set:
            let cleared = Tensor.make(
                Scatter(axis: axis, extent: extent, combining: .set, isAlong: isAlong, hasBase: true), updates.zeroed, indices, g)
            return [inside(at(g)), nil] + (hasBase ? [cleared] : [])
        case .max, .min:
            // All that reach the extreme share the gradient.
            let add = Scatter(axis: axis, extent: extent, combining: .add, isAlong: isAlong)
            let hit = inside(updates.isEqual(to: at(y)).cast(to: updates.dtype))
            let own = hasBase ? call.operands[2].isEqual(to: y).cast(to: y.dtype) : nil
            let reached = Tensor.make(add, hit, indices)
            let share = g / maximum(own.map { reached + $0 } ?? reached, 1)
            return [inside(hit * at(share)), nil] + (own.map { [$0 * share] } ?? [])
        case .multiply:
            // The product of the others: by division where no factor is 0, else the rest of the product where one is.
            let add = Scatter(axis: axis, extent: extent, combining: .add, isAlong: isAlong)
            let isZero = updates.isEqual(to: 0)
            let rest = Tensor.makeAll(self, [select(isZero, updates.like(1), updates), indices] + (hasBase ? [call.operands[2]] : []))[0]
            let zeros = Tensor.make(add, isZero.cast(to: updates.dtype), indices)
            let others = select(
                isZero, select(at(zeros).isEqual(to: 1), at(rest), updates.like(0)),
                select(at(zeros).isEqual(to: 0), at(rest) / updates, updates.like(0)))
            let base =
                hasBase
                ? g * Tensor.makeAll(Scatter(axis: axis, extent: extent, combining: .multiply, isAlong: isAlong), [updates, indices])[0]
                : nil
            return [inside(others * at(g)), nil] + (hasBase ? [base] : [])
        }
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        guard axis > 0 else { return [] }
        return [Split([.slice, isAlong ? .slice : .whole] + (hasBase ? [.slice] : []))]
    }

    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        guard hasBase, combining == .add || combining == .set, operands[2].filled == 0 else { return nil }
        var bare = self
        bare.hasBase = false
        return Tensor.makeAll(bare, Array(operands.prefix(2)))
    }

    /// Each piece owns some rows of the result, so the order of the updates of a row is that of the indices, whatever
    /// the number of threads.
    func portable<T: Compute>(_: T.Type, _ binder: Binder) -> Kernel {
        let updates = binder.read(0, T.self), y = binder.write(0, T.self), base = hasBase ? binder.read(2, T.self) : nil
        let indices = Integers(binder.operands[1])
        let lines = AxisLines(binder.results[0].shape, axis, of: isAlong ? binder.operands[1].shape[axis] : binder.operands[1].shape.count)
        let start: T =
            switch combining {
            case .set, .add: .zero
            case .multiply: .one
            case .max: .lowest
            case .min: .highest
            }
        let (isAlong, combining) = (isAlong, combining)
        let isPlain = binder.operands[0].dtype == T.dtype
        let pieces = isPlain ? max(1, min(Binder.pieces(y.count), lines.extent)) : 1
        return Kernel(pieces: pieces, label: isPlain ? "scatter" : "portable") { piece, _ in
            updates.fetch()
            base?.fetch()
            let rows = Binder.range(lines.extent, piece, of: pieces)
            for outer in 0..<lines.outer {
                let target = y.pointer + outer * lines.extent * lines.inner
                let mine = target + rows.lowerBound * lines.inner
                if let base {
                    if base.pointer != y.pointer { mine.update(from: base.pointer + (mine - y.pointer), count: rows.count * lines.inner) }
                } else {
                    mine.update(repeating: start, count: rows.count * lines.inner)
                }
                for place in 0..<lines.count {
                    let row = updates.pointer + (outer * lines.count + place) * lines.inner
                    if isAlong {
                        let first = (outer * lines.count + place) * lines.inner
                        for column in 0..<lines.inner {
                            let index = indices[first + column]
                            if rows.contains(index) { combine(row + column, into: target + index * lines.inner + column, 1, combining) }
                        }
                    } else {
                        let index = indices[place]
                        if rows.contains(index) { combine(row, into: target + index * lines.inner, lines.inner, combining) }
                    }
                }
            }
            y.flush()
        }
    }
}

@inline(__always)
private func combine<T: Compute>(_ row: UnsafeMutablePointer<T>, into target: UnsafeMutablePointer<T>, _ count: Int, _ combining: Combining)
{
    switch combining {
    case .set: target.update(from: row, count: count)
    case .add: for place in 0..<count { target[place] += row[place] }
    case .multiply: for place in 0..<count { target[place] *= row[place] }
    case .max: for place in 0..<count where row[place].isNaN || row[place] > target[place] { target[place] = row[place] }
    case .min: for place in 0..<count where row[place].isNaN || row[place] < target[place] { target[place] = row[place] }
    }
}

extension Tensor {
    fileprivate var zeroed: Tensor { .zeros(shape, dtype) }
}

extension Op {
    fileprivate func requireIndices(_ indices: TensorType, _ operands: [TensorType]) throws {
        if !indices.dtype.isInteger { throw refuse("indices must be integers, got \(indices.dtype)", operands) }
    }
}

let gatherCatalog: [any Op] = [
    Gather(axis: 0), Gather(axis: 0, isAlong: true), Scatter(axis: 0, extent: 1), Scatter(axis: 0, extent: 1, isAlong: true),
]

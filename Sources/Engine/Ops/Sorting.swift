extension Tensor {
    /// The values along an axis in order, and where each was (i64). Equal values keep their order; NaN counts as the largest.
    public func sortedWithPlaces(_ axis: Int = -1, descending: Bool = false) -> (values: Tensor, places: Tensor) {
        let results = Tensor.makeAll(Sort(axis: shape.axis(axis), descending: descending), [self])
        return (results[0], results[1])
    }

    /// The values along an axis in order.
    public func sorted(_ axis: Int = -1, descending: Bool = false) -> Tensor { sortedWithPlaces(axis, descending: descending).values }

    /// The places of the values along an axis in order, as i64; stable.
    public func argsort(_ axis: Int = -1, descending: Bool = false) -> Tensor { sortedWithPlaces(axis, descending: descending).places }

    /// The `count` largest (or smallest) values along an axis, the most extreme first, and where each was (i64).
    public func topK(_ count: Int, _ axis: Int = -1, largest: Bool = true) -> (values: Tensor, places: Tensor) {
        let results = Tensor.makeAll(Sort(axis: shape.axis(axis), descending: largest, count: count), [self])
        return (results[0], results[1])
    }
}

/// The first `count` (or all) values in order along one axis, and their places.
struct Sort: PortableOp {
    let axis: Int
    var descending = false
    var count: Int?
    var name: String { count == nil ? "sort" : "topK" }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        let shape = operands[0].shape
        guard axis >= 0, axis < shape.rank else { throw refuse("axis \(axis) of \(shape.rank)", operands) }
        let count = count ?? shape[axis]
        guard (0...shape[axis]).contains(count) else { throw refuse("\(count) values of an axis of extent \(shape[axis])", operands) }
        let result = shape.replacing(axis, with: count)
        return [operands[0].with(result), TensorType(result, .i64)]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        [
            call.flow[0].map {
                .make(Scatter(axis: axis, extent: call.operands[0].shape[axis], combining: .add, isAlong: true), $0, call.results[1])
            }
        ]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { axis > 0 ? [Split([.slice], [.slice, .slice])] : [] }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) -> Kernel {
        let x = binder.read(0, T.self), y = binder.write(0, T.self)
        let places = binder.results[1].pointer(as: Int64.self)
        let lines = AxisLines(x.shape, axis, of: y.shape[axis])
        let rows = lines.outer * lines.inner, extent = lines.extent, wanted = lines.count
        let flip: UInt64 = descending ? .max : 0
        let pieces = binder.operands[0].dtype == T.dtype ? max(1, min(Binder.pieces(x.count, each: 1 << 13), rows)) : 1
        // Few values of many are kept in order while passing by; otherwise everything is sorted by merging.
        let isSelection = wanted <= 64 && wanted * 8 < extent
        let items = isSelection ? wanted + 1 : 2 * extent
        return Kernel(pieces: pieces, scratchBytes: max(1, items) * MemoryLayout<SortItem>.stride) { piece, scratch in
            x.fetch()
            let items = scratch.assumingMemoryBound(to: SortItem.self)
            for row in Binder.range(rows, piece, of: pieces) {
                let from = row / lines.inner * extent * lines.inner + row % lines.inner,
                    to = row / lines.inner * wanted * lines.inner + row % lines.inner
                func item(_ place: Int) -> SortItem { SortItem(key: x[from + place * lines.inner].orderKey ^ flip, place: place) }
                var sorted = items
                if isSelection {
                    var filled = 0
                    for place in 0..<(wanted == 0 ? 0 : extent) {
                        let next = item(place)
                        if filled == wanted && next.key >= items[wanted - 1].key { continue }
                        var slot = filled
                        while slot > 0 && items[slot - 1].key > next.key {
                            items[slot] = items[slot - 1]
                            slot -= 1
                        }
                        items[slot] = next
                        filled = min(filled + 1, wanted)
                    }
                } else {
                    for place in 0..<extent { items[place] = item(place) }
                    sorted = mergeSort(items, items + extent, extent)
                }
                for place in 0..<wanted {
                    y[to + place * lines.inner] = x[from + sorted[place].place * lines.inner]
                    places[to + place * lines.inner] = Int64(sorted[place].place)
                }
            }
            y.flush()
        }
    }
}

/// A value as a number whose order is the one wanted, and where it was.
private struct SortItem {
    var key: UInt64
    var place: Int
}

/// Sorts by merging ever longer runs back and forth between two halves; equal keys keep their order.
private func mergeSort(_ first: UnsafeMutablePointer<SortItem>, _ second: UnsafeMutablePointer<SortItem>, _ count: Int)
    -> UnsafeMutablePointer<SortItem>
{
    let run = 16
    for start in stride(from: 0, to: count, by: run) {
        for place in start..<min(count, start + run) {
            let item = first[place]
            var slot = place
            while slot > start && first[slot - 1].key > item.key {
                first[slot] = first[slot - 1]
                slot -= 1
            }
            first[slot] = item
        }
    }
    var (source, target) = (first, second), width = run
    while width < count {
        for start in stride(from: 0, to: count, by: 2 * width) {
            let middle = min(count, start + width), end = min(count, start + 2 * width)
            var (left, right) = (start, middle)
            for place in start..<end {
                if left < middle && (right >= end || source[left].key <= source[right].key) {
                    target[place] = source[left]
                    left += 1
                } else {
                    target[place] = source[right]
                    right += 1
                }
            }
        }
        (source, target) = (target, source)
        width *= 2
    }
    return source
}

extension Compute {
    /// A number whose unsigned order is the order of the values: NaN last, both zeros equal.
    fileprivate var orderKey: UInt64 {
        if Self.isFloat {
            if isNaN { return .max }
            let bits = (double + 0).bitPattern
            return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
        }
        let bits = UInt64(bitPattern: Int64(int))
        return Self.dtype == .u64 ? bits : bits ^ 1 << 63
    }
}

let sortingCatalog: [any Op] = [Sort(axis: 0), Sort(axis: 0, count: 1)]

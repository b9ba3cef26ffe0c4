/// One number for all spatial axes, or one for each.
public struct PerAxis: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    let numbers: [Int]
    let isCommon: Bool

    public init(_ all: Int) { (numbers, isCommon) = ([all], true) }
    public init(_ each: [Int]) { (numbers, isCommon) = (each, false) }
    public init(integerLiteral all: Int) { self.init(all) }
    public init(arrayLiteral each: Int...) { self.init(each) }

    /// One number for each of `rank` axes; nil where another number of them was given.
    public func each(_ rank: Int) -> [Int]? {
        isCommon ? [Int](repeating: numbers[0], count: rank) : numbers.count == rank ? numbers : nil
    }
}

/// Places around an image where windows read zeros (for maxima: nothing).
public enum Padding: Sendable, Hashable {
    /// None: windows stay inside.
    case valid
    /// As much as gives ⌈extent / stride⌉ results; of an odd amount the larger part comes after.
    case same
    case explicit(before: PerAxis, after: PerAxis)

    /// The same amount on both sides.
    public static func explicit(_ both: PerAxis) -> Padding { .explicit(before: both, after: both) }
}

/// How windows move over the spatial axes, outermost first.
struct Windows: Codable, Hashable, Sendable {
    var strides: [Int]
    /// Distance between neighbouring elements of a window: 1 is dense.
    var dilations: [Int]
    var before: [Int]
    var after: [Int]

    var rank: Int { strides.count }

    private static let largest = 1 << 24

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        strides = try container.decode([Int].self, forKey: .strides)
        dilations = try container.decode([Int].self, forKey: .dilations)
        before = try container.decode([Int].self, forKey: .before)
        after = try container.decode([Int].self, forKey: .after)
        guard [dilations.count, before.count, after.count].allSatisfy({ $0 == strides.count }),
            (strides + dilations).allSatisfy({ $0 > 0 && $0 <= Self.largest }),
            (before + after).allSatisfy({ $0 >= 0 && $0 <= Self.largest })
        else { throw EngineError("decode", "windows cannot move by \(strides), \(dilations), \(before), \(after)") }
    }

    /// Dense windows that move by one place, for the catalogue.
    init(rank: Int) {
        strides = [Int](repeating: 1, count: rank)
        dilations = strides
        before = [Int](repeating: 0, count: rank)
        after = before
    }

    /// - Throws: an error of `name` where the numbers do not fit the axes of an image.
    init(_ name: String, image: TensorType, window: [Int], stride: PerAxis, dilation: PerAxis, padding: Padding) throws {
        let rank = window.count
        guard image.shape.rank == rank + 2 else {
            throw EngineError(name, "takes [batch, \(rank) spatial axes, channels], got \(image.shape.rank) axes", operands: [image])
        }
        func each(_ amount: PerAxis, _ what: String) throws -> [Int] {
            guard let numbers = amount.each(rank) else {
                throw EngineError(name, "\(amount.numbers.count) numbers of \(what) for \(rank) spatial axes", operands: [image])
            }
            return numbers
        }
        strides = try each(stride, "stride")
        dilations = try each(dilation, "dilation")
        guard (strides + dilations + window).allSatisfy({ $0 > 0 }) else {
            throw EngineError(name, "window, stride and dilation must be positive", operands: [image])
        }
        before = [Int](repeating: 0, count: rank)
        after = before
        switch padding {
        case .valid: break
        case .same:
            for axis in 0..<rank {
                let extent = image.shape[axis + 1], results = (extent + strides[axis] - 1) / strides[axis]
                let total = max(0, (results - 1) * strides[axis] + (window[axis] - 1) * dilations[axis] + 1 - extent)
                before[axis] = total / 2
                after[axis] = total - total / 2
            }
        case .explicit(let first, let last):
            before = try each(first, "padding")
            after = try each(last, "padding")
            guard (before + after).allSatisfy({ $0 >= 0 }) else {
                throw EngineError(name, "padding must not be negative", operands: [image])
            }
        }
    }

    /// Number of windows along every axis; 0 or less where none fits.
    func results(_ extents: [Int], _ window: [Int]) -> [Int] {
        (0..<rank).map { axis in
            let room = extents[axis] + before[axis] + after[axis] - (window[axis] - 1) * dilations[axis] - 1
            return room < 0 ? 0 : room / strides[axis] + 1
        }
    }

    /// The windows of some places of the outermost axis alone, and the first and last source place that they read.
    func rows(_ places: Range<Int>, of extent: Int, window: Int) -> (windows: Windows, start: Int, end: Int) {
        let first = places.lowerBound * strides[0] - before[0]
        let last = (places.upperBound - 1) * strides[0] - before[0] + (window - 1) * dilations[0]
        let start = min(max(first, 0), extent - 1), end = max(min(last, extent - 1), start)
        var part = self
        part.before[0] = start - first
        part.after[0] = max(0, last - end)
        return (part, start, end)
    }

    var native: OneDNN.Geometry {
        OneDNN.Geometry(strides: strides, dilations: dilations, paddingBefore: before, paddingAfter: after)
    }
}

extension Shape {
    /// The spatial extents of an image [batch, spatial…, channels].
    var spatial: [Int] { Array(extents.dropFirst().dropLast()) }
}

/// Every pixel that every window reads: the walk shared by the portable loops of convolution and pooling.
struct WindowWalk: Sendable {
    let batch: Int
    let source: [Int]
    let results: [Int]
    /// For every axis and place of the result: the elements of the window that lie inside of the image, each with its source place.
    let hits: [[[(tap: Int, at: Int)]]]
    let window: [Int]
    var taps: Int { window.reduce(1, *) }

    init(batch: Int, source: [Int], results: [Int], window: [Int], _ windows: Windows) {
        self.init(batch: batch, source: source, results: results, window: window) { axis, place in
            (0..<window[axis]).map { ($0, place * windows.strides[axis] - windows.before[axis] + $0 * windows.dilations[axis]) }
        }
    }

    /// Windows that each begin and end where `places` says.
    init(batch: Int, source: [Int], results: [Int], window: [Int], places: (_ axis: Int, _ place: Int) -> [(tap: Int, at: Int)]) {
        // Three axes always: leading ones of extent 1 are added.
        let missing = [Int](repeating: 1, count: 3 - source.count)
        self.batch = batch
        self.source = missing + source
        self.results = missing + results
        self.window = missing + window
        hits = (0..<3).map { axis in
            axis < missing.count
                ? [[(0, 0)]]
                : (0..<results[axis - missing.count]).map { place in
                    places(axis - missing.count, place).filter { $0.at >= 0 && $0.at < source[axis - missing.count] }
                }
        }
    }

    /// Calls `body` for every window with its number, and a list of source pixels with the window's element they meet.
    @inline(__always)
    func forEach(_ body: (_ result: Int, _ pixel: Int, _ tap: Int) -> Void) {
        var result = 0
        for image in 0..<batch {
            for d in 0..<results[0] {
                for h in 0..<results[1] {
                    for w in 0..<results[2] {
                        for (td, z) in hits[0][d] {
                            for (th, y) in hits[1][h] {
                                let line = ((image * source[0] + z) * source[1] + y) * source[2]
                                let tap = (td * window[1] + th) * window[2]
                                for (tw, x) in hits[2][w] { body(result, line + x, tap + tw) }
                            }
                        }
                        result += 1
                    }
                }
            }
        }
    }
}

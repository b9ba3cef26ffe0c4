#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Adaptive windowing: a window of recent values that is cut where the means of its two parts differ too much.
///
/// The window is kept as buckets of 1, 2, 4, … values, at most `bucketsPerSize` of a size, so that it takes O(log n) memory. Every `clock`
/// values each cut between buckets is tried: with n₀ and n₁ values on its sides, the variance v of the window, m the harmonic sum
/// 1 / (n₀ − s + 1) + 1 / (n₁ − s + 1) for the shortest part s, and d = ln(2 ln n / δ):
///
///     |mean₀ − mean₁| > √(2 m v d) + ⅔ m d   →   the oldest bucket goes, a change is reported
///
/// After an alarm everything begins anew with the next value, as in River 0.26, whose alarms it gives; or, with `keepsWindow`, goes on with
/// what is left of the window, as in the paper.
///
/// Bifet, Gavaldà: Learning from time-changing data with adaptive windowing (SDM 2007).
public struct ADWIN: DriftDetector {
    public static let name = "adwin"
    /// δ: the level of a single test; less is calmer.
    public let delta: Double
    /// How many values pass between two tests.
    public let clock: Int
    public let bucketsPerSize: Int
    /// How many values a part of the window needs at least.
    public let shortestPart: Int
    /// Values before the first test.
    public let warmUp: Int
    /// Whether an alarm leaves the newer part of the window in use.
    public let keepsWindow: Bool
    public private(set) var refused = 0
    /// How many values the window holds.
    public private(set) var width = 0
    /// The sum of the window's values.
    public private(set) var total = 0.0

    private var deviations = 0.0  // Σ (x − mean)² of the window
    private var tick = 0
    private var restarts = false
    private var sizes = 1  // sizes of buckets in use: 1, 2, …, 2^(sizes − 1)
    private var used: [Int32]  // buckets of each size
    private var totals: [Double]  // [size, bucket], the oldest of a size first
    private var squares: [Double]  // [size, bucket], Σ (x − mean)² within a bucket

    private static let largestSizes = 48
    private var stride: Int { bucketsPerSize + 1 }

    public init(
        delta: Double = 0.002, clock: Int = 32, bucketsPerSize: Int = 5, shortestPart: Int = 5, warmUp: Int = 10, keepsWindow: Bool = false
    ) {
        precondition(delta > 0 && delta <= 1 && clock > 0, "ADWIN: delta must be in (0, 1], clock at least 1")
        precondition(
            (2...1024).contains(bucketsPerSize) && shortestPart > 0 && warmUp >= 0,
            "ADWIN: bucketsPerSize, shortestPart or warmUp out of range")
        self.delta = delta
        self.clock = clock
        self.bucketsPerSize = bucketsPerSize
        self.shortestPart = shortestPart
        self.warmUp = warmUp
        self.keepsWindow = keepsWindow
        used = [0]
        totals = Array(repeating: 0, count: bucketsPerSize + 1)
        squares = totals
    }

    /// The mean of the window, 0 while it is empty.
    public var mean: Double { width > 0 ? total / Double(width) : 0 }
    /// The variance of the window, 0 while it is empty.
    public var variance: Double { width > 0 ? deviations / Double(width) : 0 }

    public mutating func on(_ value: Double) -> DriftState {
        guard value.isFinite else {
            refused += 1
            return .stable
        }
        if restarts { restart() }
        add(value)
        tick = (tick + 1) % clock
        guard tick == 0 && width > warmUp && cut() else { return .stable }
        restarts = !keepsWindow
        return .drift
    }

    /// Forgets the window and keeps the memory.
    mutating func restart() {
        (width, total, deviations, tick, restarts, sizes) = (0, 0, 0, 0, false, 1)
        used[0] = 0
    }

    private mutating func add(_ value: Double) {
        let place = Int(used[0])
        (totals[place], squares[place]) = (value, 0)
        used[0] += 1
        width += 1
        if width > 1 {
            let before = Double(width - 1), distance = value - total / before
            deviations += before * distance * distance / Double(width)
        }
        total += value
        merge()
    }

    /// Joins the two oldest buckets of each size that has one too many.
    private mutating func merge() {
        var size = 0
        while Int(used[size]) == stride {
            if size + 1 == sizes {
                if sizes == Self.largestSizes {
                    dropOldest()
                    return
                }
                open(size: sizes)
                sizes += 1
            }
            let from = size * stride, to = (size + 1) * stride + Int(used[size + 1])
            let count = Double(1 << size), distance = (totals[from] - totals[from + 1]) / count
            totals[to] = totals[from] + totals[from + 1]
            squares[to] = squares[from] + squares[from + 1] + count * count * distance * distance / (2 * count)
            used[size + 1] += 1
            remove(2, size: size)
            size += 1
        }
    }

    private mutating func open(size: Int) {
        if size == used.count {
            used.append(0)
            totals.append(contentsOf: repeatElement(0, count: stride))
            squares.append(contentsOf: repeatElement(0, count: stride))
        }
        used[size] = 0
    }

    /// Removes the oldest buckets of a size.
    private mutating func remove(_ count: Int, size: Int) {
        let first = size * stride
        used[size] -= Int32(count)
        for place in first..<first + Int(used[size]) {
            totals[place] = totals[place + count]
            squares[place] = squares[place + count]
        }
    }

    private mutating func dropOldest() {
        let size = sizes - 1, place = size * stride
        let count = 1 << size
        width -= count
        total -= totals[place]
        if width > 0 {
            let distance = totals[place] / Double(count) - total / Double(width)
            deviations -= squares[place] + Double(count) * Double(width) * distance * distance / Double(count + width)
        } else {
            deviations = 0
        }
        remove(1, size: size)
        while sizes > 1 && used[sizes - 1] == 0 { sizes -= 1 }
    }

    /// Drops the oldest buckets as long as some cut separates two means.
    private mutating func cut() -> Bool {
        var changed = false
        while separates() {
            changed = true
            dropOldest()
        }
        return changed
    }

    private func separates() -> Bool {
        let effort = log(2 * log(Double(width)) / delta), spread = variance
        var older = 0, olderTotal = 0.0
        var newer = width, newerTotal = total
        for size in Swift.stride(from: sizes - 1, through: 0, by: -1) {
            let first = size * stride
            for place in first..<first + Int(used[size]) {
                older += 1 << size
                newer -= 1 << size
                olderTotal += totals[place]
                newerTotal -= totals[place]
                if newer < shortestPart { return false }
                guard older >= shortestPart else { continue }
                let share = 1 / Double(older - shortestPart + 1) + 1 / Double(newer - shortestPart + 1)
                let bound = (2 * share * spread * effort).squareRoot() + 2 / 3 * effort * share
                if abs(olderTotal / Double(older) - newerTotal / Double(newer)) > bound { return true }
            }
        }
        return false
    }

    private static func bytes(sizes: Int, stride: Int) -> Int { MemoryLayout<Self>.size + sizes * (4 + 16 * stride) }
    public var memoryLimit: Int { Self.bytes(sizes: Self.largestSizes, stride: stride) }
    public var memoryBytes: Int { Self.bytes(sizes: used.count, stride: stride) }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(delta)
        for number in [clock, bucketsPerSize, shortestPart, warmUp] { writer.write(number) }
        writer.write(keepsWindow)
        for number in [refused, width, tick] { writer.write(number) }
        writer.write([total, deviations])
        writer.write(restarts)
        writer.write(Array(used.prefix(sizes)))
        for size in 0..<sizes {
            for place in size * stride..<size * stride + Int(used[size]) {
                writer.write(totals[place])
                writer.write(squares[place])
            }
        }
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let delta = try reader.finite("delta", in: .leastNonzeroMagnitude...1)
        let clock = try reader.int("clock", in: 1...(1 << 53))
        let buckets = try reader.int("buckets", in: 2...1024)
        self.init(
            delta: delta, clock: clock, bucketsPerSize: buckets, shortestPart: try reader.int("shortest part", in: 1...(1 << 53)),
            warmUp: try reader.count("warm-up"), keepsWindow: try reader.truth("keeps window"))
        refused = try reader.count("refused")
        width = try reader.count("width")
        tick = try reader.int("tick", in: 0...clock - 1)
        let sums = try reader.numbers(Double.self, "sums", count: 2)
        (total, deviations) = (sums[0], sums[1])
        restarts = try reader.truth("restarts")
        let counts = try reader.numbers(Int32.self, "buckets", limit: Self.largestSizes)
        try reader.require(!counts.isEmpty && counts.allSatisfy { (0...Int32(buckets)).contains($0) }, "buckets", "are out of range")
        try reader.require(counts.count == 1 || counts.last! > 0, "buckets", "end with a size that has none")
        let held = counts.enumerated().reduce(0) { $0 + Int($1.element) << $1.offset }
        try reader.require(held == width, "width", "\(width), but the buckets hold \(held) values")
        sizes = counts.count
        used = counts
        totals = Array(repeating: 0, count: sizes * stride)
        squares = totals
        for size in 0..<sizes {
            for place in size * stride..<size * stride + Int(counts[size]) {
                totals[place] = try reader.number(Double.self, "total")
                squares[place] = try reader.number(Double.self, "squares")
            }
        }
    }
}

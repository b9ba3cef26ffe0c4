/// How far the latest stretch of a stream is from the most similar stretch seen before.
///
/// A stretch is the last `length` values of the stream's moving mean, `spacing` values apart:
///
///     d_t = min over remembered p of √(1/L · Σ_l (m_{t−ls} − m_{p−ls})²)
///
/// Stretches are remembered as they come; when `capacity` is reached, every second one is forgotten and from then on half as many are
/// kept, so that memory is bounded and covers the whole past evenly. Stretches that overlap the latest one are left out.
/// Units of the values.
///
/// Yeh and others: Matrix profile I (ICDM 2016), whose left matrix profile this approximates.
public struct WindowNovelty: StreamState, Sendable {
    /// L: values of a stretch.
    public let length: Int
    /// s: how far its values are apart, and how many values the moving mean takes.
    public let spacing: Int
    /// How many stretches are remembered.
    public let capacity: Int

    /// Values of the stream so far.
    public private(set) var count = 0
    /// The latest `spacing` values, as a ring.
    private var raw: [Double]
    /// The latest (length − 1) · spacing + 1 moving means, as a ring.
    private var means: [Double]
    /// [remembered, length], newest value first.
    private var memory: [Double] = []
    /// Where each remembered stretch ended, ascending.
    private var places: [Int] = []
    /// Every how many values a stretch is remembered.
    private var step = 1

    private var span: Int { (length - 1) * spacing }
    private var distanceApart: Int { max(length * spacing, 50) }

    public init(length: Int, spacing: Int = 1, capacity: Int = 1000) {
        precondition(
            (1...10_000).contains(length) && (1...10_000).contains(spacing) && (2...1_000_000).contains(capacity),
            "WindowNovelty: length \(length), spacing \(spacing) or capacity \(capacity) out of range")
        self.length = length
        self.spacing = spacing
        self.capacity = capacity
        raw = Array(repeating: 0, count: spacing)
        means = Array(repeating: 0, count: (length - 1) * spacing + 1)
    }

    /// The distance of the stretch that ends with `value`; nil while there is none to compare it with. `value` is finite.
    public mutating func on(_ value: Double) -> Double? {
        let now = count
        count += 1
        raw[now % spacing] = value
        let filled = min(count, spacing)
        means[now % means.count] = (0..<filled).reduce(0) { $0 + raw[$1] } / Double(filled)
        guard now >= span else { return nil }
        let latest = (0..<length).map { means[(now - $0 * spacing) % means.count] }
        let distance = nearest(to: latest, before: now - distanceApart)
        remember(latest, at: now)
        return distance
    }

    private func nearest(to latest: [Double], before limit: Int) -> Double? {
        let candidates = places.partitionPoint { $0 > limit }
        guard candidates > 0 else { return nil }
        var best = Double.infinity
        memory.withUnsafeBufferPointer { memory in
            latest.withUnsafeBufferPointer { latest in
                for candidate in 0..<candidates {
                    var sum = 0.0
                    for index in 0..<length {
                        let difference = latest[index] - memory[candidate * length + index]
                        sum += difference * difference
                        if sum >= best { break }
                    }
                    best = min(best, sum)
                }
            }
        }
        return (best / Double(length)).squareRoot()
    }

    private mutating func remember(_ latest: [Double], at now: Int) {
        guard (now - span) % step == 0 else { return }
        if places.count == capacity {
            var kept = 0
            for index in stride(from: 0, to: capacity, by: 2) {
                places[kept] = places[index]
                for offset in 0..<length { memory[kept * length + offset] = memory[index * length + offset] }
                kept += 1
            }
            places.removeLast(capacity - kept)
            memory.removeLast((capacity - kept) * length)
            step *= 2
            guard (now - span) % step == 0 else { return }
        }
        places.append(now)
        memory += latest
    }

    public static let name = "window-novelty"
    /// The most that the memory takes, in bytes.
    public var memoryLimit: Int { 8 * (capacity * (length + 1) + raw.count + means.count) + MemoryLayout<Self>.size }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        for number in [length, spacing, capacity, count, step] { writer.write(number) }
        for numbers in [raw, means, memory] { writer.write(numbers) }
        writer.write(places)
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        length = try reader.int("length", in: 1...10_000)
        spacing = try reader.int("spacing", in: 1...10_000)
        capacity = try reader.int("capacity", in: 2...1_000_000)
        count = try reader.count("count")
        step = try reader.int("step", in: 1...(1 << 53))
        raw = try reader.finite("values", count: spacing)
        means = try reader.finite("means", count: (length - 1) * spacing + 1)
        memory = try reader.numbers(Double.self, "memory", limit: capacity * length)
        places = try reader.numbers(Int64.self, "places", count: memory.count / length).map { Int($0) }
        let isAscending = zip(places, places.dropFirst()).allSatisfy { $0 < $1 }
        try reader.require(
            memory.count == places.count * length && memory.allSatisfy(\.isFinite) && isAscending
                && places.allSatisfy { (0..<count).contains($0) },
            "memory", "holds other stretches than were seen")
    }
}

extension [Int] {
    /// The first index whose element fulfils a condition that holds from there to the end.
    fileprivate func partitionPoint(_ isLater: (Int) -> Bool) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if isLater(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

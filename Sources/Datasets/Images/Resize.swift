#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Engine

/// A resize from one size to another, its weights computed once: first along the rows, then along the columns.
///
/// Eight-bit values are summed in integers of 22 fractional bits and rounded after each direction, which is Pillow's arithmetic (up to version 12);
/// floats are summed in double precision and rounded to float after each direction.
public struct Resize: Sendable {
    let channels: Int
    private let old: (height: Int, width: Int)
    private let new: (height: Int, width: Int)
    private let rows: Axis
    private let columns: Axis

    public init(from old: (height: Int, width: Int), to new: (height: Int, width: Int), channels: Int, _ filter: ResizeFilter = .bilinear) {
        if min(old.height, old.width, new.height, new.width, channels) < 1 {
            trap(DatasetError("resize", "from \(old) to \(new) with \(channels) channels"))
        }
        self.old = old
        self.new = new
        self.channels = channels
        rows = Axis(from: old.height, to: new.height, filter)
        columns = Axis(from: old.width, to: new.width, filter)
    }

    /// Eight-bit values [height, width, channels].
    public func run(_ image: [UInt8]) -> [UInt8] {
        check(image.count)
        let half = Int64(1) << (Axis.bits - 1)
        func clip(_ sum: Int64) -> UInt8 { UInt8(max(0, min(255, sum >> Int64(Axis.bits)))) }
        return image.withUnsafeBufferPointer { image in
            run(image, zero: UInt8(0)) { source, first, step, axis, place in
                var sum = half
                for tap in axis.taps(place) { sum += Int64(source[first + tap * step]) * Int64(axis.integers[place * axis.width + tap]) }
                return clip(sum)
            }
        }
    }

    /// Floats [height, width, channels].
    public func run(_ image: [Float]) -> [Float] {
        check(image.count)
        return image.withUnsafeBufferPointer { image in
            run(image, zero: Float(0)) { source, first, step, axis, place in
                var sum = 0.0
                for tap in axis.taps(place) { sum += Double(source[first + tap * step]) * axis.weights[place * axis.width + tap] }
                return Float(sum)
            }
        }
    }

    private func check(_ count: Int) {
        if count != old.height * old.width * channels {
            trap(DatasetError("resize", "\(count) values are not \(old.height) x \(old.width) x \(channels)"))
        }
    }

    @inline(__always)
    private func run<Value>(
        _ image: UnsafeBufferPointer<Value>, zero: Value,
        _ sum: (_ source: UnsafeBufferPointer<Value>, _ first: Int, _ step: Int, _ axis: Axis, _ place: Int) -> Value
    ) -> [Value] {
        // A direction that does not change is left alone, as Pillow does.
        let middle =
            old.width == new.width
            ? Array(image)
            : [Value](unsafeUninitializedCapacity: old.height * new.width * channels) { target, filled in
                for y in 0..<old.height {
                    for x in 0..<new.width {
                        for channel in 0..<channels {
                            let first = (y * old.width + columns.starts[x]) * channels + channel
                            target[(y * new.width + x) * channels + channel] = sum(image, first, channels, columns, x)
                        }
                    }
                }
                filled = target.count
            }
        if old.height == new.height { return middle }
        let width = new.width * channels
        return middle.withUnsafeBufferPointer { middle in
            [Value](unsafeUninitializedCapacity: new.height * width) { target, filled in
                for y in 0..<new.height {
                    for x in 0..<width { target[y * width + x] = sum(middle, rows.starts[y] * width + x, width, rows, y) }
                }
                filled = target.count
            }
        }
    }

    /// Which old values make up every new one along one direction, and with what weights.
    struct Axis: Sendable {
        /// Fractional bits of the integer weights: 32 less the eight of a value and two for the sum.
        static let bits = 22
        /// Room for the weights of one place.
        let width: Int
        var starts: [Int] = []
        var counts: [Int] = []
        var weights: [Double] = []
        var integers: [Int32] = []

        init(from old: Int, to new: Int, _ filter: ResizeFilter) {
            let scale = Double(old) / Double(new), stretch = max(scale, 1), support = filter.support * stretch
            width = Int(ceil(support)) * 2 + 1
            for place in 0..<new {
                let centre = (Double(place) + 0.5) * scale
                let start = max(0, Int(centre - support + 0.5)), end = min(old, Int(centre + support + 0.5))
                var row = (start..<end).map { filter.weight((Double($0) - centre + 0.5) / stretch) }
                let total = row.reduce(0, +)
                if total != 0 { row = row.map { $0 / total } }
                starts.append(start)
                counts.append(row.count)
                row += [Double](repeating: 0, count: width - row.count)
                weights += row
                integers += row.map { Int32(($0 < 0 ? -0.5 : 0.5) + $0 * Double(1 << Self.bits)) }
            }
        }

        @inline(__always) func taps(_ place: Int) -> Range<Int> { 0..<counts[place] }
    }
}

extension HostArray {
    /// Images u8 or f32 [count, height, width, channels] at another size.
    public func resizedImages(height: Int, width: Int, by filter: ResizeFilter = .bilinear) throws -> HostArray {
        guard shape.rank == 4, shape.count > 0 else { throw DatasetError("resize", "takes [count,h,w,channels], not \(type)") }
        let resize = Resize(from: (shape[1], shape[2]), to: (height, width), channels: shape[3], filter)
        let target = Shape([count, height, width, shape[3]]), size = sampleShape.count
        switch dtype {
        case .u8:
            return HostArray(
                withElements(of: UInt8.self) { all in (0..<count).flatMap { resize.run(Array(all[$0 * size..<($0 + 1) * size])) } }, target)
        case .f32:
            return HostArray(
                withElements(of: Float.self) { all in (0..<count).flatMap { resize.run(Array(all[$0 * size..<($0 + 1) * size])) } }, target)
        default: throw DatasetError("resize", "takes u8 or f32, not \(type)")
        }
    }
}

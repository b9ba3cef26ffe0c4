import Learning

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Random directions through a vector, each in units of the reference, and the mean square of them.
///
/// Johnson, Lindenstrauss: Extensions of Lipschitz mappings into a Hilbert space (1984).
struct EmbeddingStatistics: ReferenceStatistics {
    let inputs: Int
    let directions: Int
    let seed: UInt64
    private let matrix: [Double]  // [direction, input], rows of length 1
    private var means: [Double], inverses: [Double]
    private var spread = 1.0

    /// Numbers of the matrix: 32 MiB.
    static let largestMatrix = 1 << 22

    init(inputs: Int, directions: Int, seed: UInt64) {
        self.inputs = inputs
        self.directions = directions
        self.seed = seed
        var random = SplitMix(seed: seed, stream: 1)
        var rows: [Double] = []
        rows.reserveCapacity(inputs * directions)
        for _ in 0..<directions {
            let row = (0..<inputs).map { _ in (-2 * log(1 - random.unit())).squareRoot() * cos(2 * Double.pi * random.unit()) }
            let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            rows += row.map { $0 / max(length, 1e-12) }
        }
        matrix = rows
        means = Array(repeating: 0, count: directions)
        inverses = Array(repeating: 1, count: directions)
    }

    var outputs: Int { directions + 1 }
    var tilts: [[Double]] { Array(repeating: [-1, -0.4, 0.4, 1], count: directions) + [[-1, -0.4, 0.4, 1]] }

    private func project(_ row: UnsafePointer<Double>, on direction: Int) -> Double {
        var sum = 0.0
        for input in 0..<inputs { sum += matrix[direction * inputs + input] * row[input] }
        return sum
    }

    mutating func fit(_ rows: [Double]) {
        let events = rows.count / inputs
        rows.withUnsafeBufferPointer { rows in
            for direction in 0..<directions {
                var running = RunningMean()
                for event in 0..<events { running.add(project(rows.baseAddress! + event * inputs, on: direction)) }
                let inverse = running.variance > 0 ? 1 / running.variance.squareRoot() : 1
                (means[direction], inverses[direction]) = running.mean.isFinite && inverse.isNormal ? (running.mean, inverse) : (0, 1)
            }
            var squares = RunningMean()
            for event in 0..<events { squares.add(measureDirections(rows.baseAddress! + event * inputs) { _, _ in }) }
            spread = max(1e-9, squares.variance.squareRoot())
        }
    }

    /// Gives every direction its z; answers the mean of z² − 1.
    private func measureDirections(_ row: UnsafePointer<Double>, _ body: (Int, Double) -> Void) -> Double {
        var squares = 0.0
        for direction in 0..<directions {
            let z = min(5, max(-5, (project(row, on: direction) - means[direction]) * inverses[direction]))
            squares += z * z
            body(direction, z)
        }
        return squares / Double(directions) - 1
    }

    func measure(_ row: UnsafePointer<Double>, into statistics: UnsafeMutablePointer<Double>) {
        let squares = measureDirections(row) { statistics[$0] = $1 }
        statistics[directions] = min(5, max(-5, squares / spread))
    }

    func write(to writer: inout StateWriter) {
        writer.write(inputs)
        writer.write(directions)
        writer.write(seed)
        writer.write(means)
        writer.write(inverses)
        writer.write(spread)
    }

    init(from reader: inout StateReader) throws {
        let inputs = try reader.int("inputs", in: 1...1 << 16), directions = try reader.int("directions", in: 1...256)
        try reader.require(inputs * directions <= Self.largestMatrix, "directions", "\(directions) of \(inputs) numbers are too many")
        self.init(inputs: inputs, directions: directions, seed: try reader.number(UInt64.self, "seed"))
        means = try reader.finite("means", count: directions)
        inverses = try reader.finite("inverses", count: directions)
        spread = try reader.finite("spread", in: 1e-12...1e300)
    }
}

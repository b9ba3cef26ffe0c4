public import Engine

/// One input or the target of all samples. Windows are not stored: they are cut out of the rows when they are asked for.
public struct FeatureArray: Sendable {
    public let name: String
    /// The shape of one sample's part, such as [30, 14] for windows of 30 rows of 14 columns, or [] for one number.
    public let shape: [Int]
    /// How many samples there are.
    public var count: Int { firsts.count }
    /// The names of a row's numbers, such as `torque` or `kind=worn`; empty where they have none.
    public let columns: [String]

    /// Rows of all entities, one behind the other.
    let rows: FeatureValues
    let width: Int
    /// A sample's rows are `firsts[sample]..<firsts[sample] + length`, of which the first `pads[sample]` are zeros.
    let firsts: [Int]
    let pads: [Int]
    let length: Int

    /// How many numbers a sample has.
    public var size: Int { width * length }

    /// Whether the numbers are whole.
    public var isWhole: Bool { if case .int = rows { true } else { false } }

    /// The numbers of all samples, sample by sample.
    public var values: FeatureValues { values(of: Array(0..<count)) }

    /// The numbers of these samples, in this order; traps where there is no such sample.
    public func values(of samples: [Int]) -> FeatureValues {
        switch rows {
        case .float(let rows): .float(gathered(rows, samples, zero: 0))
        case .int(let rows): .int(gathered(rows, samples, zero: 0))
        }
    }

    /// These samples as a tensor [samples, shape...] of f32 or i32.
    public func tensor(of samples: [Int]) -> Tensor {
        let shape = Shape([samples.count] + shape)
        switch values(of: samples) {
        case .float(let values): return Tensor(values, shape)
        case .int(let values): return Tensor(values, shape)
        }
    }

    /// All samples as a tensor [samples, shape...] of f32 or i32.
    public var tensor: Tensor { tensor(of: Array(0..<count)) }

    private func gathered<Number>(_ rows: [Number], _ samples: [Int], zero: Number) -> [Number] {
        [Number](unsafeUninitializedCapacity: samples.count * size) { buffer, filled in
            rows.withUnsafeBufferPointer { rows in
                for sample in samples {
                    let pad = pads.isEmpty ? 0 : pads[sample], first = (firsts[sample] + pad) * width
                    let padding = pad * width, rest = size - padding
                    demand(first >= 0 && first + rest <= rows.count, FeatureError("features", "the rows of sample \(sample) are not there"))
                    if size == 0 { continue }
                    guard let target = buffer.baseAddress else { return }
                    (target + filled).initialize(repeating: zero, count: padding)
                    if rest > 0, let source = rows.baseAddress { (target + filled + padding).initialize(from: source + first, count: rest) }
                    filled += size
                }
            }
        }
    }
}

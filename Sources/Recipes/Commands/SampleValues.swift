public import Engine
import Features
import Formats

/// The numbers of some samples in a row, as a bundle takes them: fractions or whole.
public enum SampleValues: Sendable, Hashable {
    case fractions([Float])
    case whole([Int32])

    public init(_ tensor: Tensor) {
        self = tensor.dtype == .i32 ? .whole(tensor.values(Int32.self)) : .fractions(tensor.cast(to: .f32).values(Float.self))
    }

    public var count: Int {
        switch self {
        case .fractions(let values): values.count
        case .whole(let values): values.count
        }
    }

    /// The first numbers.
    public func prefix(_ count: Int) -> SampleValues { self[0..<min(count, self.count)] }

    /// Some of the numbers.
    public subscript(range: Range<Int>) -> SampleValues {
        switch self {
        case .fractions(let values): .fractions(Array(values[range]))
        case .whole(let values): .whole(Array(values[range]))
        }
    }

    /// Some numbers and then others; of another type they are left out.
    static func + (one: SampleValues, other: SampleValues) -> SampleValues {
        switch (one, other) {
        case (.fractions(let a), .fractions(let b)): .fractions(a + b)
        case (.whole(let a), .whole(let b)): .whole(a + b)
        default: one
        }
    }

    /// As a tensor, filled up with zeros where the shape asks for more numbers.
    func tensor(_ shape: Shape) -> Tensor {
        switch self {
        case .fractions(let values): Tensor(values + [Float](repeating: 0, count: shape.count - values.count), shape)
        case .whole(let values): Tensor(values + [Int32](repeating: 0, count: shape.count - values.count), shape)
        }
    }

    var json: JSON {
        switch self {
        case .fractions(let values): .array(values.map { .number(Double($0)) })
        case .whole(let values): .array(values.map { JSON($0) })
        }
    }

    /// The numbers of a JSON array; nil where it holds anything else.
    init?(_ json: JSON, _ dtype: DType) {
        guard let array = json.array else { return nil }
        if dtype == .i32 {
            let values = array.compactMap { $0.int.flatMap { Int32(exactly: $0) } }
            guard values.count == array.count else { return nil }
            self = .whole(values)
        } else {
            let values = array.compactMap { $0.double.map { Float($0) } }
            guard values.count == array.count else { return nil }
            self = .fractions(values)
        }
    }
}

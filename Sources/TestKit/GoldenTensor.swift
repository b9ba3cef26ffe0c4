public import Engine

/// A tensor as the files of reference numbers write it: infinities and not-a-number are strings.
public struct GoldenTensor: Decodable, Sendable {
    public let type: TensorType
    public let values: [Double]
    public var tensor: Tensor { Tensor(values, type.shape, as: type.dtype) }

    private enum Key: CodingKey { case dtype, shape, data }
    private struct Number: Decodable {
        let value: Double
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                value = number
            } else {
                let text = try container.decode(String.self)
                guard let number = Double(text) else {
                    throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no number")
                }
                value = number
            }
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .dtype)
        guard let dtype = DType(name: name) else {
            throw DecodingError.dataCorruptedError(forKey: .dtype, in: container, debugDescription: "no type is named '\(name)'")
        }
        type = TensorType(Shape(try container.decode([Int].self, forKey: .shape)), dtype)
        if let numbers = try? container.decode([Double].self, forKey: .data) {
            values = numbers
        } else {
            values = try container.decode([Number].self, forKey: .data).map(\.value)
        }
    }
}

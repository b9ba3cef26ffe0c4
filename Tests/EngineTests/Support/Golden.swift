import Engine
import Foundation
import Synchronization
import TestKit

/// One case of reference numbers: operands, attributes, results, and gradients where the case has them.
struct GoldenCase: Decodable, Sendable, CustomStringConvertible {
    let name: String
    let attributes: Attributes
    let inputs: [GoldenTensor]
    let outputs: [GoldenTensor]
    /// What flows into each output; nil for the outputs that are not floating-point numbers.
    let cotangent: [GoldenTensor?]?
    /// What flows out of each input; nil for those that are not floating-point numbers.
    let gradients: [GoldenTensor?]?
    let reference: String
    var description: String { name }

    private enum Key: CodingKey { case name, attributes, inputs, outputs, cotangent, gradients, reference }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(String.self, forKey: .name)
        attributes = try container.decodeIfPresent(Attributes.self, forKey: .attributes) ?? Attributes()
        inputs = try container.decode([GoldenTensor].self, forKey: .inputs)
        outputs = try container.decode([GoldenTensor].self, forKey: .outputs)
        cotangent = try container.decodeIfPresent([GoldenTensor?].self, forKey: .cotangent)
        gradients = try container.decodeIfPresent([GoldenTensor?].self, forKey: .gradients)
        reference = try container.decode(String.self, forKey: .reference)
    }
}

/// A tensor as the files write it: infinities and not-a-number are strings.
struct GoldenTensor: Decodable, Sendable {
    let type: TensorType
    let values: [Double]
    var tensor: Tensor { Tensor(values, type.shape, as: type.dtype) }

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

    init(from decoder: any Decoder) throws {
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

private let families = Mutex<[String: [GoldenCase]]>([:])

/// All cases of a family: the lines of `Golden/<family>.jsonl`.
func golden(_ family: String) throws -> [GoldenCase] {
    if let known = families.withLock({ $0[family] }) { return known }
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Golden/\(family).jsonl"))
    let decoder = JSONDecoder()
    let cases = try data.split(separator: UInt8(ascii: "\n")).map { try decoder.decode(GoldenCase.self, from: Data($0)) }
    families.withLock { $0[family] = cases }
    return cases
}

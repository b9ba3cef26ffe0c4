import Foundation
import TestKit
import Testing

@testable import Engine

private func roundTrip<T: Codable>(_ value: T) throws -> T {
    let encoder = JSONEncoder(), decoder = JSONDecoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "∞", negativeInfinity: "-∞", nan: "nan")
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "∞", negativeInfinity: "-∞", nan: "nan")
    return try decoder.decode(T.self, from: encoder.encode(value))
}

@Test func `every operation of the catalogue survives writing and reading`() throws {
    for op in Catalog.operations {
        let step = GraphDescription.Step(op: op, operands: [.init(step: 0, result: 1)], results: [TensorType([2], .f32)], path: "a.b")
        #expect(try roundTrip(step) == step, "\(op.name)")
    }
}

@Test func `names of operations belong to one type each`() {
    for (name, group) in Dictionary(grouping: Catalog.operations, by: \.name) {
        #expect(Set(group.map { ObjectIdentifier(type(of: $0)) }).count == 1, "\(name)")
    }
}

@Test func `a graph read back computes the same`() throws {
    let x = Tensor.input("x", [2, 3]), key = Tensor.input("key", [2], .u32)
    let w = Variable("w", samples([4, 3], as: .f32)), table = samples([4], as: .f32)
    let hidden = Scope.named("hidden") { (linear(x, w.value) + table).relu().dropout(0.5, key: RandomKey(key)) }
    let (last, _) = scan(carry: [hidden], over: [], steps: 3) { carry, _ in ([carry[0] * 0.5 + hidden], []) }
    let (description, constants, variables) = try GraphDescription.encode(inputs: [x, key], outputs: [last[0], hidden])
    #expect(constants.count == 1 && variables.map(\.name) == ["w"])
    let read = try roundTrip(description)
    #expect(read == description && read.hashValue == description.hashValue)
    let (inputs, outputs) = try read.decode(constants: constants) { name, _ in try #require(name == "w" ? w.value : nil) }
    let values = [samples([2, 3], seed: 2, as: .f32), Tensor([1, 2] as [UInt32])]
    let a = try Session(Program(inputs: inputs, outputs: outputs)).run(values),
        b = try Session(Program(inputs: [x, key], outputs: [last[0], hidden])).run(values)
    #expect(a.map { $0.doubles() } == b.map { $0.doubles() })
    #expect(outputs[1].node.path == "hidden")
}

@Test func `a description that does not fit is refused in words`() throws {
    let x = Tensor.input("x", [2]), w = Variable("w", .zeros([2]))
    #expect(
        message { _ = try GraphDescription.encode(inputs: [], outputs: [x + 1]) }
            == "encode: the graph reads input 'x' that is not among its inputs (f32[2])")
    let description = try GraphDescription.encode(outputs: [x + w.value]).description
    #expect(message { _ = try description.decode() } == "decode: variable 'w' is not given (f32[2])")
    let wrong = GraphDescription.Step(op: Unary(function: .exp), operands: [], results: [], path: "")
    let text = String(decoding: try JSONEncoder().encode(wrong), as: UTF8.self).replacingOccurrences(
        of: "\"operation\":\"exp\"", with: "\"operation\":\"expand\"")
    #expect(
        message { _ = try JSONDecoder().decode(GraphDescription.Step.self, from: Data(text.utf8)) }
            == "decode: there is no operation 'expand'")
}

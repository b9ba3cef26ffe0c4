public import Engine
import Foundation
import Synchronization

/// One case of reference numbers: operands, attributes, results, and gradients where the case has them.
public struct GoldenCase: Decodable, Sendable, CustomStringConvertible {
    public let name: String
    public let attributes: Attributes
    public let inputs: [GoldenTensor]
    public let outputs: [GoldenTensor]
    /// What flows into each output; nil for the outputs that are not floating-point numbers.
    public let cotangent: [GoldenTensor?]?
    /// What flows out of each input; nil for those that are not floating-point numbers.
    public let gradients: [GoldenTensor?]?
    public let reference: String
    public var description: String { name }

    private enum Key: CodingKey { case name, attributes, inputs, outputs, cotangent, gradients, reference }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(String.self, forKey: .name)
        attributes = try container.decodeIfPresent(Attributes.self, forKey: .attributes) ?? Attributes()
        inputs = try container.decode([GoldenTensor].self, forKey: .inputs)
        outputs = try container.decode([GoldenTensor].self, forKey: .outputs)
        cotangent = try container.decodeIfPresent([GoldenTensor?].self, forKey: .cotangent)
        gradients = try container.decodeIfPresent([GoldenTensor?].self, forKey: .gradients)
        reference = try container.decode(String.self, forKey: .reference)
    }

    /// All cases of a family: the lines of `Golden/<family>.jsonl`, in the nearest folder above `file` that has one.
    public static func family(_ name: String, near file: String = #filePath) throws -> [GoldenCase] {
        var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Golden").path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        let place = folder.appendingPathComponent("Golden/\(name).jsonl")
        if let known = families.withLock({ $0[place.path] }) { return known }
        let decoder = JSONDecoder()
        let lines = try Data(contentsOf: place).split(separator: UInt8(ascii: "\n"))
        let cases = try lines.map { try decoder.decode(GoldenCase.self, from: Data($0)) }
        families.withLock { $0[place.path] = cases }
        return cases
    }
}

private let families = Mutex<[String: [GoldenCase]]>([:])

extension Row {
    /// What this row gets wrong in reference cases: one text for each case and kind of kernels.
    ///
    /// Every case runs with native kernels in the preferred number of shards and with portable kernels in one.
    public func problems(in cases: [GoldenCase]) -> [String] {
        cases.flatMap { example in
            [Program.Options(kernels: .native), Program.Options(kernels: .portable, shards: 1)].compactMap { options in
                do {
                    return try problem(in: example, options).map { "\(example.name), \(options.kernels.rawValue): \($0)" }
                } catch {
                    return "\(example.name), \(options.kernels.rawValue): \(error)"
                }
            }
        }
    }

    private func problem(in example: GoldenCase, _ options: Program.Options) throws -> String? {
        let operands = example.inputs.enumerated().map {
            Tensor.input("operand \($0.offset)", $0.element.type.shape, $0.element.type.dtype)
        }
        let results = try function(operands, example.attributes)
        return try example.problem(
            inputs: operands, values: example.inputs.map(\.tensor), results: results, targets: operands, tolerance: tolerance,
            options: options)
    }
}

extension GoldenCase {
    /// The first difference of a graph from this case, in words.
    ///
    /// - Parameters:
    ///   - inputs: of the graph, and `values` what they hold.
    ///   - results: what is compared with the outputs.
    ///   - targets: what the gradients belong to, in the order of the case's inputs; nil for one that is not compared.
    ///   - tolerance: what f32 may differ by.
    public func problem(
        inputs: [Tensor], values: [Tensor], results: [Tensor], targets: [Tensor?], tolerance: Double, options: Program.Options = .init()
    ) throws -> String? {
        guard results.map(\.type) == outputs.map(\.type) else {
            return "the results are \(results.map(\.type)), expected \(outputs.map(\.type))"
        }
        var inputs = inputs, values = values, ends = results
        var places: [Int] = []
        if let cotangent, let wanted = self.gradients {
            let seeds = cotangent.enumerated().map { place, seed in seed.map { Tensor.input("seed \(place)", $0.type.shape, $0.type.dtype) }
            }
            inputs += seeds.compactMap(\.self)
            values += cotangent.compactMap { $0?.tensor }
            for (place, pair) in zip(targets, wanted).enumerated() {
                guard let target = pair.0, let expected = pair.1 else { continue }
                // A result that does not depend on the operand adds nothing.
                let parts = zip(results, seeds).compactMap { result, seed in
                    seed.flatMap { try? Engine.gradients(of: result, for: [target], seed: $0)[0] }
                }
                guard let first = parts.first else {
                    if let text = difference([Double](repeating: 0, count: expected.values.count), expected.values, tolerance: tolerance) {
                        return "no gradient by operand \(place), but \(text)"
                    }
                    continue
                }
                ends.append(parts.dropFirst().reduce(first) { $0 + $1 })
                places.append(place)
            }
        }
        let program = try Program(inputs: inputs, outputs: ends, options: options)
        let answers = try Session(program, threads: 2).run(values)
        for (place, expected) in outputs.enumerated() {
            if let text = difference(answers[place], expected.tensor, tolerance: tolerance) { return "result \(place): \(text)" }
        }
        for (place, answer) in zip(places, answers.dropFirst(results.count)) {
            if let text = difference(answer, self.gradients![place]!.tensor, tolerance: tolerance) {
                return "gradient by operand \(place): \(text)"
            }
        }
        return nil
    }
}

extension [Row] {
    /// What is missing between a family's cases and the rows: a case without a row, a row or a reason without a case.
    ///
    /// - Parameter reasons: why a case has no row.
    public func gaps(in cases: [GoldenCase], of family: String, without reasons: [String: String] = [:]) -> [String] {
        let names = cases.map(\.name)
        var texts = names.filter { row(for: $0) == nil && reasons[$0] == nil }.map { "\(family): no row covers \($0)" }
        texts += filter { row in !names.contains { self.row(for: $0)?.name == row.name } }.map { "\(family): row \($0.name) has no case" }
        texts += reasons.keys.sorted().filter { !names.contains($0) }.map { "\(family): \($0) is excused but no case" }
        texts += Dictionary(grouping: self, by: \.name).filter { $1.count > 1 }.keys.sorted().map { "\(family): two rows are named \($0)" }
        return texts
    }
}

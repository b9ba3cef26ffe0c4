import Foundation
import Testing

@testable import Engine

/// Holds operations to the golden numbers of one family.
struct SequenceRows {
    struct Row {
        let name: String
        let attributes: [String: Any]
        let inputs: [Tensor]
        let outputs: [Tensor]
        let cotangent: [Tensor?]
        let gradients: [Tensor?]
        func integers(_ key: String) -> [Int] { attributes[key] as! [Int] }
        func integer(_ key: String) -> Int { attributes[key] as! Int }
        func number(_ key: String) -> Double { (attributes[key] as! NSNumber).doubleValue }
        func text(_ key: String) -> String { attributes[key] as? String ?? "" }
        func flag(_ key: String) -> Bool { attributes[key] as? Bool ?? false }
    }

    let rows: [Row]

    init(_ family: String, _ operations: [String], file: String = #filePath) throws {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: folder.appendingPathComponent("Golden/\(family).jsonl"), encoding: .utf8)
        func tensor(_ any: Any) -> Tensor? {
            guard let map = any as? [String: Any] else { return nil }
            let values = (map["data"] as! [Any]).map { value -> Double in
                if let text = value as? String { return text == "nan" ? .nan : text == "inf" ? .infinity : -.infinity }
                return (value as! NSNumber).doubleValue
            }
            return Tensor(values, Shape(map["shape"] as! [Int]), as: DType(name: map["dtype"] as! String)!)
        }
        rows = try text.split(separator: "\n").compactMap { line in
            let map = try JSONSerialization.jsonObject(with: Data(line.utf8)) as! [String: Any]
            let name = map["name"] as! String
            guard operations.contains(where: { name.hasPrefix($0 + ".") }) else { return nil }
            return Row(
                name: name, attributes: map["attributes"] as? [String: Any] ?? [:], inputs: (map["inputs"] as! [Any]).map { tensor($0)! },
                outputs: (map["outputs"] as! [Any]).map { tensor($0)! }, cotangent: (map["cotangent"] as? [Any] ?? []).map(tensor),
                gradients: (map["gradients"] as? [Any] ?? []).map(tensor))
        }
    }

    /// Every row: outputs, and the gradients where there are some.
    func check(expected count: Int, _ tolerance: Double = 2e-5, _ body: (Row) -> [Tensor]) throws {
        #expect(rows.count == count)
        for row in rows {
            let outputs = body(row)
            #expect(outputs.map(\.type) == row.outputs.map(\.type), "\(row.name)")
            // Values of eight or eleven bits.
            let slack = row.name.hasSuffix("bf16") ? 0.02 : row.name.hasSuffix("f16") ? 0.003 : tolerance
            // Gradients first: reading an output drops what it was made from.
            let places = row.gradients.indices.filter { row.gradients[$0] != nil }
            var made: [Tensor] = []
            if !row.gradients.isEmpty {
                let terms = zip(outputs, row.cotangent).compactMap { output, flow in flow.map { (output * $0).sum() } }
                let loss = terms.dropFirst().reduce(terms[0], +)
                made = try gradients(of: loss, for: places.map { row.inputs[$0] })
            }
            for (made, wanted) in zip(outputs, row.outputs) { expectClose(made, wanted, slack, row.name) }
            for (gradient, place) in zip(made, places) { expectClose(gradient, row.gradients[place]!, slack, row.name + " gradient \(place)") }
        }
    }
}

func expectClose(_ made: Tensor, _ wanted: Tensor, _ tolerance: Double, _ name: String) {
    let far = zip(made.doubles(), wanted.doubles()).filter { a, b in
        !(a == b || a.isNaN && b.isNaN || abs(a - b) <= tolerance * max(1, abs(b)))
    }
    #expect(made.shape == wanted.shape && far.isEmpty, "\(name): \(far.prefix(4))")
}

/// Numbers without a pattern, the same in every run.
func scattered(_ shape: Shape, _ dtype: DType = .f64, seed: Int = 1) -> Tensor {
    Tensor((0..<shape.count).map { index in (Double((index + 7 * seed) * 7919 % 1009) / 1009 - 0.5) * 2 }, shape, as: dtype)
}

/// Compares the gradients of a function with central differences, in f64.
func expectGradients(_ operands: [Tensor], _ name: String, _ function: ([Tensor]) -> Tensor) throws {
    let loss = function(operands)
    let made = try gradients(of: loss, for: operands)
    for (place, operand) in operands.enumerated() {
        let values = operand.doubles()
        let differences = values.indices.map { index -> Double in
            func at(_ change: Double) -> Double {
                var moved = operands, changed = values
                changed[index] += change
                moved[place] = Tensor(changed, operand.shape)
                return function(moved).scalar
            }
            return (at(1e-5) - at(-1e-5)) / 2e-5
        }
        expectClose(made[place], Tensor(differences, operand.shape), 1e-6, "\(name), operand \(place)")
    }
}

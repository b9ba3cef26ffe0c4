import Engine
import TestKit
import Testing

/// What a row gets wrong in the reference cases that it covers: one text for each case and kind of kernels.
///
/// Every case runs with native kernels in the preferred number of shards and with portable kernels in one.
func problems(_ row: Row, in family: String, among rows: [Row] = []) throws -> [String] {
    let cases = try golden(family).filter { row.covers($0.name) && (rows.row(for: $0.name) ?? row).name == row.name }
    if cases.isEmpty { return ["\(row.name): no case of \(family) has this name"] }
    return cases.flatMap { example in
        [Program.Options(kernels: .native), Program.Options(kernels: .portable, shards: 1)].compactMap { options in
            do {
                return try problem(row, example, options).map { "\(example.name), \(options.kernels.rawValue): \($0)" }
            } catch {
                return "\(example.name), \(options.kernels.rawValue): \(error)"
            }
        }
    }
}

private func problem(_ row: Row, _ example: GoldenCase, _ options: Program.Options) throws -> String? {
    let operands = example.inputs.enumerated().map { Tensor.input("operand \($0.offset)", $0.element.type.shape, $0.element.type.dtype) }
    let results = try row.function(operands, example.attributes)
    guard results.map(\.type) == example.outputs.map(\.type) else {
        return "the results are \(results.map(\.type)), expected \(example.outputs.map(\.type))"
    }
    var inputs = operands, values = example.inputs.map(\.tensor), outputs = results
    var places: [Int] = []
    if let cotangent = example.cotangent, let wanted = example.gradients {
        let seeds = cotangent.enumerated().map { place, seed in seed.map { Tensor.input("seed \(place)", $0.type.shape, $0.type.dtype) } }
        inputs += seeds.compactMap(\.self)
        values += cotangent.compactMap { $0?.tensor }
        for (place, target) in wanted.enumerated() where target != nil {
            // A result that does not depend on the operand adds nothing.
            let parts = zip(results, seeds).compactMap { result, seed in
                seed.flatMap { try? gradients(of: result, for: [operands[place]], seed: $0)[0] }
            }
            guard let first = parts.first else {
                if let text = difference([Double](repeating: 0, count: target!.values.count), target!.values, tolerance: row.tolerance) {
                    return "no gradient by operand \(place), but \(text)"
                }
                continue
            }
            outputs.append(parts.dropFirst().reduce(first) { $0 + $1 })
            places.append(place)
        }
    }
    let program = try Program(inputs: inputs, outputs: outputs, options: options)
    let answers = try Session(program, threads: 2).run(values)
    for (place, expected) in example.outputs.enumerated() {
        if let text = difference(answers[place], expected.tensor, tolerance: row.tolerance) { return "result \(place): \(text)" }
    }
    for (place, answer) in zip(places, answers.dropFirst(results.count)) {
        if let text = difference(answer, example.gradients![place]!.tensor, tolerance: row.tolerance) {
            return "gradient by operand \(place): \(text)"
        }
    }
    return nil
}

/// Holds a row to the reference cases that it covers.
func check(_ row: Row, in family: String, among rows: [Row] = [], sourceLocation: SourceLocation = #_sourceLocation) throws {
    for text in try problems(row, in: family, among: rows) { Issue.record("\(text)", sourceLocation: sourceLocation) }
}

/// What is missing between a family's cases and the rows: a case without a row, a row or a reason without a case.
func gaps(_ family: String, _ rows: [Row], without reasons: [String: String] = [:]) throws -> [String] {
    let cases = try golden(family).map(\.name)
    var texts = cases.filter { name in rows.row(for: name) == nil && reasons[name] == nil }.map { "\(family): no row covers \($0)" }
    texts += rows.filter { row in !cases.contains { rows.row(for: $0)?.name == row.name } }.map { "\(family): row \($0.name) has no case" }
    texts += reasons.keys.sorted().filter { !cases.contains($0) }.map { "\(family): \($0) is excused but no case" }
    texts += Dictionary(grouping: rows, by: \.name).filter { $1.count > 1 }.keys.sorted().map { "\(family): two rows are named \($0)" }
    return texts
}

/// Asserts that a family has so many cases and that each is covered by a row or excused with a reason.
func checkFamily(
    _ family: String, _ rows: [Row], cases: Int, without reasons: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(try golden(family).count == cases, sourceLocation: sourceLocation)
    for text in try gaps(family, rows, without: reasons) { Issue.record("\(text)", sourceLocation: sourceLocation) }
}

/// Holds gradients, and gradients of gradients, to finite differences in f64.
func checkGradients(
    _ name: String, at points: [Tensor], tolerance: Double = 1e-6, orders: Int = 2, sourceLocation: SourceLocation = #_sourceLocation,
    of function: ([Tensor]) throws -> [Tensor]
) throws {
    if let text = try gradientDifference(at: points, tolerance: tolerance, orders: orders, of: function) {
        Issue.record("\(name): \(text)", sourceLocation: sourceLocation)
    }
}

/// Numbers between two bounds that follow from a seed.
func samples(_ shape: Shape, _ low: Double = -1, _ high: Double = 1, seed: UInt64 = 1, as dtype: DType = .f64) -> Tensor {
    var generator = Generator(seed: seed &* 0x9e37_79b9 &+ UInt64(shape.count))
    return Tensor((0..<shape.count).map { _ in generator.double(low, high) }, shape, as: dtype)
}

/// Steele, Lea & Flood's SplitMix64 (2014): a generator whose whole state is its seed.
struct Generator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
    mutating func double(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(next() >> 11) * 0x1p-53 }
    mutating func int(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func chance(_ percent: Int) -> Bool { int(100) < percent }
}

/// The text of the error that `body` throws, or what it did instead.
func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "nothing was refused"
}

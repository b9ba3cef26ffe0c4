import Engine
import TestKit
import Testing

/// What a row gets wrong in the reference cases that it covers: one text for each case and kind of kernels.
///
/// Every case runs with native kernels in the preferred number of shards and with portable kernels in one.
func problems(_ row: Row, in family: String, among rows: [Row] = []) throws -> [String] {
    let cases = try golden(family).filter { row.covers($0.name) && (rows.row(for: $0.name) ?? row).name == row.name }
    if cases.isEmpty { return ["\(row.name): no case of \(family) has this name"] }
    return row.problems(in: cases)
}

/// Holds a row to the reference cases that it covers.
func check(_ row: Row, in family: String, among rows: [Row] = [], sourceLocation: SourceLocation = #_sourceLocation) throws {
    for text in try problems(row, in: family, among: rows) { Issue.record("\(text)", sourceLocation: sourceLocation) }
}

/// What is missing between a family's cases and the rows: a case without a row, a row or a reason without a case.
func gaps(_ family: String, _ rows: [Row], without reasons: [String: String] = [:]) throws -> [String] {
    try rows.gaps(in: golden(family), of: family, without: reasons)
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

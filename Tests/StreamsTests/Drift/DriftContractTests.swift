@testable import Streams
import TestKit
import Testing

@Suite struct DriftContractTests {
    @Test func `every detector keeps the contract`() {
        #expect(DriftContract.violations(ADWIN()) == [])
        #expect(DriftContract.violations(PageHinkley()) == [])
        #expect(DriftContract.violations(KSWIN(seed: 3)) == [])
        #expect(DriftContract.violations(DDM(), answers: true) == [])
        #expect(DriftContract.violations(EDDM(), answers: true) == [])
        #expect(DriftContract.violations(Calibrated(referenceLength: 500)) == [])
        #expect(DriftContract.violations(Calibrated(referenceLength: 500, answers: true, after: .keepReference), answers: true) == [])
    }

    @Test func `a detector that breaks every rule fails every check`() {
        let found = DriftContract.violations(Careless())
        #expect(found.map { String($0.prefix { $0 != ":" }) } == DriftContract.checks, "\(found)")
    }

    @Test func `bytes of the detectors of rows never trap`() {
        var categories = CategoryDrift(categories: 3, referenceLength: 200),
            features = FeatureDrift(columns: 3, level: 0.01) { ADWIN(delta: $0) }
        var embedding = EmbeddingDrift(width: 6, directions: 4, referenceLength: 200)
        for event in 0..<450 {
            _ = categories.on(event % 3)
            _ = features.on([Double(event % 7), Double(event % 5), 1])
            _ = embedding.on((0..<6).map { Float((event * 7 + $0 * 3) % 11) })
        }
        #expect(StateContract.violation(of: categories) { state in for event in 0..<300 { _ = state.on(event % 4) } } == nil)
        #expect(
            StateContract.violation(of: features) { state in
                for event in 0..<300 { _ = state.on(state.detectors.map { _ in Double(event % 9) }) }
            } == nil)
        #expect(
            StateContract.violation(of: embedding, rounds: 100) { state in
                for event in 0..<50 { _ = state.on((0..<state.width).map { Float((event + $0) % 9) }) }
            } == nil)
    }
}

/// Never alarms, forgets its course, counts nothing and grows.
private struct Careless: DriftDetector {
    static let name = "careless"
    nonisolated(unsafe) static var made = 0
    var refused: Int { 0 }
    var memoryLimit: Int { 100 }
    var memoryBytes: Int { 8 * seen.count }
    private var seen: [Double] = []

    init() {}

    mutating func on(_ value: Double) -> DriftState {
        seen.append(value)
        Self.made += 1
        // Depends on something outside: no two copies go the same way.
        return value.isNaN ? .drift : Self.made % 3 == 0 ? .warning : .stable
    }

    func write(to writer: inout StateWriter) { writer.write(seen) }
    init(from reader: inout StateReader) throws { seen = (try? reader.numbers(Double.self, "seen")) ?? [] }
}

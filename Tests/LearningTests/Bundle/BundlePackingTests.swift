import Engine
import Formats
import TestSupport
import Testing

@testable import Learning

@Suite("Bundle, packed") struct BundlePackingTests {
    @Test func `one run of bytes holds the bundle with the identity that it has on disk`() throws {
        let (_, bundle) = try makeBundle()
        let packed = try bundle.packed(), read = try ModelBundle(packed: packed)
        #expect(isSame(read, bundle))
        try withBundleFolder { folder in
            let identity = try bundle.write(to: folder)
            #expect(read.identity == identity)
            #expect(try bundle.identified().identity == identity)
            #expect(try ModelBundle(reading: folder).packed() == packed)
        }
    }

    @Test func `what was cut, prolonged or changed is refused, or is the same model under another name`() throws {
        let (_, bundle) = try makeBundle()
        let packed = try bundle.packed()
        var source = SeededRandom(seed: 4), accepted = 0
        for count in [0, 7, 8, 15, 16, 40, packed.count - 1] + (0..<40).map({ _ in source.below(packed.count) }) {
            #expect(refusal { _ = try ModelBundle(packed: Array(packed.prefix(count))) } != nil)
        }
        #expect(
            refusal { _ = try ModelBundle(packed: packed + [0]) } == "bundle 'packed bundle': 1 bytes more than its manifest names")
        #expect(
            refusal { _ = try ModelBundle(packed: Array("MRBUNDLX".utf8) + packed.dropFirst(8)) }
                == "bundle 'packed bundle': is no packed bundle")
        for number in 0..<300 {
            var damaged = packed
            damaged[number % 2 == 0 ? source.below(packed.count) : source.below(900)] ^= 1 << UInt8(source.below(8))
            guard let found = try? ModelBundle(packed: damaged) else { continue }
            accepted += 1
            #expect(found.graph == bundle.graph)
            _ = try found.session(batch: 2).run([.zeros([2, 3])])
        }
        #expect(accepted < 200)
    }

    @Test func `other values make another bundle of the same graph`() throws {
        let (_, bundle) = try makeBundle()
        let next = try bundle.replacing(["second": .ones([2, 8])], training: TrainingRecord(parent: "p"), card: "# next\n")
        #expect(next["second"]?.values.doubles() == Array(repeating: 1, count: 16))
        #expect(next["first"]?.values.doubles() == bundle["first"]?.values.doubles())
        #expect(next.training.parent == "p" && next.card == "# next\n" && next.identity.isEmpty)
        #expect(
            refusal { _ = try bundle.replacing(["third": .ones([2])], training: TrainingRecord(), card: "") }
                == "bundle 'test': has no weight 'third' that could be replaced")
        #expect(
            refusal { _ = try bundle.replacing(["second": .ones([2])], training: TrainingRecord(), card: "") }
                == "bundle 'test': weight 'second' is f32[2,8], not f32[2]")
    }
}

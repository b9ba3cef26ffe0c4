@testable import Engine
import TestKit
import Testing

@Suite struct CatalogTests {
    /// The rows of every family whose table other files may read.
    private static let tables: [(family: String, rows: [Row])] = [
        ("elementwise", elementwiseRows + comparisonRows), ("reduction", reductionRows), ("matmul", matMulRows),
        ("layout", layoutRows + slicingRows + gatherRows), ("embedding", embeddingRows), ("sorting", sortingRows + scanRows),
        ("convolution", convolutionRows), ("pooling", poolingRows), ("resize", resizeRows), ("recurrent", recurrentRows),
        ("bitwise", bitwiseRows), ("quantize", quantizationRows), ("dft", fourierRows), ("segment", segmentRows),
    ]

    /// Operations that no row of these tables meets, by the file that tests them.
    private static let elsewhere: [String: [String]] = [
        "UpdateTests": ["adam", "momentum"],
        "PoolingTests": (1...3).flatMap {
            ["adaptiveMaxPool\($0)d", "adaptiveMaxPool\($0)dGradient", "adaptiveMaxPool\($0)dSelect", "maxPool\($0)dSelect"]
        },
        "AttentionTests": ["attention", "attentionGradient", "selfAttention", "selfAttentionGradient"],
        "NormalizationTests": [
            "channelGradientSums", "channelSums", "scaleChannels", "layerNorm", "layerNormGradient", "rmsNorm", "rmsNormGradient",
        ],
        "SoftmaxTests": [
            "softmax", "softmaxGradient", "logSoftmax", "logSoftmaxGradient", "softmaxCrossEntropy", "softmaxCrossEntropyGradient",
        ],
        "ElementwiseTests": ["copy", "exp2", "log2"],
        "ComparisonTests": ["isNaN", "isInfinite"],
        "BitwiseTests": ["logicalShiftRight"],
        "RecurrentTests": ["gru", "lstm", "rnn.relu", "rnn.tanh"].flatMap { ["pack.\($0)", "packed.\($0)"] },
        "RandomTests": ["dropout", "foldKey", "randomBits", "uniform"],
        "SlicingTests": ["dynamicSlice", "dynamicUpdate"],
        "LoopsTests": ["scan", "whileLoop"],
        "LayoutTests": ["fullPrecision"],
        "QuantizationTests": ["straightThrough"],
    ]

    /// The names of all operations in the programs that the rows and their gradients are.
    private static func met() throws -> Set<String> {
        var names = Set<String>()
        for (family, rows) in tables {
            for example in try golden(family) {
                guard let row = rows.row(for: example.name) else { continue }
                let operands = example.inputs.enumerated().map {
                    Tensor.input("operand \($0.offset)", $0.element.type.shape, $0.element.type.dtype)
                }
                var ends = try row.function(operands, example.attributes)
                if example.gradients != nil {
                    for (place, result) in ends.enumerated() where example.cotangent?[place] != nil {
                        let seed = Tensor.input("seed", result.shape, result.dtype)
                        for operand in operands {
                            if let gradient = try? gradients(of: result, for: [operand], seed: seed)[0] { ends.append(gradient) }
                        }
                    }
                }
                names.formUnion(reachable(from: ends).map(\.op.name))
            }
        }
        return names
    }

    @Test func `every operation is met by a row or has a test of its own`() throws {
        let met = try Self.met()
        let names = Set(Catalog.operations.map(\.name))
        let others = Self.elsewhere.values.flatMap(\.self)
        #expect(names.subtracting(met).subtracting(others).sorted() == [])
        #expect(others.filter { !names.contains($0) } == [])
    }

    @Test func `every operation that a row meets is in the catalogue`() throws {
        let names = Set(Catalog.operations.map(\.name) + ["input", "constant", "read"])
        #expect(try Self.met().subtracting(names).sorted() == [])
    }

    @Test func `every reference case of moves and sorting has a row`() throws {
        try checkFamily("layout", layoutRows + slicingRows + gatherRows, cases: 97)
        try checkFamily("sorting", sortingRows + scanRows, cases: 60)
    }

    @Test func `a row that is wrong, a case without a row and a row without a case are found`() throws {
        #expect(try problems(Row("matmul.plain") { [matmul($0[0], $0[1]) + 0.1] }, in: "matmul").count == 8)
        #expect(try problems(Row("matmul.plain") { [$0[0]] }, in: "matmul").allSatisfy { $0.contains("the results are") })
        let wrongSlope = Row("square.f32") { x in [x[0].square().stopGradient() + (x[0] - x[0].stopGradient())] }
        #expect(try problems(wrongSlope, in: "elementwise").allSatisfy { $0.contains("gradient by operand 0") })
        let found = try gaps("matmul", [Row("matmul.plain") { $0 }, Row("other") { $0 }], without: ["matmul.nothing": "for a test"])
        #expect(found.count == 37 - 4 + 2)
        #expect(try gradientDifference(at: [samples([3])]) { [$0[0].square() + ($0[0].exp().stopGradient())] } != nil)
    }

    @Test func `every operation stands in the catalogue once`() {
        let texts = Catalog.operations.map { "\(type(of: $0)) \($0)" }
        #expect(Set(texts).count == texts.count)
        #expect(texts.count == 190)
        #expect(Set(Catalog.operations.map(\.name)).count == 185)
    }
}

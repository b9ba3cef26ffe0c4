import Engine
import Learning
import TestKit
import Testing

@Suite struct LayerGoldenTests {
    private static func row(for example: GoldenCase) -> LayerRow? {
        layerRows.filter { $0.covers(example) }.max { $0.name.utf8.count < $1.name.utf8.count }
    }

    @Test func `every layer's result and all its gradients equal PyTorch's, on native and portable kernels`() throws {
        let cases = try GoldenCase.family("layers")
        #expect(cases.count == 89)
        #expect(cases.filter { Self.row(for: $0) == nil }.map(\.name) == [])
        #expect(layerRows.filter { row in !cases.contains { Self.row(for: $0)?.name == row.name } }.map(\.name) == [])
        for row in layerRows {
            for text in row.problems(in: cases.filter { Self.row(for: $0)?.name == row.name }) { Issue.record("\(text)") }
        }
    }

    @Test func `a layer that is slightly wrong or lacks its bias is found`() throws {
        let cases = try GoldenCase.family("layers").filter { $0.name == "linear.plain" }
        struct Wrong: Layer {
            let weight = Parameter([4, 3]), bias = Parameter([4])
            func callAsFunction(_ x: Tensor, _ pass: inout Pass) -> Tensor { linear(x, weight.value, bias.value * 1.001) }
        }
        #expect(LayerRow("linear", layer: { _ in Linear(3, 4, bias: false) }).problems(in: cases).count == 2)
        #expect(LayerRow("linear", layer: { _ in Wrong() }).problems(in: cases).count == 2)
        #expect(LayerRow("linear", layer: { _ in Linear(3, 4) }).problems(in: cases) == [])
    }
}

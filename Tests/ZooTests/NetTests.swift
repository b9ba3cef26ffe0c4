import Engine
import Learning
import Testing

@testable import Zoo

/// One net of the zoo on the smallest input that makes sense.
private struct Case: CustomStringConvertible {
    let name: String
    let net: any Layer
    let input: Tensor
    let output: Shape
    let parameters: Int?
    var description: String { name }
}

private func cases() -> [Case] {
    func numbers(_ shape: Shape) -> Tensor { .normal(shape, key: RandomKey(seed: 5)) }
    let table = TableNet(features: 5, outputs: 2, bins: 4)
    table.encoding?.fit((0..<100).map { Float($0 * 37 % 101) }, features: 5)
    let window = WindowNet(time: 30, channels: 3, bins: 4)
    window.fit((0..<30 * 3 * 20).map { Float($0 * 37 % 101) / 50 - 1 })
    return [
        Case(name: "CIFARNet", net: CIFARNet(), input: numbers([4, 32, 32, 3]), output: [4, 10], parameters: 122_570),
        Case(
            name: "ResNet9", net: ResNet9(channels: 1, classes: 3, width: 4), input: numbers([4, 28, 28, 1]), output: [4, 3],
            parameters: nil),
        Case(
            name: "SpectrogramNet", net: SpectrogramNet(views: 2, classes: 10, width: 4), input: numbers([4, 80, 40, 2]), output: [4, 10],
            parameters: nil),
        Case(name: "TableNet", net: table, input: numbers([4, 5]), output: [4, 2], parameters: nil),
        Case(name: "WindowNet", net: window, input: numbers([4, 30, 3]), output: [4, 1], parameters: nil),
        Case(
            name: "Forecaster", net: Forecaster(past: 96, future: 48, hidden: 16), input: numbers([4, 96, 2]), output: [4, 48, 2],
            parameters: nil),
        Case(
            name: "TextCNN", net: TextCNN(vocabulary: 50, buckets: 50, length: 6, classes: 3, width: 8, filters: 4),
            input: Tensor((0..<40).map { Int32($0 * 7 % 50) }, [4, 10]), output: [4, 3], parameters: nil),
    ]
}

@Suite("Nets") struct NetTests {
    @Test func `every net has its shape and its count of parameters`() {
        let all = cases()
        #expect(all.count == 7)
        for item in all {
            (item.net as any Module).initialized(seed: 1)
            var pass = Pass.inference
            let y = item.net(item.input, &pass)
            #expect(y.shape == item.output, "\(item)")
            if let count = item.parameters { #expect(item.net.parameters.map(\.parameter.shape.count).reduce(0, +) == count, "\(item)") }
        }
    }

    @Test func `every net learns four samples by heart`() throws {
        for item in cases() {
            (item.net as any Module).initialized(seed: 2)
            let isForecast = item.output.rank == 3
            let goal = isForecast ? Tensor.normal(item.output, key: RandomKey(seed: 9)) : Tensor((0..<4).map { Int32($0 % 2) })
            let isNumber = item.output.extents.last == 1
            let step = try TrainStep(Whole(net: item.net), AdamW(rate: 1e-2)) { model, batch, pass in
                let y = model.net(batch.inputs, &pass)
                if isForecast { return (y - batch.targets).square().mean() }
                return isNumber
                    ? (y.reshaped([4]) - batch.targets.cast(to: .f32)).square().mean() : softmaxCrossEntropy(y, batch.targets).mean()
            }
            let batch = Batch(["inputs": item.input, "targets": goal])
            let first = try step(batch)
            var last = first
            for _ in 0..<60 { last = try step(batch) }
            #expect(last < first * 0.6, "\(item): \(first) → \(last)")
        }
    }
}

private struct Whole: Module { let net: any Layer }

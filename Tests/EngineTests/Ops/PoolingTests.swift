@testable import Engine
import TestKit
import Testing

private func padding(_ a: Attributes) -> Padding {
    .explicit(before: PerAxis(a.pairs("padding").map { $0[0] }), after: PerAxis(a.pairs("padding").map { $0[1] }))
}

let poolingRows = (1...3).flatMap { rank in
    [
        Row("maxPool\(rank)d") { x, a in
            [
                x[0].maxPool(
                    PerAxis(a.ints("window")), stride: PerAxis(a.ints("stride")), padding: padding(a), dilation: PerAxis(a.ints("dilation"))
                )
            ]
        },
        Row("averagePool\(rank)d") { x, a in
            [
                x[0].averagePool(
                    PerAxis(a.ints("window")), stride: PerAxis(a.ints("stride")), padding: padding(a),
                    paddingCounts: a.truth("paddingCounts"))
            ]
        },
    ] + (rank < 3 ? [Row("adaptiveAveragePool\(rank)d") { x, a in [x[0].adaptiveAveragePool(PerAxis(a.ints("outputs")))] }] : [])
}

@Suite struct PoolingTests {
    @Test(arguments: poolingRows) func `pooling agrees with reference numbers`(row: Row) throws {
        try check(row, in: "pooling", among: poolingRows)
    }
    @Test func `every reference case of pooling has a row`() throws { try checkFamily("pooling", poolingRows, cases: 33) }

    @Test func `gradients of pooling and their gradients agree with finite differences`() throws {
        // Maxima are kinked: products of the windows' values give the second order something to find.
        try checkGradients("maxPool", at: [samples([2, 5, 5, 2])]) { x in [x[0].maxPool(3, stride: 2, padding: .explicit(1)).square()] }
        try checkGradients("adaptiveMaxPool", at: [samples([2, 5, 7, 2])]) { x in [x[0].adaptiveMaxPool([2, 3]).square()] }
        try checkGradients("averagePool", at: [samples([2, 5, 5, 2])]) { x in
            [x[0].averagePool(3, stride: 2, padding: .explicit(1), paddingCounts: false).square()]
        }
        try checkGradients("adaptiveAveragePool", at: [samples([2, 5, 7, 2])]) { x in [x[0].adaptiveAveragePool([2, 3]).square()] }
        try checkGradients("global", at: [samples([2, 3, 4, 2])]) { x in [x[0].globalAveragePool().square(), x[0].globalMaxPool().square()]
        }
    }

    @Test func `the gradient of ReLU before a maximum becomes part of the maximum's`() throws {
        let x = Tensor.input("x", [4, 6, 6, 5]), values = [samples([4, 6, 6, 5], -2, 1, as: .f32)]
        let g = try gradients(of: x.relu().maxPool(2).square().sum(), for: [x])[0]
        for kernels in [Program.Options.Kernels.native, .portable] {
            let fused = try Program(inputs: [x], outputs: [g], options: .init(kernels: kernels))
            #expect(!fused.plan.steps.contains { $0.label.contains("reluGradient") })
            let plain = try Program(inputs: [x], outputs: [g], options: .init(kernels: kernels, isOptimized: false))
            #expect(try Session(fused).run(values)[0].doubles() == (try Session(plain).run(values)[0].doubles()))
        }
    }

    @Test func `native maxima and their gradients are the portable ones, ties and NaN included`() throws {
        for dtype in [DType.f32, .bf16] {
            let x = Tensor.input("x", [3, 9, 11, 37], dtype)
            for nans in [false, true] {
                let numbers = (0..<3 * 9 * 11 * 37).map { place -> Float in
                    if nans && place % 31 == 0 { return -Float.nan }
                    return place % 5 == 0 ? -0.0 : Float(place * 7919 % 11 - 5)
                }
                let values = [Tensor(numbers, [3, 9, 11, 37]).cast(to: dtype)]
                for (window, stride, padding, dilation) in [
                    (2, 2, 0, 1), (3, 2, 1, 1), (3, 1, 1, 2), (2, 3, 0, 1), (4, 3, 2, 2), (5, 1, 2, 1),
                ] {
                    for image in [x, x.relu()] {
                        let y = image.maxPool(
                            PerAxis(window), stride: PerAxis(stride), padding: .explicit(PerAxis(padding)), dilation: PerAxis(dilation))
                        let weights = Tensor((0..<y.shape.count).map { place -> Float in Float(place % 13 - 6) }, y.shape).cast(to: dtype)
                        let outputs = [y, try gradients(of: (y * weights).sum(), for: [image])[0]]
                        let all = try [Program.Options.Kernels.native, .portable].map { kernels -> [[Double]] in
                            let session = try Session(Program(inputs: [x], outputs: outputs, options: .init(kernels: kernels)))
                            return session.run(values).map { result -> [Double] in result.doubles().map { $0.isNaN ? 1e9 : $0 } }
                        }
                        #expect(
                            all[0] == all[1],
                            "\(dtype), window \(window), stride \(stride), padding \(padding), dilation \(dilation), NaN \(nans)")
                    }
                }
            }
        }
    }

    @Test func `one large image is pooled as many small ones are`() {
        let x = samples([1, 65, 63, 96], as: .f32), pair = Tensor(x.values(Float.self) + x.values(Float.self), [2, 65, 63, 96])
        for padding in [Padding.valid, .explicit(1), .same] {
            for counts in [false, true] {
                let one = x.averagePool(3, stride: 2, padding: padding, paddingCounts: counts).values(Float.self)
                #expect(one + one == pair.averagePool(3, stride: 2, padding: padding, paddingCounts: counts).values(Float.self))
            }
            let one = x.maxPool(3, stride: 2, padding: padding).values(Float.self)
            #expect(one + one == pair.maxPool(3, stride: 2, padding: padding).values(Float.self))
        }
    }

    @Test func `adaptive maxima cover the image`() {
        let x = Tensor((0..<10).map { Float($0 * 7 % 10) }, [1, 10, 1])
        // Windows 0…3, 3…6, 6…9 of 0 7 4 1 8 5 2 9 6 3
        #expect(x.adaptiveMaxPool(3).values(Float.self) == [7, 8, 9])
        #expect(x.adaptiveMaxPool(5).values(Float.self) == [7, 4, 8, 9, 6])
    }

    @Test func `refused pooling says why`() {
        let x = TensorType([2, 5, 5, 3], .f32)
        #expect(
            message { _ = try MaxPool(window: [6, 2], windows: Windows(rank: 2)).infer([x]) }
                == "maxPool2d: a window of [6, 2] is larger than the padded input (f32[2,5,5,3])")
        var windows = Windows(rank: 2)
        windows.before = [2, 0]
        #expect(
            message { _ = try AveragePool(window: [2, 2], windows: windows).infer([x]) }
                == "averagePool2d: padding 2 must be less than the window 2 (f32[2,5,5,3])")
        #expect(
            message { _ = try MaxPool(window: [2], windows: Windows(rank: 1)).infer([x]) }
                == "maxPool1d: takes [batch, spatial…, channels] with 1 spatial axes (f32[2,5,5,3])")
    }
}

import TestKit
import Testing

@testable import Engine

private func axis(_ a: Attributes) -> Int? { a.has("axis") ? a.int("axis") : nil }

let quantizationRows = [
    Row("quantize") { x, a in [x[0].quantized(scale: x[1], zeroPoint: x[2], axis: axis(a), as: DType(name: a.text("dtype"))!)] },
    Row("dequantize") { x, a in [x[0].dequantized(scale: x[1], zeroPoint: x[2], axis: axis(a))] },
    Row("matmulInteger") { x in [matmulInteger(x[0], x[1])] },
]

@Suite struct QuantizationTests {
    @Test(arguments: quantizationRows) func `quantisation agrees with reference numbers`(row: Row) throws {
        try check(row, in: "quantize", among: quantizationRows)
    }
    @Test func `every reference case of quantisation has a row`() throws { try checkFamily("quantize", quantizationRows, cases: 17) }

    @Test func `fake quantisation passes gradients straight through within the range`() throws {
        let x = Tensor([-30, -1.26, 0.04, 0.26, 12.7, 12.8] as [Float]), scale = Tensor(Float(0.1))
        let y = x.fakeQuantized(scale: scale), slope = try gradients(of: (y * 2).sum(), for: [x])[0]
        #expect(difference(y.doubles(), [-12.8, -1.3, 0, 0.3, 12.7, 12.7], tolerance: 1e-6) == nil)
        #expect(y.doubles() == x.quantized(scale: scale).dequantized(scale: scale).doubles())
        #expect(slope.doubles() == [0, 2, 2, 2, 2, 0])
    }

    @Test func `zero points are taken off before the product`() {
        let large = samples([65, 70], 0, 256, as: .u8), other = samples([70, 33], -128, 128, seed: 2, as: .i8)
        for (x, y) in [(large, other), (other.transposed(), large.transposed()), (large, large.transposed())] {
            let zeros = (Tensor([3], [], as: x.dtype), Tensor([5], [], as: y.dtype))
            let wide = matmul(x.cast(to: .i32) - 3, y.cast(to: .i32) - 5)
            #expect(difference(matmulInteger(x, y, zeroPoints: zeros), wide) == nil)
        }
        let a = Tensor([130, 128] as [UInt8], [1, 2]), b = Tensor([3, -4] as [Int8], [2, 1])
        #expect(matmulInteger(a, b, zeroPoints: (Tensor(UInt8(128)), nil)).values(Int32.self) == [6])
    }
}

import Testing

@testable import Engine

@Test func `bitwise operations treat each integer type by its width and sign`() {
    let a = Tensor([-128, 127, -1, 5] as [Int8]), b = Tensor([1, 2, 3, 9] as [Int8])
    #expect(a.shiftedRight(b).values(Int8.self) == [-64, 31, -1, 0])
    #expect(a.shiftedRight(b, logical: true).values(Int8.self) == [64, 31, 31, 0])
    #expect(a.shiftedLeft(b).values(Int8.self) == [0, -4, -8, 0])
    #expect(a.shiftedRight(9).values(Int8.self) == [-1, 0, -1, 0])
    #expect(a.bitwiseNot().values(Int8.self) == [127, -128, 0, -6])
    #expect(Tensor([0, UInt64.max, 1] as [UInt64]).bitwiseNot().values(UInt64.self) == [UInt64.max, 0, UInt64.max - 1])
    #expect(Tensor([UInt32.max] as [UInt32]).bitwiseAnd(Tensor([0xf0f0_f0f0] as [UInt32])).values(UInt32.self) == [0xf0f0_f0f0])
    #expect(Tensor([true, false]).bitwiseXor(Tensor([true, true])).values(Bool.self) == [false, true])
    #expect(a.populationCount().values(Int8.self) == [1, 7, 8, 2])
    #expect(throws: EngineError("shiftLeft", "needs integers, got bool", operands: [TensorType([], .bool), TensorType([], .bool)])) {
        try Tensor.apply(Bitwise(function: .shiftLeft), [.zeros([], .bool), .zeros([], .bool)])
    }
}

@Test func `bitwise operations broadcast`() {
    let rows = Tensor([1, 2, 3, 4, 5, 6] as [Int32], [2, 3]), column = Tensor([1, 4] as [Int32], [2, 1])
    #expect(rows.bitwiseOr(column).values(Int32.self) == [1, 3, 3, 4, 5, 6])
    #expect(rows.bitwiseAnd(Tensor(Int32(6))).values(Int32.self) == [0, 2, 2, 4, 4, 6])
}

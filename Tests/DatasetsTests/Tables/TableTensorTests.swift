@testable import Datasets
import Engine
import Features
import Learning
import Testing

@Suite("Table: tensors", .enabled(if: tablesWork, noTables)) struct TableTensorTests {
    let scratch = try! Scratch()

    func table(_ frame: Frame, groupRows: Int = 131_072) throws -> Table {
        let writer = try TableWriter(to: "\(scratch.path)/t.parquet", options: TableWriteOptions(groupRows: groupRows))
        try writer.write(frame)
        try writer.finish()
        return try Table(at: "\(scratch.path)/t.parquet")
    }

    @Test func `values are lent and tensors made without copies`() throws {
        let frame = try Frame(["x": Column((0..<1000).map { Float($0) }), "n": Column(Array(0..<1000))])
        let batch = try #require(try table(frame).scan().next())
        let x = try batch.column("x"), n = try batch.column("n")
        let address = try x.withValues(of: Float.self) { span in span.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) } }
        #expect(address % 64 == 0)
        #expect(try n.withValues(of: Int64.self) { $0[7] } == 7)
        let tensor = try x.tensor(), lent = x.buffer(1)!
        #expect(tensor.values(Float.self) == (0..<1000).map { Float($0) })
        // What Arrow's memory holds is what the tensor holds.
        UnsafeMutableRawPointer(mutating: lent).storeBytes(of: -1, toByteOffset: 12, as: Float.self)
        #expect(tensor.values(Float.self)[3] == -1)
        #expect(message { try x.withValues(of: Double.self) { _ in } } == "column 'x': the values are f32, not f64")
        #expect(try x.slice(1..<4).tensor().values(Float.self) == [1, 2, -1])
    }

    @Test func `a tensor outlives its batch and its table`() throws {
        func make() throws -> Tensor { try #require(try table(Frame(["x": Column([1.5, 2.5])])).scan().next()).column("x").tensor() }
        #expect(try make().values(Double.self) == [1.5, 2.5])
    }

    @Test func `columns stand side by side, converted`() throws {
        let frame = try Frame([
            "a": Column([1, 2, 3]), "b": Column([0.5, nil, 2]), "c": Column([true, false, true]), "s": Column(["x", "y", "z"]),
        ])
        let batch = try #require(try table(frame).scan().next())
        let tensor = try batch.tensor(columns: ["a", "b", "c"], nulls: .value(-1))
        #expect(tensor.shape == [3, 3] && tensor.dtype == .f32)
        #expect(tensor.values(Float.self) == [1, 0.5, 1, 2, -1, 0, 3, 2, 1])
        #expect(try batch.slice(1..<3).tensor(columns: ["c", "a"], as: .i32).values(Int32.self) == [0, 2, 1, 3])
        #expect(try batch.column("c").tensor().values(Bool.self) == [true, false, true])
        #expect(
            message { _ = try batch.tensor(columns: ["a", "b"]) }
                == "column 'b': 1 of 3 rows are null: fill them in first, or say what a null becomes")
        #expect(message { _ = try batch.column("b").tensor(as: .i64, nulls: .value(0)) } == "column 'b': 0.5 does not fit Int64")
        #expect(message { _ = try batch.tensor(columns: ["s"]) } == "column 's': values of type string are no numbers: encode them first")
        #expect(try batch.column("b").doubles().map(\.isNaN) == [false, true, false])
        #expect(try (0..<3).map { try batch.column("b").cell($0) } == [.number(0.5), .null, .number(2)])
        #expect(batch[1].nullCount == 1 && batch[1].validity == Validity([true, false, true]))
    }

    @Test func `half precision is read exactly`() {
        #expect(RecordColumn.float(half: 0x3E00) == 1.5 && RecordColumn.float(half: 0xB400) == -0.25)
        #expect(RecordColumn.float(half: 0x0001) == 0x1p-24 && RecordColumn.float(half: 0x7BFF) == 65_504)
        #expect(RecordColumn.float(half: 0xFC00) == -.infinity && RecordColumn.float(half: 0x7E00).isNaN)
    }

    @Test func `training batches come in order, continue anywhere and join what lies apart`() throws {
        let rows = 1000
        let frame = try Frame(["x": Column((0..<rows).map { Float($0) }), "y": Column((0..<rows).map { Int64($0) * 2 })])
        let source = try TableBatches(
            table(frame, groupRows: 77), [TableTensor("inputs", columns: ["x", "y"]), TableTensor("target", column: "y", as: .i64)],
            batchSize: 64)
        #expect(source.sampleCount == rows && source.batchCount == 16)
        for first in [0, 3, 15, 16] {
            var batches = try source.batches(epoch: 0, from: first)
            var next = first * 64
            while let batch = try batches.next() {
                #expect(batch.count == min(64, rows - next))
                let expected = (next..<next + batch.count).map { Int64($0) * 2 }
                #expect(batch.target.values(Int64.self) == expected)
                #expect(batch.inputs.shape == [batch.count, 2] && batch.inputs.doubles().last == Double(expected.last!))
                next += batch.count
            }
            #expect(next == max(rows, first * 64))
        }
    }
}

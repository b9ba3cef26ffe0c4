import Features
import Testing

@testable import Streams

@Suite struct RawPayloadTests {
    private let schema = try! EventSchema([ColumnDefinition("x"), ColumnDefinition("y"), ColumnDefinition("name", .string)])

    private func bytes<Number>(_ numbers: Number...) -> [UInt8] { numbers.flatMap { withUnsafeBytes(of: $0) { [UInt8]($0) } } }

    @Test func `rows of numbers are read as declared`() throws {
        let decoder = try RawPayload(
            schema, [RawColumn("x", .f32), RawColumn(.u8, .nothing), RawColumn(.i16, .column("y", factor: 0.5, shift: 1))])
        let payload = bytes(1.5 as Float) + [9] + bytes(-3 as Int16) + bytes(Float.nan) + [9] + bytes(4 as Int16)
        #expect(try rows(decoder, payload) == ["o 7 1.5 -0.5 -", "o 7 - 3 -"])
    }

    @Test func `columns may come one after the other, behind a header`() throws {
        let decoder = try RawPayload(schema, [RawColumn("x", .i8), RawColumn("y", .f64)], order: .columns, interval: 10, header: 2)
        let payload: [UInt8] = [0, 0, 1, 255] + bytes(0.25, 8.0)
        #expect(try rows(decoder, payload, from: PayloadOrigin(device: "d", time: 100)) == ["d 90 1 0.25 -", "d 100 -1 8 -"])
    }

    @Test func `every type of number is read`() throws {
        for (element, payload, value) in [
            (RawColumn.Element.i8, bytes(-5 as Int8), "-5"), (.u8, bytes(250 as UInt8), "250"), (.i16, bytes(-300 as Int16), "-300"),
            (.u16, bytes(60_000 as UInt16), "60000"), (.i32, bytes(-70_000 as Int32), "-70000"),
            (.u32, bytes(4_000_000_000 as UInt32), "4000000000"),
            (.i64, bytes(-5_000_000_000 as Int64), "-5000000000"), (.u64, bytes(UInt64.max), "1.8446744073709552e+19"),
            (.f32, bytes(0.5 as Float), "0.5"),
            (.f64, bytes(-0.5), "-0.5"),
        ] {
            #expect(try rows(RawPayload(schema, [RawColumn("y", element)]), payload) == ["o 7 - \(value) -"])
            #expect(element.width == payload.count)
        }
        #expect(RawColumn.Element.allCases.count == 10)
    }

    @Test func `a column may say the time`() throws {
        let decoder = try RawPayload(schema, [RawColumn(.u32, .time(.seconds)), RawColumn("x", .u8)])
        #expect(try rows(decoder, bytes(1_700_000_000 as UInt32) + [3]) == ["o 1700000000000000 3 - -"])
        let wide = try RawPayload(schema, [RawColumn(.i64, .time(.seconds))])
        #expect(refusal(wide, bytes(Int64.max)) == "raw 'row 0': as seconds since 1970 the time is not in the years 1 to 9999")
    }

    @Test func `bad lengths and layouts are refused`() throws {
        let decoder = try RawPayload(schema, [RawColumn("x", .f32)], header: 1)
        for length in [0, 1, 4, 6] {
            #expect(refusal(decoder, Array(repeating: 0, count: length)) == "raw: has \(length) bytes, not 1 and rows of 4")
        }
        #expect(
            refusal(try RawPayload(schema, [RawColumn("x", .u8)]), Array(repeating: 0, count: 70_000)) == "raw: has more than 65535 events")
        #expect(throws: StreamError.self) { try RawPayload(schema, []) }
        #expect(throws: StreamError("raw", "there is no column of numbers", at: "name")) {
            try RawPayload(schema, [RawColumn("name", .u8)])
        }
        #expect(throws: StreamError("raw", "stands in the layout a second time", at: "x")) {
            try RawPayload(schema, [RawColumn("x", .u8), RawColumn("x", .u8)])
        }
        #expect(throws: StreamError("raw", "two columns say the time")) {
            try RawPayload(schema, [RawColumn(.u8, .time(.seconds)), RawColumn(.u8, .time(.seconds))])
        }
    }
}

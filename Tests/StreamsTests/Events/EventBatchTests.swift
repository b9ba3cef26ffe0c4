import Features
import Streams
import Testing

@Suite struct EventBatchTests {
    private func schema() throws -> EventSchema {
        try EventSchema([ColumnDefinition("t"), ColumnDefinition("state", .string), ColumnDefinition("at", .timestamp)])
    }

    @Test func `numbers and timestamps lie beside each other, texts apart`() throws {
        let schema = try schema()
        #expect(schema.numbers == ["t", "at"] && schema.texts == ["state"])
        #expect(schema.place("at") == .number(1) && schema.place("state") == .text(0) && schema.place("x") == nil)
    }

    @Test func `a row begins with nothing in it and can be taken back`() throws {
        var batch = EventBatch(try schema())
        batch.append(device: "a", time: 5, at: SourcePlace(offset: 0))
        batch.setNumber(0, 1.5)
        batch.append(device: "b", time: 6, at: SourcePlace(offset: 1))
        batch.setText(0, "on")
        #expect(batch.number(0, 0) == 1.5 && batch.number(0, 1).isNaN && batch.text(0, 0) == nil)
        #expect(batch.number(1, 0).isNaN && batch.text(1, 0) == "on")
        batch.removeLast()
        #expect(batch.count == 1 && batch.numbers.count == 2 && batch.texts.count == 1 && batch.devices == ["a"])
        batch.removeAll()
        #expect(batch.isEmpty && batch.numbers.isEmpty)
    }

    @Test func `columns need names of their own`() throws {
        let twice = #expect(throws: StreamError.self) { try EventSchema([ColumnDefinition("t"), ColumnDefinition("t", .string)]) }
        #expect(twice?.description == "schema 't': two columns have this name")
        let none = #expect(throws: StreamError.self) { try EventSchema([ColumnDefinition("")]) }
        #expect(none?.description == "schema: a column has no name")
    }

    @Test func `a position passes places part by part and is stored`() throws {
        var position = SourcePosition()
        position.pass(SourcePlace(part: 1, offset: 7))
        position.pass(SourcePlace(part: 1, offset: 3))
        #expect(position.hasPassed(SourcePlace(part: 1, offset: 7)) && !position.hasPassed(SourcePlace(part: 1, offset: 8)))
        #expect(!position.hasPassed(SourcePlace(offset: 0)))
        #expect(try SourcePosition(stateBytes: position.stateBytes) == position)
        #expect(throws: StreamError.self) { try SourcePosition(stateBytes: Array(position.stateBytes.dropLast())) }
    }
}

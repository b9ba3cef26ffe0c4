import Streams
import Testing

private struct Everything: StreamState, Equatable {
    var number = 1.5, whole = -7, truth = true, text = "Ströme", small: [Float] = [1, .nan.magnitude, 3], many: [UInt16] = [1, 65535]
    init() {}
    static func == (a: Self, b: Self) -> Bool { a.stateBytes == b.stateBytes }
    func write(to writer: inout StateWriter) {
        writer.begin("everything", version: 3)
        writer.write(number)
        writer.write(whole)
        writer.write(truth)
        writer.write(text)
        writer.write(small)
        writer.write(many)
    }
    init(from reader: inout StateReader) throws {
        try reader.begin("everything", version: 3)
        number = try reader.number(Double.self, "number")
        whole = try reader.int("whole", in: -10...10)
        truth = try reader.truth("truth")
        text = try reader.text("text")
        small = try reader.numbers(Float.self, "small", count: 3)
        many = try reader.numbers(UInt16.self, "many", limit: 4)
    }
}

@Suite struct StateTests {
    @Test func `a state comes back with every bit`() throws {
        let state = Everything()
        #expect(try Everything(stateBytes: state.stateBytes) == state)
        #expect(try Everything(sealed: state.sealed).stateDigest == state.stateDigest)
        #expect(Array(state.stateBytes.prefix(8)) == [10, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func `what cannot be read is refused in words`() {
        func reason(_ bytes: [UInt8], _ read: (inout StateReader) throws -> Void) -> String {
            var reader = StateReader(bytes)
            do { try read(&reader) } catch { return "\(error)" }
            return ""
        }
        #expect(reason([1, 2]) { _ = try $0.number(Int64.self, "count") } == "state 'count': ends after 2 bytes")
        #expect(reason([9, 0, 0, 0, 0, 0, 0, 0]) { _ = try $0.int("size", in: 1...8) } == "state 'size': 9 is not in 1...8")
        #expect(
            reason([255, 255, 255, 255, 255, 255, 255, 127, 1]) { _ = try $0.numbers(Double.self, "means") }
                == "state 'means': 9223372036854775807 numbers are said to follow, 1 bytes do")
        #expect(reason([2]) { _ = try $0.truth("open") } == "state 'open': 2 is neither 0 nor 1")
        #expect(reason(Everything().stateBytes) { try $0.begin("nothing") } == "state 'name': 'everything' where 'nothing' was expected")
        #expect(
            reason(Everything().stateBytes) { try $0.begin("everything") }
                == "state 'version': everything is of version 3, this program reads 1")
    }

    @Test func `a seal with a changed bit is refused`() {
        var bytes = Everything().sealed
        bytes[bytes.count - 40] ^= 1
        #expect(throws: StreamError("state", "the bytes do not have the hash that stands after them", at: "hash")) {
            try Everything(sealed: bytes)
        }
        #expect(throws: StreamError("state", "is no sealed state", at: "mark")) { try Everything(sealed: [1, 2, 3]) }
    }
}

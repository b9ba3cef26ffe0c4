import TestSupport
import Testing

@testable import Formats

private enum Level: String, Codable { case low, high }
private enum Form: Hashable, Codable { case plain, sized(Int, name: String?) }
private class Animal: Codable { var legs = 4 }

private struct Everything: Hashable, Codable {
    var text = "ä", level = Level.high, form = [Form.plain, .sized(3, name: nil), .sized(-1, name: "x")]
    var whole: Int64 = .min, most: UInt64 = .max, small: Int8 = -128, octet: UInt8 = 255, truth = true
    var double = 0.1, float: Float = 0.1, bare: Float = .infinity, none: Double = -.infinity
    var missing: Int?, present: Int? = 7, list: [[Double]] = [[], [1.5, -0.0]]
    var table = ["b": [1: "one"], "a": [:]], set: Set<Int> = [3]
    var opaque: JSON = ["k": [1, .null, "s"]], pair = [Int?.none, 1]
}

@Suite("JSON of codable values") struct JSONCodingTests {
    @Test func `a value of every kind survives writing and reading`() throws {
        let value = Everything()
        let json = try JSON(encoding: value)
        #expect(try JSON(parsing: json.bytes()).decoded(as: Everything.self) == value)
        #expect(try JSON(parsing: json.bytes(isPretty: true)).decoded(as: Everything.self) == value)
        #expect(json["float"]?.text() == "0.1" && json["bare"] == "inf" && json["none"] == "-inf")
        #expect(json["table"]?.object?.keys == ["a", "b"] && json["opaque"] == ["k": [1, .null, "s"]])
        #expect(json["missing"] == nil && json["most"] == .unsigned(.max))
    }

    @Test func `every float survives with the digits of a float`() throws {
        var source = SeededRandom(seed: 3)
        for _ in 0..<20_000 {
            let number = Float(bitPattern: UInt32(truncatingIfNeeded: source.next()))
            let read = try JSON(parsing: JSON(encoding: [number]).bytes()).decoded(as: [Float].self)[0]
            #expect(read.bitPattern == number.bitPattern || read.isNaN && number.isNaN)
        }
    }

    @Test func `nested containers and super encoders keep their places`() throws {
        struct Odd: Codable, Equatable {
            var numbers = [1, 2]
            enum Key: String, CodingKey { case inner, list, above }
            init() {}
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Key.self)
                let inner = try container.nestedContainer(keyedBy: Key.self, forKey: .inner)
                var list = try inner.nestedUnkeyedContainer(forKey: .list)
                numbers = []
                while !list.isAtEnd { numbers.append(try list.decode(Int.self)) }
                let above = try [Int](from: container.superDecoder(forKey: .above))
                if above != numbers { throw FormatError("odd", "\(above)") }
            }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                var inner = container.nestedContainer(keyedBy: Key.self, forKey: .inner)
                var list = inner.nestedUnkeyedContainer(forKey: .list)
                for number in numbers { try list.encode(number) }
                try numbers.encode(to: container.superEncoder(forKey: .above))
            }
        }
        let json = try JSON(encoding: Odd())
        #expect(json == ["inner": ["list": [1, 2]], "above": [1, 2]])
        #expect(try json.decoded(as: Odd.self) == Odd())
        #expect(try JSON(encoding: Animal()).decoded(as: Animal.self).legs == 4)
    }

    @Test func `what does not fit is named with its place`() throws {
        func refusal(_ change: (inout JSON.Object) -> Void) throws -> String? {
            var object = try #require(JSON(encoding: Everything()).object)
            change(&object)
            return message { _ = try JSON.object(object).decoded(as: Everything.self) }
        }
        #expect(try refusal { $0["text"] = 1 } == "json 'text': expected a string, found 1")
        #expect(try refusal { $0["small"] = 128 } == "json 'small': expected a whole number (Int8), found 128")
        #expect(try refusal { $0["whole"] = 1.5 } == "json 'whole': expected a whole number (Int64), found 1.5")
        #expect(try refusal { $0["list"] = [[], [1, "x"]] } == "json 'list.1.1': expected a number, found \"x\"")
        #expect(try refusal { $0["list"] = [:] } == "json 'list': expected an array, found an object")
        #expect(try refusal { $0["truth"] = nil } == "json: has no key 'truth'")
        #expect(try refusal { $0["level"] = "middle" } == "json 'level': Cannot initialize Level from invalid String value middle")
        #expect(try refusal { $0["form"] = [["round": [:]]] }?.hasPrefix("json 'form.0': ") == true)
    }
}

import TestSupport
import Testing

@testable import Formats

@Suite("JSON") struct JSONTests {
    @Test func `a text becomes values and the same text again`() throws {
        let text =
            #"{"z":[1,-2,0.1,1e+20,true,false,null],"a":{"":"ü\n\"\\ \u0001"},"big":18446744073709551615,"low":-9223372036854775808}"#
        let value = try JSON(parsing: text)
        #expect(value.text() == text)
        #expect(value.object?.keys == ["z", "a", "big", "low"])
        #expect(value["big"] == .unsigned(.max) && value["low"] == .integer(.min))
        #expect(value["z"]?[2]?.double == 0.1 && value["z"]?[7] == nil && value["a"]?[""]?.string == "ü\n\"\\ \u{1}")
    }

    @Test func `a pretty text reads back and keeps plain lists on a line`() throws {
        let value: JSON = ["shape": [1, 2, 3], "steps": [["a": 1], []], "none": [:]]
        #expect(
            value.text(isPretty: true)
                == "{\n  \"shape\": [1, 2, 3],\n  \"steps\": [\n    {\n      \"a\": 1\n    },\n    []\n  ],\n  \"none\": {}\n}\n")
        #expect(try JSON(parsing: value.text(isPretty: true)) == value)
    }

    @Test func `escapes of every kind are read`() throws {
        #expect(try JSON(parsing: #""\u00e4\ud83d\ude00\/\b\f\n\r\t""#) == .string("ä😀/\u{8}\u{c}\n\r\t"))
        #expect(try JSON(parsing: " \r\n\t 0 ") == 0)
        #expect(try JSON(parsing: "-0").double?.sign == .minus)
    }

    @Test func `every double survives`() throws {
        var source = SeededRandom(seed: 1)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: source.next())
            guard number.isFinite else { continue }
            let read = try JSON(parsing: JSON.number(number).bytes()).double
            #expect(read?.bitPattern == number.bitPattern)
        }
        for number in [Double.greatestFiniteMagnitude, .leastNonzeroMagnitude, .pi, 0, -0.0, 1 / 3] {
            #expect(try JSON(parsing: JSON.number(number).bytes()).double?.bitPattern == number.bitPattern)
        }
    }

    @Test func `objects are equal whatever the order of their keys`() throws {
        let a = try JSON(parsing: #"{"a":1,"b":[2]}"#), b = try JSON(parsing: #"{"b":[2],"a":1}"#)
        #expect(a == b && a.hashValue == b.hashValue)
        #expect(a != ["a": 1, "b": [3]] && a != ["a": 1, "c": [2]])
        var object = JSON.Object((0..<100).map { ("key\($0)", JSON($0)) })
        object["key50"] = nil
        object["key7"] = "seven"
        #expect(object.count == 99 && object["key50"] == nil && object["key7"] == "seven" && object["key99"] == 99)
    }

    @Test(arguments: [
        ("", "json 'm:1:1': ends where a value is expected"),
        ("{\"a\":1,\n \"a\":2}", "json 'm:2:2': the key \"a\" stands here a second time"),
        ("[1,]", "json 'm:1:4': expected a value"),
        ("[1 2]", "json 'm:1:4': expected ',' or ']' after an element"),
        ("{\"a\" 1}", "json 'm:1:6': expected ':' after a key"),
        ("{\"a\":1 \"b\"", "json 'm:1:8': expected ',' or '}' after a value"),
        ("{1:2}", "json 'm:1:2': expected a key"),
        ("01", "json 'm:1:1': a number does not begin with 0"),
        ("1.", "json 'm:1:3': expected a digit after '.'"),
        ("1e", "json 'm:1:3': expected a digit in the exponent"),
        ("-", "json 'm:1:2': expected a digit"),
        ("1e999", "json 'm:1:1': the number is too large"),
        ("NaN", "json 'm:1:1': expected a value"),
        ("tru", "json 'm:1:1': expected a value"),
        ("\"a\nb\"", "json 'm:1:3': a control character in a string must be escaped"),
        ("\"\\x\"", "json 'm:1:2': no such escape"),
        ("\"\\ud800\"", "json 'm:1:2': half of a surrogate pair"),
        ("\"\\ud800\\u0041\"", "json 'm:1:2': half of a surrogate pair"),
        ("\"\\u12g4\"", "json 'm:1:6': expected four hexadecimal digits"),
        ("\"abc", "json 'm:1:5': ends inside of a string"),
        ("1 1", "json 'm:1:3': expected the end after the value"),
        ("[[[[[1]]]]]", "json 'm:1:5': is nested more than 4 deep"),
        ("[0,0,0,0,0,0,0,0,0,0]", "json 'm:1:20': has more than 10 values"),
        ("                                                                 ", "json 'm': has 65 bytes, at most 64 are read"),
    ]) func `what is no JSON is refused with its place`(text: String, expected: String) {
        let limits = JSON.Limits(bytes: 64, depth: 4, values: 10)
        #expect(message { _ = try JSON(parsing: text, at: "m", limits: limits) } == expected)
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] {
            #expect(message { _ = try JSON(parsing: [0x22] + bytes + [0x22]) } == "json 'line 1, column 1': the string is not UTF-8")
        }
    }

    @Test func `damaged texts are refused or read, and what is read can be written`() throws {
        let valid =
            #"{"steps":[{"operation":"add","operands":[0,0,1,0],"results":[{"shape":[2,3],"dtype":0}],"x":"é\u0041"},-1.5e-7,null,true]}"#
        var source = SeededRandom(seed: 2), read = 0
        for _ in 0..<20_000 {
            let bytes = source.damaged(Array(valid.utf8))
            guard let value = try? JSON(parsing: bytes) else { continue }
            read += 1
            #expect(try JSON(parsing: value.bytes()) == value)
            #expect(try JSON(parsing: value.bytes(isPretty: true)) == value)
        }
        #expect(read > 100 && read < 19_000)
    }
}

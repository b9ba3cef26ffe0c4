import Features
import Formats
import TestSupport
import Testing

private let example = """
    {"columns": [{"name": "torque", "unit": "Nm"}, {"name": "speed"}, {"name": "machine", "type": "string"},
                 {"name": "time", "type": "timestamp"}, {"name": "rul"}],
     "entity": "machine", "order": "time", "gap": "1 h",
     "derived": [{"name": "power", "expression": "torque * speed", "unit": "W"},
                 {"name": "*_mean", "rolling": "mean", "of": "torque", "over": "10 min", "limit": 64},
                 {"name": "hour", "calendar": "hour", "of": "time", "wave": "sine", "offset": "8 h"},
                 {"name": "smooth", "average": 0.2, "of": "power"}, {"name": "was", "lag": 2, "of": "speed"},
                 {"name": "step", "difference": 1, "of": "speed"}],
     "inputs": [{"name": "sensors", "columns": ["torque", "power", "torque_mean"], "impute": "previous", "clip": {"low": 0}, "scale": "standard"},
                {"name": "rest", "columns": "s*", "steps": [{"impute": 0}, {"pca": 0.9}], "windowed": false},
                {"name": "kind", "columns": "machine", "one-hot": {"other": true}}],
     "missing": "drop", "window": {"length": 30}, "target": {"column": "rul", "cap": 125, "unit": "cycles", "horizon": 3}}
    """

private func definition(_ text: String) throws -> FeatureDefinition { try JSON(parsing: text).decoded() }

@Suite("FeatureDefinition") struct DefinitionTests {
    @Test func `the documented form is read, and written so that it reads back the same`() throws {
        let found = try definition(example)
        #expect(found.entity == ["machine"])
        #expect(found.gap == .time(3_600_000_000))
        #expect(found.derived[1].rule == .rolling(.mean, over: .time(600_000_000), minimum: 1, limit: 64))
        #expect(found.derived[2].rule == .calendar(.hour, wave: .sine, offset: 28_800_000_000))
        #expect(found.inputs[0].steps == [.impute(.previous), .clip(low: 0, high: nil), .scale(.standard)])
        #expect(found.inputs[1].steps == [.impute(.constant(0)), .pca(.share(0.9))])
        #expect(found.target?.horizon == 1...3)
        try found.check()
        #expect(try JSON(encoding: found).decoded(as: FeatureDefinition.self) == found)
        for seed in 0..<300 {
            var maker = RandomFeatures(seed)
            let other = maker.definition()
            #expect(try JSON(parsing: JSON(encoding: other).text()).decoded(as: FeatureDefinition.self) == other)
        }
    }

    @Test func `mistakes are answered with the nearest name`() {
        func refuses(_ text: String, _ error: FeatureError, _ place: SourceLocation = #_sourceLocation) {
            #expect(throws: error, sourceLocation: place) {
                try definition(text).check(with: [
                    Field("torque", .double, unit: "Nm"), Field("kind", .category), Field("time", .timestamp),
                ])
            }
        }
        func input(_ rest: String) -> String { #"{"inputs": [{"name": "x", "columns": "torque"\#(rest)}]}"# }
        refuses(#"{"input": []}"#, FeatureError("definition", "unknown key 'input'; did you mean 'inputs'?", at: "features"))
        refuses("{}", FeatureError("definition", "the key 'inputs' is missing", at: "features"))
        refuses(#"{"inputs": []}"#, FeatureError("features", "there are no inputs"))
        refuses(input(#", "scael": "standard""#), FeatureError("definition", "unknown key 'scael'; did you mean 'scale'?", at: "inputs"))
        refuses(
            input(#", "scale": "standart""#),
            FeatureError("definition", "'scale' cannot be 'standart'; did you mean 'standard'?", at: "inputs"))
        refuses(input(#", "impute": "men""#), FeatureError("definition", "'impute' cannot be 'men'; did you mean 'mean'?", at: "inputs"))
        refuses(input(#", "pca": 0"#), FeatureError("pca", "a share of the variance is above 0 and below 1", at: "x"))
        refuses(input(#", "select": 3"#), FeatureError("features", "'select' needs a target", at: "x"))
        refuses(
            #"{"inputs": [{"name": "x", "columns": "troque"}]}"#,
            FeatureError("features", "no column 'troque'; did you mean 'torque'?", at: "x"))
        refuses(
            #"{"inputs": [{"name": "x", "columns": "kind"}]}"#,
            FeatureError("features", "'kind' is a string: encode it by one-hot, ordinal, hash or tokens", at: "inputs"))
        refuses(
            #"{"inputs": [{"name": "x", "columns": "time"}]}"#,
            FeatureError("features", "'time' is a timestamp: take its calendar or its difference", at: "x"))
        refuses(
            #"{"inputs": [{"name": "x", "columns": "torque"}], "target": {"column": "torque"}}"#,
            FeatureError("features", "'torque' is the target of the same row: the model would read the answer", at: "x"))
        refuses(
            #"{"inputs": [{"name": "x", "columns": "*"}], "target": {"column": "torque", "unit": "kNm"}}"#,
            FeatureError("features", "the target is in kNm, the column in Nm", at: "torque"))
        refuses(#"{"inputs": [{"name": "x", "columns": "torque"}], "gap": "1 h"}"#, FeatureError("features", "a gap needs an order"))
        refuses(
            #"{"inputs": [{"name": "x", "columns": "torque"}], "gap": "1 hour"}"#,
            FeatureError("span", "the unit is one of us, ms, s, min, h, d, such as '10 min'", at: "1 hour"))
        refuses(
            #"{"derived": [{"name": "d", "lag": 1, "of": "torque", "over": 3}], "inputs": [{"name": "x", "columns": "d"}]}"#,
            FeatureError("definition", "'over' means nothing beside 'lag'", at: "d"))
        refuses(
            #"{"derived": [{"name": "d", "expression": "torqe * 2"}], "inputs": [{"name": "x", "columns": "d"}]}"#,
            FeatureError("features", "no column 'torqe'; did you mean 'torque'?", at: "d"))
        refuses(
            #"{"derived": [{"name": "d", "expression": "2 * (torque"}], "inputs": [{"name": "x", "columns": "d"}]}"#,
            FeatureError("expression", "')' is expected (letter 12)", at: "2 * (torque"))
        refuses(
            #"{"derived": [{"name": "d", "expression": "lg(torque)"}], "inputs": [{"name": "x", "columns": "d"}]}"#,
            FeatureError("expression", "no function 'lg'; did you mean 'log'? (letter 4)", at: "lg(torque)"))
        refuses(
            #"{"derived": [{"name": "d", "rolling": "mean", "of": "torque", "over": "1 h"}], "inputs": [{"name": "x", "columns": "d"}]}"#,
            FeatureError("features", "a window of time needs an order that is a timestamp", at: "d"))
        refuses(
            #"{"derived": [{"name": "d\#("")", "rolling": "mean", "of": "torque", "over": 1048576}], "inputs": [{"name": "x", "columns": "d"}], "window": {"length": 0}}"#,
            FeatureError("window", "the length is between 1 and 1048576"))
    }

    @Test func `expressions are computed as they are written`() throws {
        let frame = try Frame(["a": Column([2.0, -3.0]), "b c": Column([5.0, nil])])
        func value(_ text: String) throws -> [Float] {
            let definition = FeatureDefinition(
                derived: [DerivedColumn("d", .expression(text))], inputs: [InputGroup("d", ["d"])], missing: .keep)
            return try definition.fit(frame).transform(frame).inputs[0].values.floats ?? []
        }
        #expect(try value("1 + 2 * a ^ 2 - 4 / 2") == [7, 17])
        #expect(try value("-a ^ 2") == [-4, -9])
        #expect(try value("2 ^ 3 ^ 2") == [512, 512])
        #expect(try value("(1 + a) * -2") == [-6, 4])
        #expect(try value("max(abs(a), 2.5) + 1e1") == [12.5, 13])
        let missing = try value("`b c` * a")
        #expect(missing[0] == 10 && missing[1].isNaN)
        #expect(try value("sqrt(a)")[1].isNaN)
        #expect(try value("0 / (a + 3)")[1].isNaN)
        #expect(throws: FeatureError.self) { try value(String(repeating: "(", count: 4000)) }
        #expect(throws: FeatureError.self) { try value(String(repeating: "-", count: 4000) + "a") }
        #expect(throws: FeatureError("expression", "longer than 4096 letters")) { try value(String(repeating: "a", count: 5000)) }
    }

    @Test func `hostile definitions and bundles end in an error or in a definition, never in a trap`() throws {
        let frame = try Frame([
            "torque": Column([1.0, 2, nil, 4]), "speed": Column([1, 2, 3, 4]), "machine": Column(["a", "a", "b", "b"]),
            "time": Column(timestamps: [1, 2, 3, 4]), "rul": Column([4, 3, 2, 1]),
        ])
        let fitted = try JSON(encoding: definition(example.replacing("\"pca\": 0.9", with: "\"pca\": 1")).fit(frame)).text()
        var random = SeededRandom(seed: 11), read = 0, refused = 0
        let pieces = [
            "-1", "1e400", "null", "[]", "{}", "\"\"", "9223372036854775807", "0", "1048577", "\"torque\"", "true", "1e-320", "\"*\"",
        ]
        for text in [example, fitted] {
            let letters = Array(text.utf8)
            for _ in 0..<4000 {
                var bytes = letters
                for _ in 0..<1 + random.below(3) {
                    let place = random.below(bytes.count)
                    switch random.below(4) {
                    case 0: bytes[place] = UInt8(random.below(256))
                    case 1: bytes.remove(at: place)
                    case 2: bytes.insert(contentsOf: Array(random.pick(pieces).utf8), at: place)
                    default:
                        // A number or a word becomes another one.
                        if let start = bytes[place...].firstIndex(where: { $0 == 58 }),
                            let end = bytes[(start + 1)...].firstIndex(where: { [44, 125, 93].contains($0) })
                        {
                            bytes.replaceSubrange(start + 1..<end, with: Array(random.pick(pieces).utf8))
                        }
                    }
                }
                do {
                    let json = try JSON(parsing: bytes)
                    if text == example {
                        let definition: FeatureDefinition = try json.decoded()
                        let fitted = try definition.fit(frame)
                        _ = try fitted.transform(frame)
                    } else {
                        let fitted: FittedFeatures = try json.decoded()
                        _ = try fitted.transform(frame)
                    }
                    read += 1
                } catch {
                    refused += 1
                }
            }
        }
        #expect(read > 50 && refused > 2000, "\(read) read, \(refused) refused")
    }
}

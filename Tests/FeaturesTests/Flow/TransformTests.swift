import Engine
import Testing

@testable import Features

private func engines() throws -> Frame {
    try Frame([
        "unit": Column([1, 1, 1, 1, 2, 2, 2]), "cycle": Column([1, 2, 3, 4, 1, 2, 3]), "s1": Column([1.0, 2, 3, 4, 10, 20, 30]),
        "rul": Column([3, 2, 1, 0, nil, 1, 0]),
    ])
}

@Suite("Samples of tables") struct TransformTests {
    @Test func `windows are cut per entity, padded where that is wanted, strided from the first`() throws {
        func set(_ window: WindowDefinition) throws -> FeatureSet {
            try FeatureDefinition(entity: ["unit"], order: "cycle", inputs: [InputGroup("s", ["s*"])], window: window).fit(engines())
                .transform(engines())
        }
        let plain = try set(WindowDefinition(length: 3))
        #expect(plain.rows == [2, 3, 6])
        #expect(plain.inputs[0].shape == [3, 1])
        #expect(plain.inputs[0].values == .float([1, 2, 3, 2, 3, 4, 10, 20, 30]))
        #expect(plain.inputs[0].values(of: [2, 0]) == .float([10, 20, 30, 1, 2, 3]))
        #expect(plain.inputs[0].tensor(of: [1]).values(Float.self) == [2, 3, 4])
        #expect(plain.entities == [0, 0, 1] && plain.entityNames == ["1", "2"])
        let padded = try set(WindowDefinition(length: 3, stride: 2, pads: true))
        #expect(padded.rows == [0, 2, 4, 6])
        #expect(padded.inputs[0].values == .float([0, 0, 1, 1, 2, 3, 0, 0, 10, 10, 20, 30]))
    }

    @Test func `a target is capped, scaled and restored; rows without one are listed`() throws {
        let definition = FeatureDefinition(
            entity: ["unit"], order: "cycle", inputs: [InputGroup("s", ["s1"])],
            target: TargetDefinition("rul", cap: 2, unit: "cycles", scale: .minMax))
        let fitted = try definition.fit(engines()), set = try fitted.transform(engines())
        #expect(set.rows == [0, 1, 2, 3, 5, 6])
        #expect(set.target?.values == .float([1, 1, 0.5, 0, 0.5, 0]))
        #expect(set.target?.shape == [])
        #expect(fitted.restored([1, 0.5, 0]) == [2, 1, 0])
        #expect(set.dropped == [.init(reason: "the target is missing", rows: [4])])
        #expect(set.summary == "1 row dropped: the target is missing")
        let without = try fitted.transform(engines().dropping(["rul"]))
        #expect(without.target == nil && without.count == 7)
    }

    @Test func `a horizon takes the values that come after, within the entity`() throws {
        let definition = FeatureDefinition(
            entity: ["unit"], order: "cycle", inputs: [InputGroup("s", ["s1"])], window: WindowDefinition(length: 2),
            target: TargetDefinition("s1", horizon: 1...2))
        let fitted = try definition.fit(engines()), set = try fitted.transform(engines())
        #expect(set.rows == [1])
        #expect(set.target?.shape == [2])
        #expect(set.target?.values == .float([3, 4]))
        #expect(set.dropped == [.init(reason: "the horizon passes the end of the entity's run", rows: [2, 3, 5, 6])])
        #expect(try fitted.transform(engines(), withTarget: false).rows == [1, 2, 3, 5, 6])
    }

    @Test func `classes are learned in sorted order, an unknown one is refused`() throws {
        let frame = try Frame(["x": Column([1.0, 2, 3]), "kind": Column(["worn", "sound", nil])])
        let fitted = try FeatureDefinition(inputs: [InputGroup("x", ["x"])], target: TargetDefinition("kind", classes: [])).fit(frame)
        #expect(fitted.classes == ["sound", "worn"])
        #expect(try fitted.transform(frame).target?.values == .int([1, 0]))
        #expect(throws: FeatureError("features", "row 0 has the class 'wron'; did you mean 'worn'?", at: "target")) {
            try fitted.transform(Frame(["x": Column([1.0]), "kind": Column(["wron"])]))
        }
    }

    @Test func `missing values are refused, dropped or kept as the definition says`() throws {
        let frame = try Frame(["x": Column([1.0, nil, 3, 4]), "y": Column([1.0, 2, 3, 4])])
        func set(_ missing: FeatureDefinition.Missing, window: WindowDefinition? = nil) throws -> FeatureSet {
            try FeatureDefinition(inputs: [InputGroup("n", ["y", "x"])], missing: missing, window: window).fit(frame).transform(frame)
        }
        #expect(throws: FeatureError("features", "row 1 has no value, and no step fills it", at: "x")) { try set(.refuse) }
        let dropped = try set(.drop)
        #expect(dropped.rows == [0, 2, 3] && dropped.dropped == [.init(reason: "'x' is missing", rows: [1])])
        #expect(try set(.drop, window: WindowDefinition(length: 2)).rows == [3])
        #expect(try set(.keep).inputs[0].values.floats?[3].isNaN == true)
    }

    @Test func `other units, types and names are refused`() throws {
        let frame = try Frame(["x": Column([1.0], unit: "m"), "u": Column(["a"])])
        let fitted = try FeatureDefinition(entity: ["u"], inputs: [InputGroup("n", ["x"])]).fit(frame)
        #expect(throws: FeatureError("features", "the table has it in mm, the definition in m", at: "x")) {
            try fitted.transform(Frame(["x": Column([1.0], unit: "mm"), "u": Column(["a"])]))
        }
        #expect(throws: FeatureError("features", "a number is needed, the table has category", at: "x")) {
            try fitted.transform(Frame(["x": Column(["1"]), "u": Column(["a"])]))
        }
        #expect(throws: FeatureError("features", "the table has no column 'x'; there are X1, u")) {
            try fitted.transform(Frame(["X1": Column([1.0]), "u": Column(["a"])]))
        }
        #expect(throws: FeatureError("features", "row 0 has no entity", at: "u")) {
            try fitted.transform(Frame(["x": Column([1.0], unit: "m"), "u": Column([nil] as [String?])]))
        }
        #expect(throws: FeatureError("features", "no array 'm'; there are n")) { try fitted.transform(frame).array("m") }
    }
}

import Features
import Testing

private func sample() throws -> Frame {
    try Frame([
        "torque": Column([40.5, nil, 42.0, -0.0, 0.0], unit: "Nm"), "machine": Column(["b", "a", nil, "b", "a"]),
        "cycle": Column([3, 1, 2, 1, 2]), "on": Column([true, nil, false, true, false]),
        "time": Column(timestamps: [5, 4, nil, 2, 1]),
    ])
}

@Suite("Frame") struct FrameTests {
    @Test func `columns keep their values, nulls and units`() throws {
        let frame = try sample()
        #expect(frame.rowCount == 5)
        #expect(frame.fields.map(\.type) == [.double, .category, .int, .bool, .timestamp])
        #expect(frame[0, "torque"] == 40.5)
        #expect(frame[1, "torque"] == nil)
        #expect(frame[2, "machine"] == nil)
        #expect(frame[3, "machine"] == "b")
        #expect(frame[0, "time"] == .timestamp(5))
        #expect(try frame.column("torque").nullCount == 1)
        #expect(try frame.column("torque").unit == "Nm")
        #expect(try frame.column("cycle").numbers == [3, 1, 2, 1, 2])
        #expect(try frame.column("on").numbers?.map { $0.isNaN ? -1 : $0 } == [1, -1, 0, 1, 0])
        #expect(try frame.column("machine").strings == ["b", "a", nil, "b", "a"])
        #expect(try frame.column("machine").numbers == nil)
        #expect(frame.row(1) == ["torque": nil, "machine": "a", "cycle": 1, "on": nil, "time": .timestamp(4)])
    }

    @Test func `an unknown column is answered with the nearest name`() throws {
        let frame = try sample()
        #expect(throws: FeatureError("frame", "no column 'troque'; did you mean 'torque'?")) { try frame.column("troque") }
        #expect(throws: FeatureError("frame", "no column 'pressure'; there are torque, machine, cycle, on, time")) {
            try frame.column("pressure")
        }
        #expect(nearest(to: "Cycles", among: frame.names) == "cycle")
        #expect(frame.names(matching: "*o*") == ["torque", "on"])
        #expect(frame.names(matching: "?n") == ["on"])
        #expect(frame.names(matching: "t*e") == ["torque", "time"])
    }

    @Test func `columns of other lengths and names taken are refused`() throws {
        var frame = try sample()
        #expect(throws: FeatureError("frame", "the column has 2 rows, the frame 5", at: "x")) { try frame.add("x", Column([1, 2])) }
        #expect(throws: FeatureError("frame", "a column 'on' is there already")) { try frame.add("on", Column([1, 2])) }
        #expect(throws: FeatureError("column", "row 1 has the code 2, there are 2 names")) {
            try Column(codes: [0, 2], names: ["a", "b"])
        }
        #expect(throws: FeatureError("column", "the names of categories are not distinct")) { try Column(codes: [0], names: ["a", "a"]) }
        let ignored = try Column(codes: [7, 0], names: ["a"], validity: Validity([false, true]))
        #expect(ignored == Column([nil, "a"]))
    }

    @Test func `rows are picked, repeated and sliced with their nulls`() throws {
        let frame = try sample()
        let picked = frame.rows([4, 1, 1])
        #expect(picked.rowCount == 3)
        #expect(picked[1, "torque"] == nil)
        #expect(picked[0, "machine"] == "a")
        #expect(frame.rows(1..<3)[1, "torque"] == 42.0)
        #expect(frame.rows { frame[$0, "machine"] == "b" }[1, "cycle"] == 1)
        let chunks = frame.chunks(of: 2)
        #expect(chunks.map(\.rowCount) == [2, 2, 1])
        var joined = Frame()
        for chunk in chunks { try joined.append(chunk) }
        #expect(joined == frame)
    }

    @Test func `appending joins categories by name and refuses what does not fit`() throws {
        var frame = try Frame(["a": Column(["x", "y"]), "b": Column([1.0, 2.0], unit: "s")])
        try frame.append(Frame(["b": Column([nil, 4.0], unit: "s"), "a": Column(["y", "z"])]))
        #expect(try frame.column("a") == Column(["x", "y", "y", "z"]))
        #expect(try frame.column("b") == Column([1.0, 2, nil, 4], unit: "s"))
        #expect(throws: FeatureError("append", "the unit ms does not fit s", at: "b")) {
            try frame.append(Frame(["a": Column(["x"]), "b": Column([1.0], unit: "ms")]))
        }
        #expect(throws: FeatureError("append", "int does not fit double", at: "b")) {
            try frame.append(Frame(["a": Column(["x"]), "b": Column([1], unit: "s")]))
        }
        #expect(throws: FeatureError("append", "there is no column 'c' to append to; there are a, b")) {
            try frame.append(Frame(["a": Column(["x"]), "b": Column([1.0], unit: "s"), "c": Column([1])]))
        }
    }

    @Test func `sorting is stable, nulls come last either way`() throws {
        let frame = try sample()
        #expect(try frame.order(by: ["torque"]) == [3, 4, 0, 2, 1])
        #expect(try frame.order(by: [SortKey("torque", descending: true)]) == [2, 0, 3, 4, 1])
        #expect(try frame.order(by: ["machine", SortKey("cycle", descending: true)]) == [4, 1, 0, 3, 2])
        #expect(try frame.order(by: ["time"]) == [4, 3, 1, 0, 2])
        let odd = try Frame(["x": Column([Double.nan, .infinity, -.infinity, -1, 1], validity: Validity([true, true, true, true, false]))])
        #expect(try odd.order(by: ["x"]) == [2, 3, 1, 0, 4])
        #expect(try odd.order(by: [SortKey("x", descending: true)]) == [1, 3, 2, 0, 4])
    }

    @Test func `groups come in the order in which they are seen, null is one of them`() throws {
        let frame = try sample()
        let groups = try frame.groups(by: ["machine"])
        #expect(groups.count == 3)
        #expect((0..<3).map { Array(groups[$0]) } == [[0, 3], [1, 4], [2]])
        #expect(groups.ids == [0, 1, 2, 0, 1])
        #expect(try frame.groups(by: ["machine", "cycle"]).count == 5)
        #expect(try frame.groups(by: ["torque"]).count == 4)
        #expect(try frame.groups(by: []).count == 1)
    }

    @Test func `a million rows are sorted and grouped like the plain way does it`() throws {
        let count = 1_000_000
        var state: UInt64 = 1
        let values = (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 44)
        }
        let frame = try Frame(["v": Column(values), "g": Column(values.map { $0 % 1000 })])
        let sorted = try frame.sorted(by: "v")
        #expect(try sorted.column("v").numbers == values.sorted().map(Double.init))
        let groups = try frame.groups(by: ["g"])
        #expect(groups.count == Set(values.map { $0 % 1000 }).count)
        #expect(groups[0].allSatisfy { values[$0] % 1000 == values[0] % 1000 })
    }
}

/// A stream as a drawing: lanes of marks on a line of ticks, what comes in and what is to come out.
///
///     let drawing = Drawing(
///         """
///         in    a b c d
///         time  1 3 2 6
///         out   . . . a
///         out         c
///         out         b
///         """)
///     #expect(drawing.mismatch(in: ["out"]) { tick in ["out": machine.on(drawing["in", tick], drawing.number("time", tick))] } == nil)
///
/// A line begins with the name of its lane. Every other column is a tick; a dot or a space means that nothing is there. What comes out at
/// one tick stands one below the other, in lines of the same name.
public struct Drawing: Sendable {
    /// The lanes in their order: a name, and the marks at each tick.
    public let lanes: [(name: String, marks: [[Character]])]
    /// How many ticks there are.
    public let length: Int

    public init(_ text: String) {
        let lines = text.split(separator: "\n").map(Array.init).filter { $0.contains { $0 != " " } }
        let names = lines.map { String($0.prefix { $0 != " " }) }
        let margin = zip(lines, names).map { line, name in name.count + line.dropFirst(name.count).prefix { $0 == " " }.count }.min() ?? 0
        precondition(
            zip(lines, names).allSatisfy { $1.count < margin && $0.prefix(margin).last == " " },
            "drawing: the marks of all lanes begin in the same column, behind the longest name")
        length = lines.map { ($0.count - margin + 1) / 2 }.max() ?? 0
        var lanes: [(name: String, marks: [[Character]])] = []
        for (line, name) in zip(lines, names) {
            if !lanes.contains(where: { $0.name == name }) { lanes.append((name, Array(repeating: [], count: length))) }
            guard let lane = lanes.firstIndex(where: { $0.name == name }) else { continue }
            for (place, mark) in line.dropFirst(margin).enumerated() where mark != " " && mark != "." {
                precondition(place % 2 == 0, "drawing: the mark '\(mark)' of '\(name)' stands between two ticks")
                lanes[lane].marks[place / 2].append(mark)
            }
        }
        self.lanes = lanes
    }

    /// The mark of a lane at a tick; nil where there is none.
    public subscript(lane: String, tick: Int) -> Character? { lanes.first { $0.name == lane }?.marks[tick].first }

    /// The mark as a number: digits as they are, then a = 10 to z = 35.
    public func number(_ lane: String, _ tick: Int) -> Int? { self[lane, tick].flatMap { Int(String($0), radix: 36) } }

    /// Whether what comes out is what is drawn.
    ///
    /// - Parameter body: what comes out at a tick, lane by lane.
    /// - Returns: nil where it is; else the lanes as they should have been drawn.
    public func mismatch(in outputs: [String], _ body: (_ tick: Int) throws -> [String: [Character]]) rethrows -> String? {
        var found = outputs.map { (name: $0, marks: Array(repeating: [Character](), count: length)) }
        for tick in 0..<length {
            let marks = try body(tick)
            precondition(marks.keys.allSatisfy(outputs.contains), "drawing: nobody asked for the lanes \(marks.keys.sorted())")
            for lane in found.indices { found[lane].marks[tick] = marks[found[lane].name] ?? [] }
        }
        let wanted = outputs.map { name in lanes.first { $0.name == name }?.marks ?? Array(repeating: [], count: length) }
        return found.map(\.marks) == wanted ? nil : found.map(rendered).joined(separator: "\n")
    }

    private func rendered(_ name: String, _ marks: [[Character]]) -> String {
        let margin = (lanes.map(\.name.count).max() ?? 0) + 2, depth = max(1, marks.map(\.count).max() ?? 1)
        return (0..<depth).map { row in
            let line = marks.map { $0.count > row ? String($0[row]) : row == 0 ? "." : " " }.joined(separator: " ")
            return name + String(repeating: " ", count: margin - name.count) + line
        }.joined(separator: "\n")
    }
}

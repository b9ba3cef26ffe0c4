/// Where the model stands between the floor, baselines and published results: dots on one scale, the interval as a bar.
struct StandingChart {
    struct Row {
        let name: String
        let value: Double
        var low: Double?
        var high: Double?
        /// One of the page's colours.
        let color: String
        let note: String
    }

    let title: String
    let rows: [Row]
    let largerIsBetter: Bool

    private static let width = 860.0, rowHeight = 30.0, left = 236.0, right = 96.0, top = 26.0

    var svg: String {
        let height = Self.top + Double(rows.count) * Self.rowHeight + 14
        let values = rows.flatMap { [$0.value, $0.low ?? $0.value, $0.high ?? $0.value] }
        let axis = Axis(values, from: Self.left, to: Self.width - Self.right, count: 6, padding: 0.06)
        var parts: [String] = []
        for tick in axis.ticks {
            let place = Markup.place(axis(tick))
            parts.append(
                "<line class=\"grid\" x1=\"\(place)\" x2=\"\(place)\" y1=\"\(Markup.place(Self.top - 4))\" y2=\"\(Markup.place(height - 10))\"/>"
            )
            parts.append(
                "<text class=\"tick\" x=\"\(place)\" y=\"\(Markup.place(Self.top - 12))\" text-anchor=\"middle\">\(axis.label(tick))</text>"
            )
        }
        for (number, row) in rows.enumerated() {
            let y = Self.top + (Double(number) + 0.5) * Self.rowHeight, place = Markup.place(y)
            parts.append(
                "<text class=\"name\(row.color == "c0" ? " ours" : "")\" x=\"\(Markup.place(Self.left - 14))\" y=\"\(place)\" dy=\"0.34em\" text-anchor=\"end\">\(Markup.escaped(Self.shortened(row.name)))<title>\(Markup.escaped(row.name))</title></text>"
            )
            if let low = row.low, let high = row.high {
                parts.append(
                    "<line class=\"whisker \(row.color)\" x1=\"\(Markup.place(axis(low)))\" x2=\"\(Markup.place(axis(high)))\" y1=\"\(place)\" y2=\"\(place)\"/>"
                )
            }
            parts.append(
                "<circle class=\"dot \(row.color)\" cx=\"\(Markup.place(axis(row.value)))\" cy=\"\(place)\" r=\"\(row.color == "c0" ? "7" : "5.5")\"><title>\(Markup.escaped("\(row.name): \(Wording.plain(row.value))"))</title></circle>"
            )
            parts.append(
                "<text class=\"value\(row.color == "c0" ? " ours" : "")\" x=\"\(Markup.place(Self.width - Self.right + 20))\" y=\"\(place)\" dy=\"0.34em\">\(Wording.plain(row.value))</text>"
            )
        }
        return
            "<svg viewBox=\"0 0 \(Markup.place(Self.width)) \(Markup.place(height))\" role=\"img\" aria-label=\"\(Markup.escaped(title))\">\(parts.joined())</svg>"
    }

    var figure: String {
        var seen: Set<String> = []
        let legend = rows.filter { seen.insert($0.color).inserted }
            .map { "<span class=\"key\"><i class=\"\($0.color)\"></i>\(Markup.escaped($0.note))</span>" }.joined()
        return
            "<figure><figcaption><b>\(Markup.escaped(title))</b><span class=\"hint\">\(largerIsBetter ? "further right is better" : "further left is better")</span><span class=\"legend\">\(legend)</span></figcaption>\(svg)</figure>"
    }

    private static func shortened(_ name: String) -> String { name.count > 28 ? name.prefix(27) + "…" : name }
}

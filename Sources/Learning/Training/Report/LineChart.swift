/// Curves over epochs as SVG.
struct LineChart {
    struct Series {
        let name: String
        /// One of the page's colours, `c0` to `c3`.
        let color: String
        let points: [(x: Double, y: Double)]
    }

    let title: String
    let series: [Series]
    /// Values that spread widely are shown by their logarithms.
    var mayBeLogarithmic = false
    /// The epoch to be marked.
    var marked: Double?

    private static let width = 560.0, height = 280.0
    private static let left = 56.0, right = 16.0, top = 18.0, bottom = 38.0

    var svg: String {
        let points = series.flatMap(\.points)
        let x = Axis(points.map(\.x), from: Self.left, to: Self.width - Self.right, count: 8, padding: 0, isWhole: true)
        let y = Axis(points.map(\.y), from: Self.height - Self.bottom, to: Self.top, mayBeLogarithmic: mayBeLogarithmic)
        let base = Self.height - Self.bottom
        var parts: [String] = []
        for tick in y.ticks {
            let place = Markup.place(y(tick))
            parts.append(
                "<line class=\"grid\" x1=\"\(Markup.place(Self.left))\" x2=\"\(Markup.place(Self.width - Self.right))\" y1=\"\(place)\" y2=\"\(place)\"/>"
            )
            parts.append(
                "<text class=\"tick\" x=\"\(Markup.place(Self.left - 8))\" y=\"\(place)\" dy=\"0.32em\" text-anchor=\"end\">\(y.label(tick))</text>"
            )
        }
        for tick in x.ticks {
            parts.append(
                "<text class=\"tick\" x=\"\(Markup.place(x(tick)))\" y=\"\(Markup.place(base + 16))\" text-anchor=\"middle\">\(x.label(tick))</text>"
            )
        }
        parts.append(
            "<text class=\"tick\" x=\"\(Markup.place((Self.left + Self.width - Self.right) / 2))\" y=\"\(Markup.place(Self.height - 4))\" text-anchor=\"middle\">epoch</text>"
        )
        if let marked, marked >= x.low, marked <= x.high {
            let place = x(marked), isRight = place > Self.width * 0.8
            parts.append(
                "<line class=\"mark\" x1=\"\(Markup.place(place))\" x2=\"\(Markup.place(place))\" y1=\"\(Markup.place(Self.top))\" y2=\"\(Markup.place(base))\"/>"
            )
            parts.append(
                "<text class=\"tick\" x=\"\(Markup.place(place + (isRight ? -5 : 5)))\" y=\"\(Markup.place(Self.top + 4))\" text-anchor=\"\(isRight ? "end" : "start")\">best</text>"
            )
        }
        for line in series {
            let finite = line.points.filter { $0.y.isFinite }
            let path = finite.enumerated().map { "\($0 == 0 ? "M" : "L")\(Markup.place(x($1.x))) \(Markup.place(y($1.y)))" }.joined()
            parts.append("<path class=\"line \(line.color)\" d=\"\(path)\"/>")
            // Places to rest the pointer on; many of them only as invisible targets.
            for point in finite {
                parts.append(
                    "<circle class=\"dot \(line.color)\(finite.count > 40 ? " hidden" : "")\" cx=\"\(Markup.place(x(point.x)))\" cy=\"\(Markup.place(y(point.y)))\" r=\"\(finite.count > 40 ? "5" : "2.6")\"><title>\(Markup.escaped("\(line.name), epoch \(Int(point.x)): \(Wording.plain(point.y))"))</title></circle>"
                )
            }
        }
        return
            "<svg viewBox=\"0 0 \(Markup.place(Self.width)) \(Markup.place(Self.height))\" role=\"img\" aria-label=\"\(Markup.escaped(title))\">\(parts.joined())</svg>"
    }

    /// The chart with its title and what the colours mean.
    var figure: String {
        let values = series.flatMap(\.points).map(\.y)
        let isLogarithmic = Axis(values, from: 0, to: 1, mayBeLogarithmic: mayBeLogarithmic).isLogarithmic
        let hint = isLogarithmic ? "<span class=\"hint\">logarithmic</span>" : ""
        let legend = series.map { "<span class=\"key\"><i class=\"\($0.color)\"></i>\(Markup.escaped($0.name))</span>" }.joined()
        return
            "<figure><figcaption><b>\(Markup.escaped(title))</b>\(hint)<span class=\"legend\">\(legend)</span></figcaption>\(svg)</figure>"
    }
}

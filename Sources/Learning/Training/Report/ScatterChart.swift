/// Predicted against true numbers as SVG; on the diagonal they agree.
struct ScatterChart {
    let scatter: TrainingReport.Scatter
    private static let most = 2000

    var svg: String {
        let width = 480.0, height = 440.0, left = 60.0, bottom = 46.0, top = 12.0, right = 12.0
        let all = scatter.truths + scatter.predictions
        let x = Axis(all, from: left, to: width - right, count: 6), y = Axis(all, from: height - bottom, to: top, count: 6)
        var parts: [String] = []
        for tick in x.ticks {
            let (across, down) = (Markup.place(x(tick)), Markup.place(y(tick)))
            parts.append(
                "<line class=\"grid\" x1=\"\(across)\" x2=\"\(across)\" y1=\"\(Markup.place(top))\" y2=\"\(Markup.place(height - bottom))\"/>"
            )
            parts.append(
                "<line class=\"grid\" x1=\"\(Markup.place(left))\" x2=\"\(Markup.place(width - right))\" y1=\"\(down)\" y2=\"\(down)\"/>")
            parts.append(
                "<text class=\"tick\" x=\"\(across)\" y=\"\(Markup.place(height - bottom + 16))\" text-anchor=\"middle\">\(x.label(tick))</text>"
            )
            parts.append(
                "<text class=\"tick\" x=\"\(Markup.place(left - 8))\" y=\"\(down)\" dy=\"0.32em\" text-anchor=\"end\">\(y.label(tick))</text>"
            )
        }
        parts.append(
            "<line class=\"mark\" x1=\"\(Markup.place(x(x.low)))\" y1=\"\(Markup.place(y(x.low)))\" x2=\"\(Markup.place(x(x.high)))\" y2=\"\(Markup.place(y(x.high)))\"/>"
        )
        // Of very many points every n-th is drawn: more would only be a dark patch in a large file.
        let step = max(1, (scatter.truths.count + Self.most - 1) / Self.most)
        for place in stride(from: 0, to: scatter.truths.count, by: step) {
            let (truth, prediction) = (scatter.truths[place], scatter.predictions[place])
            guard truth.isFinite, prediction.isFinite else { continue }
            parts.append(
                "<circle class=\"point\" cx=\"\(Markup.place(x(truth)))\" cy=\"\(Markup.place(y(prediction)))\" r=\"3\"><title>\(Markup.escaped("true \(Wording.plain(truth)), predicted \(Wording.plain(prediction))"))</title></circle>"
            )
        }
        let unit = scatter.unit.isEmpty ? "" : ", " + scatter.unit
        parts.append(
            "<text class=\"tick\" x=\"\(Markup.place((left + width - right) / 2))\" y=\"\(Markup.place(height - 8))\" text-anchor=\"middle\">\(Markup.escaped("true" + unit))</text>"
        )
        parts.append(
            "<text class=\"tick\" transform=\"translate(14 \(Markup.place((height - bottom + top) / 2))) rotate(-90)\" text-anchor=\"middle\">\(Markup.escaped("predicted" + unit))</text>"
        )
        return
            "<svg viewBox=\"0 0 480 440\" style=\"max-width:560px\" role=\"img\" aria-label=\"predicted against true\">\(parts.joined())</svg>"
    }

    var figure: String {
        let step = max(1, (scatter.truths.count + Self.most - 1) / Self.most)
        let hint = step == 1 ? "" : "<span class=\"hint\">one of \(step) samples is drawn</span>"
        return "<figure><figcaption><b>Predicted against true</b>\(hint)</figcaption>\(svg)</figure>"
    }
}

extension TrainingReport {
    /// The report as one page that needs nothing else: text, tables and drawings, for light and dark screens and for paper.
    public var html: String {
        let parts = [heading, warningBoxes, standing, curves, details, comparison, factTables]
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width,initial-scale=1">
            <title>\(Markup.escaped(title))</title>
            <style>\(ReportStyle.css)</style>
            </head>
            <body>
            <main>
            \(parts.filter { !$0.isEmpty }.joined(separator: "\n"))
            <footer>Made by Millrace\(date.isEmpty ? "" : " · \(Markup.escaped(date))"). Intervals hold the true value in 95 of 100 cases (bootstrap).</footer>
            </main>
            </body>
            </html>

            """
    }

    private var heading: String {
        let numbers = measures.enumerated().map { place, measure in
            let interval = measure.low.flatMap { low in measure.high.map { "\(Wording.plain(low)) to \(Wording.plain($0))" } } ?? "&nbsp;"
            return
                "<div class=\"number\(place == 0 ? " first" : "")\"><div class=\"name\">\(Markup.escaped(measure.name))</div><div class=\"value\">\(Wording.plain(measure.value))</div><div class=\"interval\">\(interval)</div></div>"
        }.joined()
        let ours = verdict.map { "<p class=\"verdict\">\(Markup.escaped($0))</p>" } ?? ""
        return
            "<header><div class=\"over\">Training report\(date.isEmpty ? "" : " · \(Markup.escaped(date))")</div><h1>\(Markup.escaped(title))</h1><p>\(Markup.escaped(summary))</p></header>"
            + (numbers.isEmpty ? "" : "<div class=\"numbers\">\(numbers)</div>") + ours
    }

    private var warningBoxes: String {
        warnings.map { "<div class=\"warning\">\(Markup.escaped($0.prefix(1).uppercased() + $0.dropFirst()))</div>" }.joined()
    }

    private var standing: String {
        guard let measure = measures.first, !references.isEmpty || !baselines.isEmpty else { return "" }
        var rows = [
            StandingChart.Row(
                name: "this model", value: measure.value, low: measure.low, high: measure.high, color: "c0", note: "this model")
        ]
        rows += baselines.map { .init(name: $0.name, value: $0.value, color: "c3", note: "baseline on the same samples") }
        rows += references.map {
            .init(
                name: $0.name, value: $0.value, color: $0.kind == .floor ? "c2" : "c1",
                note: $0.kind == .floor ? "what costs nothing" : "published")
        }
        rows.sort { measure.largerIsBetter ? $0.value > $1.value : $0.value < $1.value }
        return "<h2>Where it stands</h2>" + StandingChart(title: measure.name, rows: rows, largerIsBetter: measure.largerIsBetter).figure
    }

    private var curves: String {
        guard history.count > 1 else { return "" }
        func points(_ value: (EpochRecord) -> Double?) -> [(x: Double, y: Double)] {
            history.compactMap { record in value(record).map { (Double(record.epoch), $0) } }
        }
        let names = history[0].scores.map(\.name)
        let best = bestEpoch.map(Double.init)
        var loss = [LineChart.Series(name: "training", color: "c0", points: points(\.loss))]
        if names.contains("loss") { loss.append(.init(name: "validation", color: "c1", points: points { $0.score("loss") })) }
        var charts = [LineChart(title: "Loss", series: loss, mayBeLogarithmic: true, marked: best)]
        for name in names where name != "loss" {
            charts.append(
                LineChart(title: name, series: [.init(name: "validation", color: "c1", points: points { $0.score(name) })], marked: best))
        }
        if Set(history.map(\.rate)).count > 1 {
            charts.append(
                LineChart(title: "Learning rate", series: [.init(name: "at the end of the epoch", color: "c2", points: points(\.rate))]))
        }
        return "<h2>How it learned</h2><div class=\"pair\">\(charts.map(\.figure).joined())</div>"
    }

    private var details: String {
        let parts = [confusion.map { ConfusionChart(confusion: $0).figure }, scatter.map { ScatterChart(scatter: $0).figure }].compactMap {
            $0
        }
        return parts.isEmpty ? "" : "<h2>Where it errs</h2><div class=\"pair\">\(parts.joined())</div>"
    }

    private var comparison: String {
        guard let measure = measures.first, !baselines.isEmpty || !references.isEmpty else { return "" }
        func row(_ name: String, _ value: Double, _ difference: String, kind: String, isOurs: Bool = false) -> String {
            "<tr\(isOurs ? " class=\"ours\"" : "")><td>\(Markup.escaped(name))</td><td>\(kind)</td><td class=\"figure\">\(Wording.plain(value))</td><td class=\"figure\">\(difference)</td></tr>"
        }
        var rows = [row("this model", measure.value, "", kind: "deep model", isOurs: true)]
        for baseline in baselines {
            var text = ""
            if let difference = baseline.difference {
                var look = "unclear"
                if let low = baseline.low, let high = baseline.high, low > 0 || high < 0 {
                    look = (difference > 0) == measure.largerIsBetter ? "better" : "worse"
                }
                let interval = baseline.low.flatMap { low in baseline.high.map { " [\(Self.signed(low)), \(Self.signed($0))]" } } ?? ""
                text = "<span class=\"\(look)\">\(Self.signed(difference))\(interval)</span>"
            }
            rows.append(row(baseline.name, baseline.value, text, kind: "baseline"))
        }
        for reference in references {
            let source = reference.source.map { ", \(Markup.escaped($0))" } ?? ""
            rows.append(row(reference.name, reference.value, "", kind: reference.kind == .floor ? "floor" : "published" + source))
        }
        let seeds =
            self.seeds.count > 1
            ? "<p class=\"hint\">\(Markup.escaped(measure.name)) of \(self.seeds.count) seeds: \(self.seeds.map(Wording.plain).joined(separator: ", "))</p>"
            : ""
        return
            "<h2>Compared on the same samples</h2><div class=\"card scroll\"><table><thead><tr><th>model</th><th>kind</th><th class=\"figure\">\(Markup.escaped(measure.name))</th><th class=\"figure\">this model minus it, with interval</th></tr></thead><tbody>\(rows.joined())</tbody></table>\(seeds)</div>"
    }

    private var factTables: String {
        guard !facts.isEmpty else { return "" }
        let cards = facts.map { group in
            let rows = group.facts.map { "<tr><td>\(Markup.escaped($0.name))</td><td>\(Markup.escaped($0.value))</td></tr>" }.joined()
            return "<div class=\"card\"><h3>\(Markup.escaped(group.name))</h3><table><tbody>\(rows)</tbody></table></div>"
        }
        return "<h2>What went into it</h2><div class=\"pair\">\(cards.joined())</div>"
    }

    static func signed(_ value: Double) -> String { value > 0 ? "+" + Wording.plain(value) : value < 0 ? "−" + Wording.plain(-value) : "0" }
}

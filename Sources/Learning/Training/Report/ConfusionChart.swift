/// Which classes are taken for which: a grid of shares of each row as SVG.
struct ConfusionChart {
    let confusion: TrainingReport.Confusion

    var svg: String {
        let labels = confusion.labels, count = labels.count
        let cell = max(14.0, min(64, 520 / Double(count)))
        let longest = labels.map(\.count).max() ?? 1
        let left = min(150, 26 + Double(min(longest, 18)) * 7), top = 22.0
        let isTurned = Double(longest) * 7 > cell
        let below = isTurned ? min(130, Double(min(longest, 18)) * 6 + 22) : 34
        let width = left + Double(count) * cell + 8, height = top + Double(count) * cell + below
        var parts: [String] = [
            "<text class=\"tick\" x=\"\(Markup.place(left))\" y=\"12\">columns: taken for · rows: true class</text>"
        ]
        func name(_ label: String) -> String { Markup.escaped(label.count > 18 ? label.prefix(17) + "…" : label) }
        for row in 0..<count {
            let y = top + Double(row) * cell
            let total = max(1, confusion.counts[row].reduce(0, +))
            parts.append(
                "<text class=\"tick\" x=\"\(Markup.place(left - 8))\" y=\"\(Markup.place(y + cell / 2))\" dy=\"0.34em\" text-anchor=\"end\">\(name(labels[row]))</text>"
            )
            let x = left + (Double(row) + 0.5) * cell, base = top + Double(count) * cell
            if isTurned {
                parts.append(
                    "<text class=\"tick\" transform=\"translate(\(Markup.place(x + 3)) \(Markup.place(base + 8))) rotate(-50)\" text-anchor=\"end\">\(name(labels[row]))</text>"
                )
            } else {
                parts.append(
                    "<text class=\"tick\" x=\"\(Markup.place(x))\" y=\"\(Markup.place(base + 18))\" text-anchor=\"middle\">\(name(labels[row]))</text>"
                )
            }
            for column in 0..<count {
                let number = confusion.counts[row][column], share = Double(number) / Double(total)
                let place =
                    "x=\"\(Markup.place(left + Double(column) * cell + 1))\" y=\"\(Markup.place(y + 1))\" width=\"\(Markup.place(cell - 2))\" height=\"\(Markup.place(cell - 2))\""
                let note = Markup.escaped(
                    "\(labels[row]) taken for \(labels[column]): \(number) of \(total), \(Wording.fixed(share * 100, 1)) %")
                // Small shares of mistakes have to be seen as well: their tone rises with the root.
                let tone = row == column ? share : share.squareRoot()
                parts.append("<rect class=\"cell\" \(place) rx=\"3\"/>")
                if number > 0 {
                    parts.append(
                        "<rect class=\"\(row == column ? "right" : "wrong")\" \(place) rx=\"3\" fill-opacity=\"\(Markup.place(0.08 + 0.82 * tone))\"/>"
                    )
                }
                if cell >= 24, number > 0 {
                    parts.append(
                        "<text class=\"count\(tone > 0.6 ? " onDark" : "")\" x=\"\(Markup.place(left + (Double(column) + 0.5) * cell))\" y=\"\(Markup.place(y + cell / 2))\" dy=\"0.35em\" text-anchor=\"middle\" font-size=\"\(cell >= 40 ? 13 : 10)\">\(number)</text>"
                    )
                }
                parts.append("<rect class=\"touch\" \(place)><title>\(note)</title></rect>")
            }
        }
        return
            "<svg viewBox=\"0 0 \(Markup.place(width)) \(Markup.place(height))\" style=\"max-width:\(Int(width * 1.1))px\" role=\"img\" aria-label=\"confusion matrix\">\(parts.joined())</svg>"
    }

    var figure: String { "<figure><figcaption><b>Which classes are taken for which</b></figcaption>\(svg)</figure>" }
}

extension TrainingReport {
    /// The model card: Markdown with YAML front matter.
    public var card: String {
        var lines = ["---"]
        func list(_ key: String, _ values: [String]) {
            if values.isEmpty { return }
            lines.append("\(key):")
            lines += values.map { "  - \(Self.quoted($0))" }
        }
        if !license.isEmpty { lines.append("license: \(Self.quoted(license))") }
        lines.append("library_name: millrace")
        if !task.isEmpty { lines.append("pipeline_tag: \(Self.quoted(task))") }
        list("datasets", datasets)
        list("tags", tags)
        list("metrics", measures.map(\.name))
        if !measures.isEmpty {
            lines += ["model-index:", "  - name: \(Self.quoted(title))", "    results:"]
            lines += ["      - task: {type: \(Self.quoted(task.isEmpty ? "other" : task))}"]
            lines += [
                "        dataset: {name: \(Self.quoted(datasets.first ?? "own")), type: \(Self.quoted(datasets.first ?? "own"))}",
                "        metrics:",
            ]
            for measure in measures {
                lines.append("          - {type: \(Self.quoted(measure.name)), value: \(Self.yaml(measure.value))}")
            }
        }
        lines += ["---", "", "# \(Self.line(title))", "", Self.line(summary), ""]
        if let verdict { lines += [Self.line(verdict), ""] }
        if !measures.isEmpty {
            lines += ["## Results on the test data", "", "| measure | value | 95 % interval |", "|---|---:|---:|"]
            for measure in measures {
                let interval = measure.low.flatMap { low in measure.high.map { "\(Wording.plain(low)) to \(Wording.plain($0))" } } ?? ""
                lines.append("| \(Self.cell(measure.name)) | \(Wording.plain(measure.value)) | \(interval) |")
            }
            if seeds.count > 1 {
                lines += [
                    "", "\(Self.line(measures[0].name)) of \(seeds.count) seeds: \(seeds.map(Wording.plain).joined(separator: ", ")).",
                ]
            }
            lines.append("")
        }
        if let measure = measures.first, !baselines.isEmpty || !references.isEmpty {
            lines += ["## Compared with", "", "| model | kind | \(Self.cell(measure.name)) | this model minus it |", "|---|---|---:|---:|"]
            for baseline in baselines {
                let interval = baseline.low.flatMap { low in baseline.high.map { " [\(Self.signed(low)), \(Self.signed($0))]" } } ?? ""
                let difference = baseline.difference.map { Self.signed($0) + interval } ?? ""
                lines.append("| \(Self.cell(baseline.name)) | baseline | \(Wording.plain(baseline.value)) | \(difference) |")
            }
            for reference in references {
                let kind = reference.kind == .floor ? "floor" : "published" + (reference.source.map { ", " + Self.cell($0) } ?? "")
                lines.append("| \(Self.cell(reference.name)) | \(kind) | \(Wording.plain(reference.value)) | |")
            }
            lines.append("")
        }
        if !intendedUse.isEmpty { lines += ["## Intended use", "", Self.line(intendedUse), ""] }
        let known = limitations + warnings
        if !known.isEmpty { lines += ["## Limitations", ""] + known.map { "- " + Self.line($0) } + [""] }
        for group in facts {
            lines += ["## \(Self.line(group.name))", "", "| | |", "|---|---|"]
            lines += group.facts.map { "| \(Self.cell($0.name)) | \(Self.cell($0.value)) |" }
            lines.append("")
        }
        if !date.isEmpty { lines += ["Made by Millrace, \(Self.line(date)).", ""] }
        return lines.joined(separator: "\n")
    }

    /// A YAML string in double quotes.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func yaml(_ value: Double) -> String {
        value.isFinite ? "\(value)" : value.isNaN ? ".nan" : value > 0 ? ".inf" : "-.inf"
    }

    /// Text on one line.
    private static func line(_ text: String) -> String { text.split(whereSeparator: \.isNewline).joined(separator: " ") }

    /// Text in a cell of a table.
    private static func cell(_ text: String) -> String {
        line(text).split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}

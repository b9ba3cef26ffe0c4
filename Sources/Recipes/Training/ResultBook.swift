import Formats

/// The results of recipes, kept in a folder: a line of JSON for each in `results.jsonl`, and their table in `RESULTS.md`.
public struct ResultBook {
    private let folder: String
    private var lines: [ResultLine]

    /// Opens the book of a folder; an empty one where there is none yet.
    public init(in folder: String) throws {
        self.folder = folder
        let path = Files.join(folder, "results.jsonl")
        guard Files.exists(path) else {
            lines = []
            return
        }
        lines = try Files.readText(path, limit: 1 << 24).split(separator: "\n").map { line in
            try JSON(parsing: String(line), at: path).decoded(as: ResultLine.self)
        }
    }

    /// Writes a result down, in place of the recipe's former one.
    public mutating func record(_ line: ResultLine) throws {
        lines.removeAll { $0.recipe == line.recipe }
        lines.append(line)
        lines.sort { $0.recipe < $1.recipe }
        let text = try lines.map { try $0.json.text() + "\n" }.joined()
        try Files.replace(Files.join(folder, "results.jsonl"), with: Array(text.utf8))
        try Files.replace(Files.join(folder, "RESULTS.md"), with: Array(table.utf8))
    }

    /// All results as a Markdown page.
    public var table: String {
        var text = """
            # Results of the recipes

            Written by `make results`. Each value is the mean over the runs of a recipe, on data that the net has not seen; in brackets the
            95 % interval over the test samples (bootstrap), the mean of the runs' intervals. The difference is the deep model's value minus
            that of the best shallow model, on the same samples, with its paired interval. The floor is what a simple model of another
            library reached on the same protocol; published numbers are other people's, on the protocol that their names tell.

            | recipe | metric | value | runs | best shallow model | difference | floor | published | minutes |
            |---|---|---|---|---|---|---|---|---|

            """
        for line in lines { text += row(line) + "\n" }
        return text
    }

    private func row(_ line: ResultLine) -> String {
        let interval = line.ci.count == 2 ? " [\(short(line.ci[0])), \(short(line.ci[1]))]" : ""
        let also = (line.also ?? [:]).sorted { $0.key < $1.key }.map { "; \($0.key) \(short($0.value))" }.joined()
        let shallow = line.baseline.map { "\(line.baselineName ?? "") \(short($0))" } ?? ""
        let difference = line.difference.map { "\(short($0[0])) … \(short($0[1]))" } ?? ""
        let published = (line.published ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \(short($0.value))" }.joined(separator: ", ")
        let runs = line.runs.map(short).joined(separator: ", ")
        let cells = [
            line.recipe, line.metric, short(line.value) + interval + also, runs, shallow, difference, line.floor.map(short) ?? "",
            published,
            String((line.seconds / 6).rounded() / 10),
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    /// Four digits after the point, or two from 10 on.
    private func short(_ value: Double) -> String {
        let scale = abs(value) >= 10 ? 100.0 : 10_000.0
        return String((value * scale).rounded() / scale)
    }
}

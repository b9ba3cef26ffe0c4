public import Features
import Formats

/// A first recipe for a table, with a reason beside every guess.
public struct RecipeProposal: Sendable {
    /// The recipe as YAML with comments.
    public let yaml: String
    public let name: String
    public let target: String

    private enum Task {
        case classes([String])
        case number
    }

    /// Names under which a target often goes.
    private static let targetNames = [
        "target", "label", "class", "y", "outcome", "result", "failure", "rul", "default", "churn", "fraud", "defect", "quality", "price",
    ]
    /// Names under which the owner of rows often goes.
    private static let groupNames = [
        "unit", "device", "machine", "station", "engine", "sensor", "user", "customer", "patient", "asset", "entity",
    ]

    /// - Parameters:
    ///   - frame: rows of the table: the first ones will do.
    ///   - path: of the table, as it is to stand in the recipe.
    ///   - target: nil looks for a name that says it, else takes the last column.
    /// - Throws: if there is no such column, the target cannot be learned, or no column is left to learn from.
    public init(_ frame: Frame, path: String, target wanted: String? = nil) throws {
        let summary = TableSummary(frame)
        func refuse(_ reason: String) -> RecipeError { RecipeError("init", reason, at: path) }
        guard frame.rowCount >= 10 else { throw refuse("has \(frame.rowCount) rows, at least 10 are needed") }
        let target: String, reason: String
        if let wanted {
            _ = try frame.column(wanted)
            (target, reason) = (wanted, "as asked for")
        } else if let named = Self.targetNames.lazy.compactMap({ name in frame.names.first { Self.says($0, name) } }).first {
            (target, reason) = (named, "its name says so; --target chooses another")
        } else {
            (target, reason) = (frame.names[frame.names.count - 1], "the last column; --target chooses another")
        }
        self.target = target
        let task = try Self.task(summary.columns.first { $0.name == target }!, frame.column(target), path)
        name = Self.recipeName(path)

        var numbers: [String] = [], categories: [String] = [], left: [(name: String, why: String)] = [], hasGaps = false
        var moment: String?, group: String?
        for part in summary.columns where part.name != target {
            if part.distinct <= 1 {
                left.append((part.name, "has one value only"))
            } else if part.type == .timestamp {
                moment = moment ?? part.name
                left.append((part.name, "is a time"))
            } else if group == nil, Self.groupNames.contains(where: { Self.says(part.name, $0) }), part.distinct * 2 <= summary.rows,
                part.type == .category || part.type == .int
            {
                group = part.name
                left.append((part.name, "says whose row it is: rows of one stay in one part"))
            } else if part.distinct >= summary.rows - part.nulls, part.type == .category || part.type == .int {
                left.append((part.name, "differs in every row, like a number of the row"))
            } else if part.type == .category {
                if part.distinct > 64 {
                    left.append((part.name, "has \(part.distinct) different values"))
                } else {
                    categories.append(part.name)
                }
            } else {
                numbers.append(part.name)
                hasGaps = hasGaps || part.nulls > 0
            }
        }
        guard !numbers.isEmpty || !categories.isEmpty else { throw refuse("no column is left to learn '\(target)' from") }

        func quoted(_ text: String) -> String { JSON.string(text).text() }
        func list(_ names: [String]) -> String { "[" + names.map(quoted).joined(separator: ", ") + "]" }
        var lines = [
            "# A first recipe for \(path.split(separator: "/").last ?? ""), proposed from \(summary.rows) rows. Every line may be changed."
        ]
        lines += [
            "name: \(name)", "title: \(quoted("\(target) from \(numbers.count + categories.count) columns"))", "data:", "  kind: table",
        ]
        lines.append("  path: \(quoted(path))")
        lines += ["  testing: 0.2  # share of the rows that test", "  validation: 0.1  # share of the rest that chooses the epoch"]
        if let group { lines.append("  group: \(quoted(group))  # its rows stay together: otherwise the test would know them") }
        if let moment {
            lines.append("  # split: time  # the latest rows test, in the order of the next line")
            lines.append("  # order: \(quoted(moment))")
        }
        lines.append("features:")
        lines.append("  inputs:")
        if !numbers.isEmpty {
            let impute = hasGaps ? ", impute: median" : ""
            lines.append("    - {name: numbers, columns: \(list(numbers))\(impute), scale: standard}")
        }
        if !categories.isEmpty {
            lines.append("    - {name: categories, columns: \(list(categories)), one-hot: {other: true}}")
        }
        for (name, why) in left { lines.append("  # left out: \(quoted(name)) \(why)") }
        for hint in try Self.hints(frame, summary, target, task, numbers + categories) { lines.append("  # \(hint)") }
        let metric: String, also: String
        switch task {
        case .classes(let names):
            lines.append("  target: {column: \(quoted(target)), classes: \(list(names))}  # \(reason)")
            metric = names.count == 2 ? "roc_auc" : "accuracy"
            also = names.count == 2 ? "[accuracy, f1]" : "[f1_macro]"
        case .number:
            lines.append("  target: {column: \(quoted(target))}  # \(reason); unit: and cap: may be given")
            metric = "rmse"
            also = "[mae, r2]"
        }
        let epochs = max(5, min(60, 400_000 / max(1, summary.rows))), batch = summary.rows < 2_000 ? 32 : 256
        lines += [
            "model: {kind: perceptron, bins: 16, hidden: 128, depth: 3, dropout: 0.2}",
            "train:", "  optimizer: adamw", "  rate: 1e-3", "  decay: 0.02", "  schedule: {kind: cosine, per: step, warmUp: 20}",
            "  epochs: \(epochs)", "  batch: \(batch)", "  earlyStopping: \(max(3, epochs / 4))",
            "evaluate: {metric: \(metric), also: \(also), runs: 3}", "",
        ]
        yaml = lines.joined(separator: "\n")
    }

    /// Columns that may know the target: whether they are known when a prediction is made, only people can say.
    private static func hints(
        _ frame: Frame, _ summary: TableSummary, _ target: String, _ task: Task, _ inputs: [String]
    ) throws -> [String] {
        guard case .classes = task else { return [] }
        let answers = try frame.column(target).strings
        let counts = Dictionary(answers.compactMap(\.self).map { ($0, 1) }, uniquingKeysWith: +)
        var hints: [String] = []
        for part in summary.columns where inputs.contains(part.name) && part.distinct <= 20 {
            var seen: [String: (count: Int, answers: Set<String>)] = [:]
            for (value, answer) in zip(try frame.column(part.name).strings, answers) {
                guard let value, let answer else { continue }
                seen[value, default: (0, [])].count += 1
                seen[value]?.answers.insert(answer)
            }
            for (value, found) in seen.sorted(by: { $0.key < $1.key }) where found.count >= 10 && found.answers.count == 1 {
                // Of a class that most rows have, this says nothing.
                guard let answer = found.answers.first, (counts[answer] ?? 0) * 2 < summary.rows else { continue }
                hints.append(
                    "is it known beforehand? \(JSON.string(part.name).text()) = \(value) always comes with \(answer) (\(found.count) rows)")
            }
        }
        return hints
    }

    /// Whether a column's name has this word in it, whatever the case.
    private static func says(_ name: String, _ word: String) -> Bool {
        let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
        return words.contains { $0 == word }
    }

    private static func task(_ part: TableSummary.Part, _ column: Column, _ path: String) throws -> Task {
        func refuse(_ reason: String) -> RecipeError { RecipeError("init", "the target '\(part.name)' \(reason)", at: path) }
        if part.distinct <= 1 { throw refuse("has one value only: there is nothing to learn") }
        switch part.type {
        case .timestamp: throw refuse("is a time, which is neither a class nor a number")
        case .category, .bool:
            if part.distinct > 100 { throw refuse("has \(part.distinct) different texts, too many for classes") }
        case .int: if part.distinct > 20 { return .number }
        case .float, .double:
            let isWhole = (column.numbers ?? []).allSatisfy { $0.isNaN || $0 == $0.rounded() }
            if part.distinct > 20 || !isWhole { return .number }
        }
        let names = Set(column.strings.compactMap(\.self))
        let ordered = names.sorted { one, other in
            if let a = Double(one), let b = Double(other) { return a < b }
            return one < other
        }
        return .classes(ordered)
    }

    /// Lower case letters, digits and hyphens of the file's name.
    private static func recipeName(_ path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? "recipe"
        let stem = file.split(separator: ".").first.map(String.init) ?? "recipe"
        var name = ""
        for byte in stem.lowercased().utf8 {
            if (97...122).contains(byte) || (48...57).contains(byte) {
                name.unicodeScalars.append(Unicode.Scalar(byte))
            } else if !name.isEmpty, !name.hasSuffix("-") {
                name += "-"
            }
        }
        while name.hasSuffix("-") { name.removeLast() }
        return name.isEmpty ? "recipe" : String(name.prefix(60))
    }
}

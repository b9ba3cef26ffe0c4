import Datasets
import Engine
import Features
import Formats
import Learning

/// Rows of a table, through the recipe's features: [rows, features], or windows [rows, length, features].
struct TableCorpora: CorpusMaker {
    private let recipe: Recipe
    private let features: FeatureDefinition
    private let training: Frame
    /// The test part, where a file of its own holds it.
    private let test: Frame?
    /// Of which only the last sample of each entity counts.
    private let isLastOnly: Bool

    init(_ recipe: Recipe) throws {
        self.recipe = recipe
        guard let features = recipe.features else { throw RecipeError("features", "are missing: a table needs them", at: recipe.name) }
        guard features.target != nil else { throw RecipeError("features", "target: is missing", at: recipe.name) }
        self.features = features
        let data = recipe.data
        let path = try DataFolder.resolve(data.path, for: recipe)
        func read(_ name: String?) throws -> Frame {
            let file = name.map { Files.join(path, $0) } ?? path
            return try Table(at: file, format: data.format ?? .auto, text: data.textOptions).frame()
        }
        var training = try read(data.train), test = try data.test.map { try read($0) }
        if let remaining = data.remaining {
            guard let group = data.group, let order = data.order else {
                throw RecipeError("data", "remaining: needs group and order", at: recipe.name)
            }
            try training.addRemaining(remaining.column, group: group, order: order, after: [])
            let after = try remaining.test.map { try Self.numbers(Files.join(path, $0)) } ?? []
            try test?.addRemaining(remaining.column, group: group, order: order, after: after)
        }
        (self.training, self.test) = (training, test)
        isLastOnly = data.split == .last
    }

    private static func numbers(_ path: String) throws -> [Double] {
        let text = try Files.readText(path, limit: 1 << 24)
        return try text.split(whereSeparator: \.isWhitespace).map { word in
            guard let number = Double(word) else { throw RecipeError("data", "'\(word)' is not a number", at: path) }
            return number
        }
    }

    var divisions: Int { get throws { test == nil ? try TableDivision(recipe).divisions(of: training) : 1 } }

    func corpus(run: Int) throws -> Corpus {
        let (known, unseen) = if let test { (training, test) } else { try TableDivision(recipe).divided(training, run: run) }
        var (rest, held): (Frame, Frame?) = (known, nil)
        if let share = recipe.data.validation, share > 0 {
            (rest, held) = try TableDivision(recipe).validating(known, share: share, run: run)
        }
        let fitted = try features.fit(rest)
        let training = try Part(fitted.transform(rest)), test = try Part(fitted.transform(unseen), lastOfEntities: isLastOnly)
        let validation = try held.map { try Part(fitted.transform($0)) }
        let goal = try goal(training, fitted.classes)
        let samples = training.samples(goal)
        var corpus = Corpus(
            goal: goal, input: TensorType(Shape([1] + training.shape), .f32),
            training: { batch, seed in samples.shuffled(batch: batch, seed: seed, dropLast: samples.count > batch) },
            validation: validation.map { $0.samples(goal).inOrder(batch: 500) }, test: test.samples(goal).inOrder(batch: 500))
        corpus.flat = (training.flat, test.flat)
        if features.target?.cap != nil {
            var free = features
            free.target?.cap = nil
            corpus.uncapped = try Part(free.fit(rest).transform(unseen), lastOfEntities: isLastOnly).targets
        }
        if training.shape.count == 1 { corpus.held = validation?.flat }
        if training.shape.count == 2 { corpus.windows = training.rows }
        corpus.preparation = ["kind": "table", "version": JSON(Preparation.version), "features": try JSON(encoding: fitted)]
        corpus.facts = [
            ("training rows", "\(training.count)"), ("validation rows", "\(validation?.count ?? 0)"), ("test rows", "\(test.count)"),
            ("features", "\(training.shape.last ?? 0)"),
        ]
        return corpus
    }

    // MARK: Parts

    private func goal(_ part: Part, _ classes: [String]?) throws -> Corpus.Goal {
        guard let target = features.target else { throw RecipeError("features", "target: is missing", at: recipe.name) }
        if let classes { return .classes(classes) }
        let values = part.targets.map(Double.init)
        let center = values.reduce(0, +) / Double(max(1, values.count))
        let spread = (values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(max(1, values.count))).squareRoot()
        return .number(unit: target.unit ?? "", center: center, spread: max(spread, 1e-12), cap: target.cap)
    }

    /// The samples of a part: all inputs side by side, and the target.
    private struct Part {
        let rows: [Float]
        let shape: [Int]
        let targets: [Float]
        var count: Int { targets.count }

        init(_ set: FeatureSet, lastOfEntities: Bool = false) throws {
            guard let target = set.target else { throw RecipeError("features", "the target is missing in the data") }
            var chosen = Array(0..<set.count)
            if lastOfEntities {
                var last: [Int32: Int] = [:]
                for sample in chosen { last[set.entities[sample]] = sample }
                chosen = last.values.sorted()
            }
            let arrays = set.inputs
            guard let first = arrays.first, arrays.allSatisfy({ !$0.isWhole && $0.shape.dropLast() == first.shape.dropLast() }) else {
                throw RecipeError("features", "inputs must all be windows or all be rows of numbers")
            }
            let widths = arrays.map { $0.shape.last ?? 1 }, width = widths.reduce(0, +)
            let steps = first.shape.dropLast().reduce(1, *)
            var rows = [Float](repeating: 0, count: chosen.count * steps * width)
            var offset = 0
            for (array, own) in zip(arrays, widths) {
                let values = array.values(of: chosen).floats ?? []
                for step in 0..<chosen.count * steps {
                    for place in 0..<own { rows[step * width + offset + place] = values[step * own + place] }
                }
                offset += own
            }
            self.rows = rows
            shape = Array(first.shape.dropLast()) + [width]
            switch target.values(of: chosen) {
            case .float(let values): targets = values
            case .int(let values): targets = values.map(Float.init)
            }
        }

        func samples(_ goal: Corpus.Goal) -> Samples {
            let inputs = HostArray(rows, Shape([count] + shape))
            if case .number(_, let center, let spread, _) = goal {
                return Samples(["inputs": inputs, "targets": HostArray(targets.map { ($0 - Float(center)) / Float(spread) }, [count])])
            }
            return Samples(["inputs": inputs, "targets": HostArray(targets.map { Int32($0) }, [count])])
        }

        /// Of windows the mean, deviation, slope and last value of each column: what trees can use.
        var flat: Corpus.Flat {
            guard shape.count == 2 else { return Corpus.Flat(rows: rows, columns: shape.last ?? 1, targets: targets) }
            let (steps, width) = (shape[0], shape[1])
            var flat: [Float] = []
            flat.reserveCapacity(count * width * 4)
            let middle = Float(steps - 1) / 2, spread = (0..<steps).reduce(Float(0)) { $0 + (Float($1) - middle) * (Float($1) - middle) }
            for sample in 0..<count {
                for place in 0..<width {
                    let course = (0..<steps).map { rows[(sample * steps + $0) * width + place] }
                    let mean = course.reduce(0, +) / Float(steps)
                    var squares: Float = 0, slope: Float = 0
                    for (step, value) in course.enumerated() {
                        squares += (value - mean) * (value - mean)
                        slope += (value - mean) * (Float(step) - middle)
                    }
                    flat += [mean, (squares / Float(steps)).squareRoot(), slope / max(spread, 1), course[steps - 1]]
                }
            }
            return Corpus.Flat(rows: flat, columns: width * 4, targets: targets)
        }
    }
}

extension DataSettings {
    var textOptions: TextOptions {
        var options = TextOptions()
        if let delimiter { options.delimiter = delimiter.first }
        if let names {
            options.names = names
            options.hasHeader = false
        }
        return options
    }
}

extension Frame {
    /// Adds the steps that are left to each group: to its last row, and what comes after it.
    ///
    /// - Parameter after: for each group, in the order of its first row; empty where nothing comes.
    mutating func addRemaining(_ name: String, group: String, order: String, after: [Double]) throws {
        let groups = try self.groups(by: [group])
        guard after.isEmpty || after.count == groups.count else {
            throw RecipeError("data", "\(after.count) values of remaining life for \(groups.count) groups", at: name)
        }
        guard let steps = try column(order).numbers else { throw RecipeError("data", "is no column of numbers", at: order) }
        var left = [Double](repeating: 0, count: rowCount)
        for number in 0..<groups.count {
            let rows = groups[number]
            let last = rows.map { steps[$0] }.max() ?? 0
            for row in rows { left[row] = last - steps[row] + (after.isEmpty ? 0 : after[number]) }
        }
        try add(name, Column(left))
    }
}

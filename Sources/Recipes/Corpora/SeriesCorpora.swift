import Datasets
import Engine
import Features
import Formats
import Learning

/// Windows over one long table of numbers: the past goes in, the future comes out, all columns at once.
struct SeriesCorpora: CorpusMaker {
    private let recipe: Recipe
    private let series: HostArray
    private let prepare: SeriesPreparation
    /// Where the training, validation and test part end.
    private let ends: [Int]

    init(_ recipe: Recipe) throws {
        self.recipe = recipe
        let data = recipe.data
        guard let lookBack = data.lookBack, let horizon = data.horizon, let parts = data.parts, parts.count == 3 else {
            throw RecipeError("data", "a series needs lookBack, horizon and three parts", at: recipe.name)
        }
        var frame = try Table(at: DataFolder.resolve(data.path, for: recipe)).frame()
        if let order = data.order { frame = try frame.dropping([order]) }
        let names = frame.names
        let ends = [parts[0], parts[0] + parts[1], parts[0] + parts[1] + parts[2]]
        guard ends[2] <= frame.rowCount else {
            throw RecipeError("data", "parts: \(parts) are more than the \(frame.rowCount) rows", at: recipe.name)
        }
        let columns = try zip(frame.names, frame.columns).map { name, column -> [Double] in
            guard let numbers = column.numbers, column.nullCount == 0 else {
                throw RecipeError("data", "a series holds numbers without gaps", at: name)
            }
            return numbers
        }
        let known = columns.map { $0[..<ends[0]] }, means = known.map { $0.reduce(0, +) / Double($0.count) }
        let deviations = zip(known, means).map { column, mean in
            (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)).squareRoot()
        }
        prepare = SeriesPreparation(
            columns: names, mean: means, deviation: deviations, lookBack: lookBack, horizon: horizon, order: data.order)
        var values = [Float](repeating: 0, count: ends[2] * columns.count)
        for (place, column) in columns.enumerated() {
            for row in 0..<ends[2] { values[row * columns.count + place] = prepare.scaled(column[row], place) }
        }
        series = HostArray(values, [ends[2], columns.count])
        self.ends = ends
    }

    func corpus(run: Int) throws -> Corpus {
        let (series, lookBack, horizon, ends) = (series, prepare.lookBack, prepare.horizon, ends)
        // A part's first window looks back into the part before it.
        func part(_ number: Int) throws -> any HostSource {
            try WindowSource(
                series, lookBack: lookBack, horizon: horizon, range: ends[number - 1] - lookBack..<ends[number], batch: 64, order: .stored)
        }
        var corpus = Corpus(
            goal: .series, input: TensorType([1, lookBack, prepare.columns.count], .f32),
            training: { batch, seed in
                try WindowSource(
                    series, lookBack: lookBack, horizon: horizon, range: 0..<ends[0], batch: batch, order: .shuffled(seed: seed),
                    dropLast: true)
            }, validation: try part(1), test: try part(2))
        corpus.horizon = horizon
        corpus.preparation = try JSON(encoding: prepare)
        corpus.facts = [
            ("columns", prepare.columns.joined(separator: ", ")), ("steps seen", "\(lookBack)"), ("steps forecast", "\(horizon)"),
        ]
        return corpus
    }
}

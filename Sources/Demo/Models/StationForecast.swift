import Datasets
import Engine
import Features
import Formats
import Learning
import Streams

/// The forecast of temperature and global irradiance six hours ahead, from the last day of a station.
struct StationForecast {
    static let ahead = 6
    static let hours = 24
    /// What is forecast.
    static let targets = ["temperature", "global_irradiance"]

    /// The one definition of its features, for the recorded year and for live events.
    static let features: FeatureDefinition = {
        let calendar = [("hour", CalendarPart.minuteOfDay), ("season", CalendarPart.dayOfYear)]
        let derived = calendar.flatMap { name, part in
            [DerivedColumn.Wave.sine, .cosine].map { DerivedColumn("\(name)_\($0.rawValue)", .calendar(part, wave: $0), of: "time") }
        }
        let columns = ["temperature", "dew_point", "humidity", "pressure", "global_irradiance", "extraterrestrial_horizontal"]
        return FeatureDefinition(
            columns: [ColumnDefinition("time", .timestamp), ColumnDefinition("station", .string)]
                + Station.columns.filter { columns.contains($0.name) },
            entity: ["station"], order: "time", gap: .time(90 * 60 * 1_000_000), derived: derived,
            inputs: [InputGroup("weather", columns + derived.map(\.name), [.scale(.standard)])],
            missing: .drop, window: WindowDefinition(length: hours),
            target: TargetDefinition(targets[0], targets[1], horizon: ahead...ahead, scale: .standard))
    }()

    /// How it goes on learning at another station: with as much of what it knows as of what is new.
    static let learning = OnlineNetSettings(fresh: 16, recalled: 16, old: 32, memory: 4000, optimizer: "adamw", rate: 5e-4, seed: 1)

    let fitted: FittedFeatures
    /// The better model on the weeks that it has not seen: the net, or ridge regression.
    let bundle: ModelBundle
    /// Root mean squared errors of these weeks by target, in their units: of the net, of ridge regression, and of "as now".
    private(set) var net: [Double] = [], ridge: [Double] = [], persistence: [Double] = []
    let shipsNet: Bool
    /// What was learned from, and the weeks that were not: windows and scaled targets.
    let known: SampleSet, unseen: SampleSet

    /// Trains the net and ridge regression on four of every five weeks of a year and compares them on the others.
    init(training year: Frame, epochs: Int = 40, seed: UInt64 = 1) throws {
        fitted = try Self.features.fit(year)
        let set = try fitted.transform(year)
        // A sample reaches from a day before its row to the hours ahead: none of a learned one lies in an unseen week.
        func isUnseen(_ row: Int) -> Bool { row / 168 % 5 == 4 }
        let ends = set.rows.map { (isUnseen($0 - Self.hours + 1), isUnseen($0 + Self.ahead)) }
        known = try Self.samples(set, ends.indices.filter { ends[$0] == (false, false) })
        unseen = try Self.samples(set, ends.indices.filter { ends[$0] == (true, true) })

        let columns = set.inputs[0].columns
        let forecast = Self.targets.compactMap { columns.firstIndex(of: $0) }
        let port = Port(
            "weather", [.named("batch"), .fixed(Self.hours), .fixed(columns.count)],
            window: Port.Window(length: Self.hours, step: 1, key: "station"))
        let net = try Self.net(port, columns: columns.count, forecast, known, fitted, epochs: epochs, seed: seed)
        let ridge = try Self.ridge(port, known, fitted)
        let now = Self.now(unseen, columns.count, forecast)
        let answers = try [net.answers(to: unseen), ridge.answers(to: unseen), now], targets = unseen.targets
        let losses = answers.map { zip($0, targets).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } }
        shipsNet = losses[0] <= losses[1]
        bundle = shipsNet ? net : ridge
        (self.net, self.ridge, self.persistence) = (
            errors(answers[0], targets), errors(answers[1], targets), errors(answers[2], targets)
        )
    }

    /// Root mean squared errors by target, in the targets' units.
    func errors(_ answers: [Float], _ targets: [Float]) -> [Double] {
        zip(fitted.restored([1, 1]), fitted.restored([0, 0])).enumerated().map { place, scale in
            let squares = stride(from: place, to: targets.count, by: 2).map { place -> Double in
                let difference = Double(answers[place] - targets[place])
                return difference * difference
            }
            return (squares.reduce(0, +) / Double(max(1, squares.count))).squareRoot() * (scale.0 - scale.1)
        }
    }

    /// Root mean squared errors of "as now" at these places of a feature set.
    func persistence(of set: FeatureSet, _ places: [Int]) throws -> [Double] {
        let samples = try Self.samples(set, places), columns = set.inputs[0].columns
        let forecast = Self.targets.compactMap { columns.firstIndex(of: $0) }
        return errors(Self.now(samples, columns.count, forecast), samples.targets)
    }

    /// The last readings of what is forecast.
    private static func now(_ samples: SampleSet, _ columns: Int, _ forecast: [Int]) -> [Float] {
        (0..<samples.count).flatMap { sample in
            let last = Array(samples.input(sample).suffix(columns))
            return forecast.map { last[$0] }
        }
    }

    /// Windows and scaled targets at these places of a feature set.
    static func samples(_ set: FeatureSet, _ places: [Int]) throws -> SampleSet {
        guard let inputs = set.inputs.first, let target = set.target, let x = inputs.values(of: places).floats,
            let y = target.values(of: places).floats
        else { throw DemoError("forecast", "the table gave no numbers with a target") }
        var samples = SampleSet(inputWidth: inputs.size, targetWidth: target.size)
        for place in places.indices {
            samples.append(x[place * inputs.size..<(place + 1) * inputs.size], target: y[place * target.size..<(place + 1) * target.size])
        }
        return samples
    }

    private static func net(
        _ port: Port, columns: Int, _ forecast: [Int], _ known: SampleSet, _ fitted: FittedFeatures, epochs: Int, seed: UInt64
    ) throws -> ModelBundle {
        let model = StationNet(hours: hours, columns: columns, forecast: forecast).initialized(seed: seed)
        let samples = Samples([
            "window": HostArray(known.inputs, [known.count, hours, columns]), "target": HostArray(known.targets, [known.count, 1, 2]),
        ])
        // In scaled numbers the irradiance, which clouds decide, errs most: the temperature would hardly count beside it.
        let optimizer = AdamW(rate: 1e-3, decay: 0.3), importance = Tensor([2, 1] as [Float])
        let step = try TrainStep(model, optimizer, options: TrainOptions(seed: seed, averaging: 0.999)) { model, batch, pass in
            meanSquaredError(model(batch.window, &pass) * importance, batch.target * importance)
        }
        var options = TrainerOptions(epochs: epochs)
        options.schedule = try Schedule(.cosine(minimum: 0), per: .step)
        options.display = .silent
        _ = try Trainer(step, options).fit(samples.shuffled(batch: 32, seed: seed))
        return try ModelBundle(
            "weather", model, inputs: [port], outputs: [Port("forecast")], loss: Named("mse"), optimizer: optimizer,
            features: JSON(encoding: fitted), training: TrainingRecord(data: known.digest.hexadecimal, seed: seed)
        ) { model, batch, pass in [model(batch.weather, &pass)] }
    }

    private static func ridge(_ port: Port, _ known: SampleSet, _ fitted: FittedFeatures) throws -> ModelBundle {
        let samples = try SampleMatrix(rows: known.count, columns: known.inputWidth, known.inputs), scaler = try StandardScaler(samples)
        var ridge = Ridge(penalty: 10)
        try ridge.fit(scaler.scaled(samples), SampleMatrix(rows: known.count, columns: known.targetWidth, known.targets))
        guard let map = ridge.map else { throw DemoError("forecast", "ridge regression was not fitted") }
        return try ModelBundle(
            "weather", Nothing(), inputs: [port], outputs: [Port("forecast")], features: JSON(encoding: fitted),
            training: TrainingRecord(data: known.digest.hexadecimal)
        ) { _, batch, _ in try [map.graph(batch.weather.flattened(), after: scaler).expanded(1)] }
    }

    /// A module without parameters: what ridge regression knows lies in the graph.
    private struct Nothing: Module {}
}

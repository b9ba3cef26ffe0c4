import Foundation
import Learning
import Testing

@Suite("Shallow models") struct ShallowTests {
    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    @Test func `the floor knows shares, means, last values and seasons`() throws {
        var majority = MajorityClass()
        try majority.fit(SampleMatrix([[1], [2], [3], [4]]), [1, 1, 0, 1])
        #expect(
            try majority.predictProbabilities(SampleMatrix([[9]])).values == [0.25, 0.75] && majority.predict(SampleMatrix([[9]])) == [1])
        var mean = MeanTarget()
        try mean.fit(SampleMatrix([[1], [2]]), SampleMatrix([[1, 10], [3, 20]]))
        #expect(try mean.predict(SampleMatrix([[5]])).values == [2, 15])
        // Three steps of two channels.
        let window = try SampleMatrix([[1, 10, 2, 20, 3, 30]]), future = try SampleMatrix([[0, 0, 0, 0, 0, 0]])
        var last = SeasonalNaive.persistence(channels: 2), season = SeasonalNaive(period: 2, channels: 2)
        try last.fit(window, future)
        try season.fit(window, future)
        #expect(try last.predict(window).values == [3, 30, 3, 30, 3, 30])
        #expect(try season.predict(window).values == [2, 20, 3, 30, 2, 20])
        #expect(
            message {
                var long = SeasonalNaive(period: 4, channels: 2); try long.fit(window, future)
            }
                == "seasonal_naive: windows of 6 values for 2 channels and a period of 4 steps")
    }

    @Test func `ridge from blocks is ridge from the whole, and states are read back`() throws {
        var generator = SplitMix(seed: 1)
        let samples = try SampleMatrix(rows: 700, columns: 37, (0..<700 * 37).map { _ in Float(generator.unit()) })
        let targets = try SampleMatrix(rows: 700, columns: 3, (0..<2_100).map { _ in Float(generator.unit()) })
        var whole = Ridge(penalty: 0.1)
        try whole.fit(samples, targets)
        var equations = try NormalEquations(columns: 37, outputs: 3)
        for range in [0..<1, 1..<300, 300..<700] { try equations.add(samples.selecting(Array(range)), targets.selecting(Array(range))) }
        let blocks = try Ridge(equations, penalty: 0.1)
        #expect(zip(whole.map!.weights, blocks.map!.weights).allSatisfy { ($0 - $1).magnitude < 1e-10 })
        #expect(zip(whole.map!.bias, blocks.map!.bias).allSatisfy { ($0 - $1).magnitude < 1e-10 })
        let again = try JSONDecoder().decode(Ridge.self, from: JSONEncoder().encode(whole))
        #expect(again.map == whole.map)
        #expect(
            message {
                _ = try JSONDecoder().decode(LinearMap.self, from: Data(#"{"columns":2,"outputs":1,"weights":[1],"bias":[0]}"#.utf8))
            }
                == "linear: 1 weights and 1 biases for 2 columns and 1 outputs")
    }

    @Test func `what cannot be solved is refused in words`() throws {
        let twice = try SampleMatrix([[1, 2], [2, 4], [3, 6], [5, 10]]), targets = SampleMatrix(column: [1, 2, 3, 4])
        #expect(
            message {
                var model = Ridge(penalty: 0); try model.fit(twice, targets)
            }
                == "ridge: column 1 is constant or a combination of others: it takes a penalty above 0")
        #expect(
            message {
                var model = Ridge(); try model.fit(SampleMatrix([[.nan]]), SampleMatrix([[1]]))
            } == "ridge samples: row 0, column 0 is nan")
        #expect(message { _ = try Ridge().predict(twice) } == "ridge: the model is not fitted")
        #expect(
            message {
                var model = Ridge(); try model.fit(twice, targets); _ = try model.predict(SampleMatrix([[1]]))
            }
                == "ridge: 1 columns, and the model was fitted to 2")
        #expect(
            message { _ = try SparseMatrix(columns: 2, starts: [0, 2], indices: [1, 0], values: [1, 1]) }
                == "sparse: row 0 has column 0 of 2, or out of order")
        #expect(
            message {
                var model = NearestNeighbourClassifier(5); try model.fit(twice, [0, 1, 0, 1]); _ = try model.predict(twice)
            }
                == "neighbours: 5 neighbours of 4 samples")
        #expect(message { _ = try TextFeatures(["a b"], leastTexts: 2) } == "textFeatures: no term is in at least 2 of 1 texts")
    }

    @Test func `neighbours of many samples are those that a sort finds`() throws {
        var generator = SplitMix(seed: 6)
        let samples = try SampleMatrix(rows: 300, columns: 7, (0..<2_100).map { _ in Float(generator.unit()) + 100 })
        let queries = try SampleMatrix(rows: 70, columns: 7, (0..<490).map { _ in Float(generator.unit()) + 100 })
        let found = try NearestNeighbours(samples).nearest(9, to: queries)
        for row in 0..<70 {
            func distance(_ index: Int) -> Double {
                zip(queries.row(row), samples.row(index)).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }.squareRoot()
            }
            let expected = (0..<300).map(distance).sorted().prefix(9)
            #expect(zip(found[row], expected).allSatisfy { (Double($0.distance) - $1).magnitude < 1e-4 })
            #expect(found[row].allSatisfy { (Double($0.distance) - distance($0.index)).magnitude < 1e-4 })
        }
    }
}

@Suite("Shallow models on data", .enabled(if: TableFile.isThere, "there is no data folder: set MILLRACE_DATA")) struct ShallowDataTests {
    @Test func `ridge on windows of ETTh1 reaches the floor of linear models`() throws {
        let (_, rows) = try TableFile.table("ett/ETTh1.csv.gz")
        let month = 30 * 24, look = 512, horizon = 96
        let series = rows.prefix(20 * month).map { $0[1...].map { Double($0)! } }
        let channels = 7, known = 12 * month
        var scaled = series
        for channel in 0..<channels {
            let values = series[..<known].map { $0[channel] }, mean = values.reduce(0, +) / Double(known)
            let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known)).squareRoot()
            for step in scaled.indices { scaled[step][channel] = (scaled[step][channel] - mean) / deviation }
        }
        // Every channel is a sample of its own, around its last value.
        func windows(_ starts: Range<Int>, _ channel: Int) throws -> (SampleMatrix, SampleMatrix) {
            let line = scaled.map { $0[channel] }
            var samples: [Float] = [], targets: [Float] = []
            samples.reserveCapacity(starts.count * look)
            for start in starts {
                let last = line[start + look - 1]
                for step in start..<start + look { samples.append(Float(line[step] - last)) }
                for step in start + look..<start + look + horizon { targets.append(Float(line[step] - last)) }
            }
            return (
                try SampleMatrix(rows: starts.count, columns: look, samples),
                try SampleMatrix(rows: starts.count, columns: horizon, targets)
            )
        }
        var equations = try NormalEquations(columns: look, outputs: horizon)
        let time = try ContinuousClock().measure {
            for channel in 0..<channels {
                let (samples, targets) = try windows(0..<known - look - horizon + 1, channel)
                try equations.add(samples, targets)
            }
        }
        let model = try Ridge(equations, penalty: 10_000)
        var squares = 0.0, count = 0.0
        for channel in 0..<channels {
            let (samples, targets) = try windows(16 * month - look..<20 * month - look - horizon + 1, channel)
            for (guess, truth) in zip(try model.predict(samples).values, targets.values) {
                squares += Double((guess - truth) * (guess - truth))
            }
            count += Double(targets.values.count)
        }
        print("etth1: mse \(squares / count) at look-back 512, normal equations of \(equations.rows) windows in \(time)")
        #expect(squares / count < 0.375)
    }

    @Test func `tf-idf and logistic regression reach the floors of SST-2 and TREC`() throws {
        func load(_ path: String) throws -> (texts: [String], labels: [Int]) {
            let lines = try TableFile.lines(path).map { $0.split(separator: " ", maxSplits: 1) }.filter { $0.count == 2 }
            return (lines.map { String($0[1]) }, lines.map { Int($0[0])! })
        }
        for (train, test, floor) in [
            ("sst2/stsa.binary.train.gz", "sst2/stsa.binary.test.gz", 0.81), ("trec/TREC.train.all.gz", "trec/TREC.test.all.gz", 0.86),
        ] {
            let known = try load(train), hidden = try load(test)
            var accuracy = 0.0
            let time = try ContinuousClock().measure {
                let features = try TextFeatures(known.texts, lengths: 1...2, sublinear: true)
                var model = LogisticRegression<SparseMatrix>(inversePenalty: 10, tolerance: 1e-5)
                try model.fit(features(known.texts), known.labels)
                accuracy = try Accuracy().value(model.predict(features(hidden.texts)), hidden.labels)
            }
            print("\(train): accuracy \(accuracy) in \(time)")
            #expect(accuracy > floor)
        }
    }
}

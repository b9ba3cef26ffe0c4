import Foundation
import Learning
import Testing

/// What scikit-learn and LightGBM score on real tables, and ours on the same folds.
@Suite("Boosted trees on tables", .enabled(if: TableFile.isThere, "there is no data folder: set MILLRACE_DATA"))
struct BoostedTreesTableTests {
    private struct Peer: Decodable {
        let table: String
        let reference: String
        let roc_auc: Double?
        let log_loss: Double?
        let rmse: Double?
    }

    private static func peers(_ table: String) throws -> [Peer] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appendingPathComponent("Golden/boosting.jsonl"))
        return try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Peer.self, from: Data($0)) }.filter {
            $0.table == table
        }
    }

    /// The fold of a row, as the script deals them.
    private static func fold(_ row: Int) -> Int { Int((UInt64(row) * 2_654_435_761 % (1 << 32) * 5) >> 32) }

    static func maintenance() throws -> (samples: SampleMatrix, labels: [Int]) {
        let (_, rows) = try TableFile.table("ai4i2020/ai4i2020.csv.gz")
        let samples = try SampleMatrix(
            rows.map { fields in
                let n = fields[3..<8].map { Double($0)! }, kind = Double(["L": 0, "M": 1, "H": 2][String(fields[2])]!)
                return [kind, n[0], n[1], n[2], n[3], n[4], n[3] * n[2] * .pi / 30, n[1] - n[0], n[4] * n[3]].map { Float($0) }
            })
        return (samples, rows.map { Int($0[8])! })
    }

    static func credit() throws -> (samples: SampleMatrix, labels: [Int]) {
        let (_, rows) = try TableFile.table("credit-default/train_24000.csv.gz")
        return (try SampleMatrix(rows.map { $0[1..<24].map { Float($0)! } }), rows.map { Int($0[24])! })
    }

    static func turbofan() throws -> (samples: SampleMatrix, targets: [Float], units: [Int]) {
        let rows = try TableFile.lines("cmapss/train_FD001.txt.gz").map { $0.split(separator: " ").map { Double($0)! } }
        let sensors = [2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21].map { $0 + 4 }
        var samples: [[Float]] = [], targets: [Float] = [], units: [Int] = []
        for unit in 1...100 {
            let mine = rows.filter { Int($0[0]) == unit }
            for end in 30...max(30, mine.count) where end <= mine.count {
                let window = mine[end - 30..<end]
                var last: [Double] = [], means: [Double] = [], spreads: [Double] = [], slopes: [Double] = []
                for sensor in sensors {
                    let values = window.map { $0[sensor] }, mean = values.reduce(0, +) / 30
                    last.append(values[29])
                    means.append(mean)
                    spreads.append((values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 30).squareRoot())
                    slopes.append(values.enumerated().reduce(0) { $0 + (Double($1.offset) - 14.5) * $1.element } / 2_247.5)
                }
                samples.append((last + means + spreads + slopes).map { Float($0) })
                targets.append(Float(min(125, mine.count - end)))
                units.append(unit)
            }
        }
        return (try SampleMatrix(samples), targets, units)
    }

    private func classify(_ name: String, _ samples: SampleMatrix, _ labels: [Int]) throws {
        var auc = 0.0, loss = 0.0
        for held in 0..<5 {
            let known = (0..<labels.count).filter { Self.fold($0) != held }, hidden = (0..<labels.count).filter { Self.fold($0) == held }
            var model = BoostedTreesClassifier()
            try model.fit(samples.selecting(known), known.map { labels[$0] })
            let scores = try model.predictProbabilities(samples.selecting(hidden)).column(1).map(Double.init),
                truth = hidden.map { labels[$0] }
            auc += try ROCAUC().value(scores, truth) / 5
            loss += try BinaryLogLoss().value(scores, truth) / 5
        }
        let peers = try Self.peers(name)
        #expect(peers.count == 2)
        for peer in peers {
            print("\(name): roc_auc \(auc), log_loss \(loss); \(peer.reference) \(peer.roc_auc!), \(peer.log_loss!)")
            #expect(auc > peer.roc_auc! * 0.99)
        }
        // The peers themselves lie up to 3.6 % apart.
        #expect(loss < peers.map { $0.log_loss! }.max()! * 1.01)
    }

    @Test func `maintenance: the area under the curve is within 1 % of the peers'`() throws {
        let (samples, labels) = try Self.maintenance()
        #expect(samples.rows == 10_000 && labels.reduce(0, +) == 339)
        try classify("ai4i", samples, labels)
    }

    @Test func `credit: the area under the curve is within 1 % of the peers'`() throws {
        let (samples, labels) = try Self.credit()
        #expect(samples.rows == 24_000 && samples.columns == 23)
        try classify("credit", samples, labels)
    }

    @Test func `turbofan: the error is within 1 % of the peers'`() throws {
        let (samples, targets, units) = try Self.turbofan()
        var error = 0.0
        for held in 0..<5 {
            let known = units.indices.filter { units[$0] % 5 != held }, hidden = units.indices.filter { units[$0] % 5 == held }
            var model = BoostedTreesRegressor()
            try model.fit(samples.selecting(known), SampleMatrix(column: known.map { targets[$0] }))
            let answers = try model.predict(samples.selecting(hidden)).values.map(Double.init)
            error += try RootMeanSquaredError().value(answers, hidden.map { Double(targets[$0]) }) / 5
        }
        for peer in try Self.peers("turbofan") {
            print("turbofan: rmse \(error); \(peer.reference) \(peer.rmse!)")
            #expect(error < peer.rmse! * 1.01)
        }
    }

    @Test func `maintenance: physics features reach an F1 of 0.85 over five random splits`() throws {
        let (table, labels) = try Self.maintenance()
        // Overstrain begins at a product of wear and torque that depends on the kind: how far is it?
        let samples = try SampleMatrix(
            (0..<table.rows).map { row in Array(table.row(row)) + [[11_000, 12_000, 13_000][Int(table[row, 0])] - table[row, 8]] })
        var scores: [Double] = []
        for seed in UInt64(0)..<5 {
            var generator = SplitMix(seed: seed)
            let order = generator.permutation(10_000), known = Array(order[..<8_000]), hidden = Array(order[8_000...])
            var model = BoostedTreesClassifier()
            try model.fit(samples.selecting(known), known.map { labels[$0] })
            scores.append(try F1().value(model.predict(samples.selecting(hidden)), hidden.map { labels[$0] }))
        }
        print("ai4i: F1 \(scores), mean \(scores.reduce(0, +) / 5)")
        #expect(scores.reduce(0, +) / 5 > 0.85)
    }

    @Test func `credit: a fit takes no longer than a few seconds`() throws {
        let (samples, labels) = try Self.credit()
        var times: [Duration] = []
        for _ in 0..<3 {
            var model = BoostedTreesClassifier()
            times.append(try ContinuousClock().measure { try model.fit(samples, labels) })
        }
        print("credit: 100 rounds on 24,000 rows: \(times)")
        #expect(times.min()! < .seconds(10))
    }
}

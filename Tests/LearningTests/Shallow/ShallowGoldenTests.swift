import Foundation
import Learning
import Testing

/// Small samples and what scikit-learn answers.
private struct ShallowCase: Decodable {
    /// Rows of numbers, labels or texts.
    enum Cells: Decodable {
        case rows([[Double]])
        case labels([Int])
        case texts([String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let rows = try? container.decode([[Double]].self) {
                self = .rows(rows)
            } else if let labels = try? container.decode([Int].self) {
                self = .labels(labels)
            } else {
                self = .texts(try container.decode([String].self))
            }
        }
    }

    let model: String
    let samples: Cells
    let targets: Cells
    let queries: Cells
    let answers: [[Double]]
    let penalty: Double?
    let strength: Double?
    let weights: String?
    let count: Int?
    let analyzer: String?
    let lengths: [Int]?
    let lowercase: Bool?
    let sublinear_tf: Bool?
    let min_df: Int?
    let max_features: Int?

    static func all() throws -> [ShallowCase] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appendingPathComponent("Golden/shallow.jsonl"))
        return try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(ShallowCase.self, from: Data($0)) }
    }

    func rows(_ cells: KeyPath<ShallowCase, Cells>) throws -> SampleMatrix {
        guard case .rows(let rows) = self[keyPath: cells] else { throw LearningError("golden", "no rows of numbers", at: model) }
        return try SampleMatrix(rows.map { $0.map { Float($0) } })
    }

    func texts(_ cells: KeyPath<ShallowCase, Cells>) throws -> [String] {
        guard case .texts(let texts) = self[keyPath: cells] else { throw LearningError("golden", "no texts", at: model) }
        return texts
    }

    func labels() throws -> [Int] {
        guard case .labels(let labels) = targets else { throw LearningError("golden", "no labels", at: model) }
        return labels
    }

    func differs(_ result: SampleMatrix) -> Double {
        precondition(answers.count == result.rows && answers[0].count == result.columns)
        return (0..<result.rows).flatMap { row in
            (0..<result.columns).map { (Double(result[row, $0]) - answers[row][$0]).magnitude / max(1, answers[row][$0].magnitude) }
        }.max() ?? .infinity
    }
}

@Suite("Shallow models against scikit-learn") struct ShallowGoldenTests {
    private func cases(_ model: String, _ count: Int) throws -> [ShallowCase] {
        let cases = try ShallowCase.all().filter { $0.model == model }
        #expect(cases.count == count)
        return cases
    }

    @Test func `ridge gives scikit-learn's predictions, with and without penalty and far from 0`() throws {
        for one in try cases("ridge", 3) {
            var model = Ridge(penalty: one.penalty!)
            try model.fit(one.rows(\.samples), one.rows(\.targets))
            #expect(one.differs(try model.predict(one.rows(\.queries))) < 1e-6)
        }
    }

    @Test func `logistic regression gives scikit-learn's probabilities, dense and sparse`() throws {
        for one in try cases("logistic", 3) {
            let samples = try one.rows(\.samples), queries = try one.rows(\.queries)
            let strength = one.strength!
            var model = LogisticRegression<SampleMatrix>(inversePenalty: strength, tolerance: 1e-9)
            try model.fit(samples, one.labels())
            #expect(model.converged)
            #expect(one.differs(try model.predictProbabilities(queries)) < 1e-5)
            var sparse = LogisticRegression<SparseMatrix>(inversePenalty: strength, tolerance: 1e-9)
            try sparse.fit(Self.sparse(samples), one.labels())
            #expect(one.differs(try sparse.predictProbabilities(Self.sparse(queries))) < 1e-5)
        }
    }

    private static func sparse(_ matrix: SampleMatrix) throws -> SparseMatrix {
        try SparseMatrix(
            columns: matrix.columns, starts: (0...matrix.rows).map { $0 * matrix.columns },
            indices: (0..<matrix.rows).flatMap { _ in (0..<matrix.columns).map { Int32($0) } }, values: matrix.values)
    }

    @Test func `neighbours vote as scikit-learn's`() throws {
        for one in try cases("neighbours", 6) {
            var model = NearestNeighbourClassifier(one.count!, weighted: one.weights == "distance")
            try model.fit(one.rows(\.samples), one.labels())
            #expect(one.differs(try model.predictProbabilities(one.rows(\.queries))) < 1e-4)
        }
        for one in try cases("neighbour_means", 1) {
            var model = NearestNeighbourRegressor(one.count!)
            try model.fit(one.rows(\.samples), one.rows(\.targets))
            #expect(one.differs(try model.predict(one.rows(\.queries))) < 1e-5)
        }
    }

    @Test func `the scaler scales as scikit-learn's and back`() throws {
        for one in try cases("scaler", 1) {
            let scaler = try StandardScaler(one.rows(\.samples)), queries = try one.rows(\.queries), scaled = try scaler.scaled(queries)
            #expect(one.differs(scaled) < 1e-6)
            let back = try scaler.restored(scaled)
            #expect(zip(back.values, queries.values).allSatisfy { ($0 - $1).magnitude < 1e-5 })
        }
    }

    @Test func `text features are scikit-learn's, terms and weights`() throws {
        for one in try cases("text", 7) {
            let lengths = one.lengths!
            let features = try TextFeatures(
                one.texts(\.samples),
                unit: ["word": .words, "char": .characters, "char_wb": .charactersInWords][one.analyzer!]!,
                lengths: lengths[0]...lengths[1], lowercased: one.lowercase ?? true,
                sublinear: one.sublinear_tf ?? false, leastTexts: one.min_df ?? 1,
                limit: one.max_features)
            let terms = try one.texts(\.targets)
            #expect(features.terms.count == terms.count && zip(features.terms, terms).allSatisfy { Array($0.utf8) == Array($1.utf8) })
            if features.terms.count == terms.count { #expect(one.differs(try features(one.texts(\.queries)).dense) < 1e-6) }
        }
    }
}

@testable import Datasets
import Engine
import Learning
import Testing

@Suite("TextSource") struct TextSourceTests {
    /// Text n consists of n % 7 + 1 times the number n + 10.
    private static let rows = (0..<40).map { [Int32](repeating: Int32($0 + 10), count: $0 % 7 + 1) }
    private let samples = Samples(["labels": HostArray((0..<40).map(Int32.init), [40])])

    private func check(_ batch: HostBatch, width: Int) {
        #expect(batch["tokens"].shape == [batch.count, width])
        let tokens = batch["tokens"].values(Int32.self), lengths = batch["lengths"].values(Int32.self)
        #expect(batch["labels"].values(Int32.self) == batch.samples.map(Int32.init))
        for (row, sample) in batch.samples.enumerated() {
            let count = min(width, sample % 7 + 1)
            #expect(lengths[row] == count)
            #expect(Array(tokens[row * width..<(row + 1) * width]) == (0..<width).map { $0 < count ? Int32(sample + 10) : -1 })
        }
    }

    @Test func `texts are padded and cut`() throws {
        let source = try TextSource([.init("tokens", Self.rows, padding: -1)], with: samples, length: .fixed(5), batch: 16, order: .stored)
        let batches = try source.batches(epoch: 0)
        #expect(batches.map(\.count) == [16, 16, 8])
        for batch in batches { check(batch, width: 5) }
        let short = try TextSource([.init("tokens", [[1], [2, 3]])], length: .longest(multipleOf: 4, limit: 9), batch: 2, order: .stored)
        #expect(try short.batches(epoch: 0)[0]["tokens"].shape == [2, 4])
    }

    @Test func `buckets bring texts of like length together`() throws {
        let source = try TextSource(
            [.init("tokens", Self.rows, padding: -1)], with: samples, length: .buckets([2, 4, 7]), batch: 6, order: .shuffled(seed: 4))
        let batches = try source.batches(epoch: 3)
        #expect(batches.count == source.batchCount)
        #expect(batches.flatMap(\.samples).sorted() == Array(0..<40))
        #expect(batches.dropLast().allSatisfy { $0.count == 6 })
        for batch in batches { check(batch, width: [2, 4, 7].first { $0 >= batch.samples.map { $0 % 7 + 1 }.max()! }!) }
        // 40 texts without buckets would be 40 x 7 wide.
        #expect(batches.reduce(0) { $0 + $1["tokens"].shape.count } < 240)
        #expect(try source.batches(epoch: 3).map(\.samples) == batches.map(\.samples))
        #expect(try source.batches(epoch: 4).map(\.samples) != batches.map(\.samples))
    }

    @Test func `rows that do not belong together are refused`() {
        #expect(throws: DatasetError("text", "its rows are not as long as those of 'a'", at: "b")) {
            try TextSource([.init("a", [[1, 2]]), .init("b", [[1]])], length: .fixed(2), batch: 1, order: .stored)
        }
    }

    @Test func `columns of words and labels are read`() throws {
        let file = try CoNLLFile(
            Array("-DOCSTART- -X- O\n\nEU NNP B-ORG\nrejects VBZ O\n\nGerman JJ B-MISC\n".utf8), encoding: .utf8, at: "f")
        #expect(file.column(0) == [["EU", "rejects"], ["German"]])
        #expect(file.column(-1) == [["B-ORG", "O"], ["B-MISC"]])
        #expect(throws: DatasetError("conll", "line 2 has 1 columns, the lines before have 2", at: "f")) {
            try CoNLLFile(Array("a b\nc\n".utf8), encoding: .utf8, at: "f")
        }
        let result = fuzz(Array("EU NNP B-ORG\nrejects VBZ O\n\nGerman JJ B-MISC\n".utf8), rounds: 5_000) {
            _ = try CoNLLFile($0, encoding: .utf8, at: "f")
        }
        #expect(result.foreign == nil)
        #expect(result.refused > 1_000)
    }

    @Test(.data("conll2000")) func `CoNLL-2000 has its official counts`() throws {
        let train = try CoNLLFile(SharedData.path("conll2000/conll2000.zip/conll2000/train.txt")),
            test = try CoNLLFile(SharedData.path("conll2000/conll2000.zip/conll2000/test.txt"))
        #expect([train.sentences.count, test.sentences.count] == [8_936, 2_012])
        #expect([train, test].map { $0.sentences.reduce(0) { $0 + $1.count } } == [211_727, 47_377])
        #expect(test.column(2)[0].prefix(3) == ["B-NP", "I-NP", "I-NP"])
    }

    @Test(.data("trec")) func `TREC's texts become batches`() throws {
        let data = try TREC(at: SharedData.path("trec")), tokenizer = WordTokenizer(.spaces)
        let vocabulary = try Vocabulary(learning: data.train.texts.map(tokenizer.tokens), minimumCount: 2)
        #expect(3_000..<5_000 ~= vocabulary.count)
        let source = try data.train.source(tokenizer, vocabulary, length: .buckets([8, 16, 40]), batch: 50, order: .shuffled(seed: 1))
        #expect(source.batchCount == 110)
        #expect(try source.epoch(0).batch(0)["tokens"].shape[1] <= 40)
    }
}

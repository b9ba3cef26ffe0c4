@testable import Datasets
import Foundation
import Testing

@Suite("WordPieceTokenizer") struct WordPieceTests {
    private struct Header: Decodable { let vocabulary: [String] }
    private struct Case: Decodable {
        let text: String
        let uncased: [String]
        let cased: [String]
        let before: String
        let pair: [Int32]
        let types: [Int32]
    }

    @Test func `it cuts every text as the tokenizers library does`() throws {
        let lines = try goldenLines("wordpiece")
        let vocabulary = try Vocabulary(JSONDecoder().decode(Header.self, from: lines[0]).vocabulary)
        let uncased = try WordPieceTokenizer(vocabulary), cased = try WordPieceTokenizer(vocabulary, lowercase: false)
        #expect(lines.count == 169)
        for line in lines.dropFirst() {
            let one = try JSONDecoder().decode(Case.self, from: line)
            func same(_ a: [String], _ b: [String]) -> Bool {
                a.count == b.count && zip(a, b).allSatisfy { $0.unicodeScalars.elementsEqual($1.unicodeScalars) }
            }
            #expect(
                same(uncased.tokens(one.text), one.uncased), "\(one.text.debugDescription): \(uncased.tokens(one.text)) for \(one.uncased)")
            #expect(same(cased.tokens(one.text), one.cased), "\(one.text.debugDescription): \(cased.tokens(one.text)) for \(one.cased)")
            let pair = try uncased.encode(one.before, one.text, limit: 16)
            #expect(pair.numbers == one.pair, "\(one.before.debugDescription) and \(one.text.debugDescription)")
            #expect(pair.types == one.types)
        }
    }

    @Test func `a vocabulary without marks is refused`() throws {
        let tokenizer = try WordPieceTokenizer(Vocabulary(["[UNK]", "a"]))
        #expect(throws: DatasetError("wordpiece", "the vocabulary has no [CLS] or no [SEP]")) { try tokenizer.encode("a") }
        #expect(throws: DatasetError("wordpiece", "the vocabulary has no token for unknown words")) {
            try WordPieceTokenizer(Vocabulary(["a"], unknown: nil))
        }
    }
}

@testable import Datasets
import Testing

@Suite("Vocabulary and tokenizers") struct VocabularyTests {
    @Test func `it is learned by falling count and then by bytes`() throws {
        let texts = [["b", "a", "c"], ["c", "b"], ["d", "[PAD]"]]
        #expect(try Vocabulary(learning: texts).tokens == ["[PAD]", "[UNK]", "b", "c", "a", "d"])
        #expect(try Vocabulary(learning: texts, minimumCount: 2).tokens == ["[PAD]", "[UNK]", "b", "c"])
        #expect(try Vocabulary(learning: texts, maximumSize: 3).tokens == ["[PAD]", "[UNK]", "b"])
        #expect(try Vocabulary(learning: texts).encode(["d", "x", "b"]) == [5, 1, 2])
        #expect(try Vocabulary(learning: texts, special: [], unknown: nil).encode(["d", "x", "b"]) == [4, 0])
        #expect(try Vocabulary(learning: texts).decode([2, 0]) == ["b", "[PAD]"])
    }

    @Test func `tokens are told apart by their bytes`() throws {
        let vocabulary = try Vocabulary(["[UNK]", "e\u{301}", "\u{e9}"])
        #expect(vocabulary.encode(["\u{e9}", "e\u{301}"]) == [2, 1])
    }

    @Test func `mistakes are named`() throws {
        #expect(throws: DatasetError("vocabulary", "the token 'a' is there twice")) { try Vocabulary(["[UNK]", "a", "a"]) }
        #expect(throws: DatasetError("vocabulary", "has no '[UNK]', which stands for unknown tokens")) { try Vocabulary(["a"]) }
        #expect(throws: DatasetError("vocabulary", "has no token 7, only 1")) { try Vocabulary(["[UNK]"]).decode([7]) }
        let scratch = try Scratch()
        let file = try scratch.write("vocab.txt", "[PAD]\n[UNK]\r\nhello\n")
        #expect(try Vocabulary(file).tokens == ["[PAD]", "[UNK]", "hello"])
    }

    @Test func `words and characters`() {
        #expect(WordTokenizer().tokens("Don't stop-gap 3.5% 中文!") == ["don't", "stop-gap", "3", ".", "5", "%", "中", "文", "!"])
        #expect(WordTokenizer(.spaces, lowercase: false).tokens("Don't  stop.\tNow") == ["Don't", "stop.", "Now"])
        #expect(CharacterTokenizer().tokens("aé 中") == ["a", "é", " ", "中"])
    }
}

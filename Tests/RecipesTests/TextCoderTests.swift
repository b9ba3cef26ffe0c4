import Datasets
import Testing

@testable import Recipes

@Suite("TextCoder") struct TextCoderTests {
    @Test func `words have numbers from 2 on, unknown ones 1, padding 0`() {
        let coder = TextCoder(["a good film", "a bad film"], length: 4, grams: 8)
        let row = coder.rows(["A film unseen"]).values(Int32.self)
        #expect(Array(row[..<4]) == [2, 4, 1, 0])
        #expect(coder.wordCount == 6)
    }

    @Test func `n-grams of a word are the same in every text`() {
        let coder = TextCoder(["x"], length: 2, grams: 64)
        func grams(_ text: String) -> Set<Int32> { Set(coder.rows([text]).values(Int32.self)[2...]).subtracting([0]) }
        #expect(grams("wonderful").isSubset(of: grams("a wonderful thing")))
        #expect(!grams("wonderful").isDisjoint(with: grams("wonder")))
        #expect(grams("wonderful").isDisjoint(with: grams("x")))
    }
}

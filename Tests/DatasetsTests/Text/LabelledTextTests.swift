@testable import Datasets
import Testing

@Suite("LabelledText") struct LabelledTextTests {
    @Test func `a line is a class and a text`() throws {
        let scratch = try Scratch()
        let file = try scratch.write("a", "0 good morning\r\n\n1\tb c\n2\n")
        let data = try LabelledText(file)
        #expect(data.labels == [0, 1, 2])
        #expect(data.texts == ["good morning", "b c", ""])
        let bad = try scratch.write("b", "0 a\nx b\n")
        #expect(throws: DatasetError("text", "line 2 does not begin with a class number, but with 'x'", at: bad)) { try LabelledText(bad) }
        let latin = try scratch.write("c", [0x30, 0x20, 0xe9])
        #expect(throws: DatasetError("text", "is not UTF-8", at: latin)) { try LabelledText(latin) }
        #expect(try LabelledText(latin, encoding: .latin1).texts == ["é"])
    }

    @Test func `the class may stand at the end`() throws {
        let scratch = try Scratch()
        let file = try scratch.write("a", "text\tlabel\na b\tc\t3\n你好\t0\n")
        let data = try LabelledText(file, .labelLast, skipping: 1)
        #expect(data.labels == [3, 0])
        #expect(data.texts == ["a b\tc", "你好"])
        #expect(throws: DatasetError("text", "line 1 does not end with a class number, but with 'label'", at: file)) {
            try LabelledText(file, .labelLast)
        }
    }

    @Test(.data("thucnews-titles")) func `titles in Chinese`() throws {
        let data = try LabelledText(SharedData.path("thucnews-titles/dev.txt.gz"), .labelLast)
        #expect(data.count == 10_000)
        #expect(Set(data.labels) == Set(0..<10))
    }

    @Test func `damaged files are refused and never trap`() throws {
        let result = fuzz(Array("0 good morning\n1 äöü 你好\r\n2 x\n".utf8), rounds: 5_000) { bytes in
            _ = try TextEncoding.utf8.decode(bytes, for: "t", at: "f").lines
            #expect(try TextEncoding.latin1.decode(bytes, for: "t", at: "f").unicodeScalars.count == bytes.count)
        }
        #expect(result.foreign == nil)
        #expect(result.refused > 500)
    }

    @Test(.data("sst2")) func `SST-2 has its official parts`() throws {
        let data = try SST2(at: SharedData.path("sst2"))
        #expect([data.train.count, data.validation.count, data.test.count] == [6_920, 872, 1_821])
        #expect(data.validation.texts[0] == "one long string of cliches .")
        #expect(Set(data.train.labels) == [0, 1])
    }

    @Test(.data("trec")) func `TREC has its official parts`() throws {
        let data = try TREC(at: SharedData.path("trec"))
        #expect([data.train.count, data.test.count] == [5_452, 500])
        #expect(data.test.texts[0] == "How far is it from Denver to Aspen ?")
        #expect(Set(data.train.labels) == Set(0..<6))
    }
}

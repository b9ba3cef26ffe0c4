/// Reads columns of words with their labels, one word a line, sentences apart by empty lines: CoNLL-2000, CoNLL-2003 and their like.
public struct CoNLLFile: Sendable {
    /// Columns of a line.
    public let width: Int
    /// Sentences, words, columns.
    public let sentences: [[[String]]]

    /// - Parameter path: a file, also one that gzip has packed, or `archive.zip/member.txt`. Lines that begin with `-DOCSTART-` are left out.
    public init(_ path: String, encoding: TextEncoding = .utf8) throws {
        let bytes = try FileBytes.read(path, for: "conll")
        try self.init(bytes, encoding: encoding, at: path)
    }

    init(_ bytes: [UInt8], encoding: TextEncoding, at place: String) throws {
        var sentences: [[[String]]] = [], sentence: [[String]] = [], width: Int?
        for (index, line) in try encoding.decode(bytes, for: "conll", at: place).lines.enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.isEmpty || words[0] == "-DOCSTART-" {
                if !sentence.isEmpty { sentences.append(sentence) }
                sentence = []
                continue
            }
            guard words.count == width ?? words.count else {
                throw DatasetError("conll", "line \(index + 1) has \(words.count) columns, the lines before have \(width!)", at: place)
            }
            width = words.count
            sentence.append(words.map(String.init))
        }
        if !sentence.isEmpty { sentences.append(sentence) }
        guard let width else { throw DatasetError("conll", "has no words", at: place) }
        self.width = width
        self.sentences = sentences
    }

    /// One column of every sentence: 0 is the words, the last one usually the labels.
    public func column(_ number: Int) -> [[String]] {
        let number = number < 0 ? number + width : number
        if !(0..<width ~= number) { trap(DatasetError("conll", "column \(number) of \(width)")) }
        return sentences.map { $0.map { $0[number] } }
    }
}

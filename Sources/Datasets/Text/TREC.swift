/// Questions by what they ask for (Li and Roth: Learning question classifiers, 2002): `TREC.train.all` and `TREC.test.all`, plain or with `.gz`.
public struct TREC: Sendable {
    public let train: LabelledText
    public let test: LabelledText

    public init(at folder: String) throws {
        func part(_ name: String) throws -> LabelledText {
            let path = "\(folder)/TREC.\(name).all"
            guard let found = FileBytes.find(path) else { throw DatasetError("trec", "there is no such file, nor one with .gz", at: path) }
            return try LabelledText(found, encoding: .latin1)
        }
        train = try part("train")
        test = try part("test")
    }
}

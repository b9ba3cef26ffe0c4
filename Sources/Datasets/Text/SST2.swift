/// The Stanford Sentiment Treebank's sentences, negative or positive (Socher et al., 2013), as sentence classification distributes them:
/// `stsa.binary.train`, `.dev` and `.test`, plain or with `.gz`.
public struct SST2: Sendable {
    public static let classes = ["negative", "positive"]
    public let train: LabelledText
    public let validation: LabelledText
    public let test: LabelledText

    public init(at folder: String) throws {
        func part(_ name: String) throws -> LabelledText {
            let path = "\(folder)/stsa.binary.\(name)"
            guard let found = FileBytes.find(path) else { throw DatasetError("sst2", "there is no such file, nor one with .gz", at: path) }
            return try LabelledText(found, encoding: .latin1)
        }
        train = try part("train")
        validation = try part("dev")
        test = try part("test")
    }
}

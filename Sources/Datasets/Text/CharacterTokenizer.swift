/// Characters as a reader counts them, white space included; `é` is one whether it is one code point or two.
public struct CharacterTokenizer: Tokenizer, Hashable {
    public let lowercase: Bool

    public init(lowercase: Bool = false) { self.lowercase = lowercase }

    public func tokens(_ text: String) -> [String] { (lowercase ? text.lowercased() : text).map(String.init) }
}

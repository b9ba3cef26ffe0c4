/// Cuts a text into tokens.
public protocol Tokenizer: Sendable {
    func tokens(_ text: String) -> [String]
}

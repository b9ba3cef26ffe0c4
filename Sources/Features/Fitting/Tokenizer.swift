/// Cuts text into tokens, without a vocabulary.
enum Tokenizer {
    /// Calls `body` with each token until it returns false.
    static func tokens(of text: String, _ kind: FeatureStep.TokenKind, _ body: (String) throws -> Bool) rethrows {
        switch kind {
        case .character:
            for character in text.lowercased() where try !body(String(character)) { return }
        case .word:
            var token = ""
            for character in text.lowercased() {
                if character.isLetter || character.isNumber {
                    token.append(character)
                    continue
                }
                if !token.isEmpty {
                    if try !body(token) { return }
                    token = ""
                }
                if !character.isWhitespace, try !body(String(character)) { return }
            }
            if !token.isEmpty { _ = try body(token) }
        }
    }
}

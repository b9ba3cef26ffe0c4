/// Ends the program with a line on the standard error stream and a code of its own.
struct Refusal: Error, CustomStringConvertible {
    let code: Int32
    let description: String

    static func usage(_ text: String) -> Refusal { Refusal(code: 2, description: text) }
    /// A gate was asked and said no.
    static func gate(_ text: String) -> Refusal { Refusal(code: 3, description: text) }
    static func interrupted(_ text: String) -> Refusal { Refusal(code: 130, description: text) }
}

import Features
import Testing

@Suite("FeatureError") struct FeatureErrorTests {
    @Test func `it names operation, place and reason`() {
        #expect("\(FeatureError("open", "the file is empty", at: "a.csv"))" == "open 'a.csv': the file is empty")
        #expect("\(FeatureError("open", "no file"))" == "open: no file")
    }

    @Test func `a mistake in code ends the program with its text`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Validity(count: 3, valid: true)[3]
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("validity: row 3 of 3"))
    }
}

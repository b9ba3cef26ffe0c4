import Learning
import Testing

@Suite("LearningError") struct LearningErrorTests {
    @Test func `it names operation, place and reason`() {
        #expect("\(LearningError("open", "the file is empty", at: "a.csv"))" == "open 'a.csv': the file is empty")
        #expect("\(LearningError("open", "no file"))" == "open: no file")
    }

    @Test func `a mistake in code ends the program with its text`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = TopKAccuracy(0) }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("topKAccuracy: k is 0"))
    }
}

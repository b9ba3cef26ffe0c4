import Learning
import Testing

@Suite("LearningError") struct LearningErrorTests {
    @Test func `it names operation, place and reason`() {
        #expect("\(LearningError("open", "the file is empty", at: "a.csv"))" == "open 'a.csv': the file is empty")
        #expect("\(LearningError("open", "no file"))" == "open: no file")
    }
}

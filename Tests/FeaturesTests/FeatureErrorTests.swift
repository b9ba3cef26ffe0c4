import Features
import Testing

@Suite("FeatureError") struct FeatureErrorTests {
    @Test func `it names operation, place and reason`() {
        #expect("\(FeatureError("open", "the file is empty", at: "a.csv"))" == "open 'a.csv': the file is empty")
        #expect("\(FeatureError("open", "no file"))" == "open: no file")
    }
}

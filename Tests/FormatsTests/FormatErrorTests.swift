import Formats
import Testing

@Suite("FormatError") struct FormatErrorTests {
    @Test func `it names operation, place and reason`() {
        #expect("\(FormatError("open", "the file is empty", at: "a.csv"))" == "open 'a.csv': the file is empty")
        #expect("\(FormatError("open", "no file"))" == "open: no file")
    }
}

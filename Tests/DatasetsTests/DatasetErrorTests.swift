import Datasets
import Testing

@Suite("DatasetError") struct DatasetErrorTests {
    @Test func `it names operation, place and reason`() {
        #expect("\(DatasetError("open", "the file is empty", at: "a.csv"))" == "open 'a.csv': the file is empty")
        #expect("\(DatasetError("open", "no file"))" == "open: no file")
    }
}

import Datasets
import Testing

@Suite("DatasetError") struct DatasetErrorTests {
    @Test func `it names operation, place and reason`() {
        #expect("\(DatasetError("open", "the file is empty", at: "a.csv"))" == "open 'a.csv': the file is empty")
        #expect("\(DatasetError("open", "no file"))" == "open: no file")
    }

    @Test func `a mistake in code ends the program with its text`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var random = SampleRandom(seed: 1, epoch: 0, sample: 0)
            _ = random.below(0)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("random: there is no number below 0"))
    }
}

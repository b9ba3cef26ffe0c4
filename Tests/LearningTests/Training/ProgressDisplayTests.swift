import Testing

@testable import Learning

@Suite struct ProgressDisplayTests {
    private let moment = ProgressDisplay.Moment(
        epoch: 2, epochs: 10, batch: 30, batches: 100, loss: 0.51234, samplesPerSecond: 12345, remaining: 125)

    private func shown(isBar: Bool, hasColor: Bool, width: Int = 100) -> String {
        var text = ""
        let display = ProgressDisplay(isBar: isBar, hasColor: hasColor, width: width) { text += $0 }
        display.show(moment, at: 1000)
        display.show(moment, at: 1000.05)  // too soon
        return text
    }

    @Test func `a terminal gets a bar with rate and time left`() {
        #expect(
            shown(isBar: true, hasColor: false)
                == "\r\u{1b}[Kepoch 2/10 ━━━━━━━━━━━━──────────────────────────── 30 %  loss 0.5123  12,345 samples/s  2:05 left")
        #expect(shown(isBar: true, hasColor: true).contains("\u{1b}[36m━"))
        #expect(shown(isBar: true, hasColor: false, width: 60) == "\r\u{1b}[Kepoch 2/10 30 %  loss 0.5123  12,345 samples/s  2:05 left")
    }

    @Test func `what is no terminal gets lines without colour`() {
        #expect(shown(isBar: false, hasColor: false) == "train: epoch 2/10, batch 30/100: loss 0.5123  12,345 samples/s  2:05 left\n")
    }

    @Test func `numbers read as people write them`() {
        #expect(
            [0, 0.00012, 0.5, 12.345, 123.45, 1_234_567, -5000, .nan, .infinity].map(Wording.plain)
                == ["0.0000", "1.2e-04", "0.5000", "12.35", "123.5", "1,234,567", "-5,000", "–", "∞"])
        #expect(
            [0.04, 3.21, 59.4, 61, 3599.6, 7384, .infinity].map(Wording.duration) == [
                "0.0 s", "3.2 s", "59 s", "1:01", "1:00:00", "2:03:04", "–",
            ])
    }
}

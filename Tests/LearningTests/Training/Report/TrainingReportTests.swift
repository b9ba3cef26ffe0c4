import Foundation
import Testing

@testable import Learning

/// A report with everything in it.
private func example() throws -> TrainingReport {
    var report = TrainingReport(
        title: "Digits <by hand>", summary: "Tells handwritten digits apart on 28 × 28 pictures: \"0\" to \"9\" & nothing else.")
    report.date = "2026-11-22"
    report.measures = [
        .init("accuracy", 0.9957, low: 0.9942, high: 0.9969, largerIsBetter: true),
        .init("log loss", 0.0142, low: 0.0119, high: 0.0168, largerIsBetter: false),
        .init("calibration error", 0.0018, largerIsBetter: false),
    ]
    report.seeds = [0.9957, 0.9951, 0.9960]
    report.references = [
        .init("majority class", 0.9135, kind: .floor), .init("LeNet-5", 0.9905, kind: .published, source: "LeCun et al. 1998"),
        .init("a deep ensemble of many nets", 0.9987, kind: .published, source: "An et al. 2020"),
    ]
    report.baselines = [
        .init("logistic regression", 0.9264, difference: 0.0693, low: 0.0645, high: 0.0742),
        .init("k-nearest neighbours", 0.9705, difference: 0.0252, low: 0.0221, high: 0.0284),
        .init("gradient-boosted trees", 0.9781, difference: 0.0176, low: 0.0149, high: 0.0204),
    ]
    report.history = (1...24).map { epoch in
        let t = Double(epoch)
        let wave = (t * 1.7).truncatingRemainder(dividingBy: 1) * 0.006
        return EpochRecord(
            epoch: epoch, step: epoch * 400, loss: 0.4 / t + 0.004, rate: 1e-3 * (1 - t / 24),
            scores: [Score("loss", 0.25 / t + 0.018 + 0.0012 * t + wave), Score("accuracy", 0.9962 - 0.05 / t - wave * 0.1)], seconds: 4,
            cpuSeconds: 8, samples: 51_200)
    }
    report.bestEpoch = 19
    report.confusion = try .init(
        labels: (0..<10).map(String.init),
        counts: (0..<10).map { row in
            (0..<10).map { row == $0 ? 970 + row * 3 : (row * 7 + $0 * 3) % 11 == 0 ? 4 : (row + $0) % 5 == 0 ? 1 : 0 }
        })
    let truths = (0..<300).map { Double($0 % 125) }
    report.scatter = try .init(
        truths: truths, predictions: truths.enumerated().map { $1 + Double(($0 * 37) % 41 - 20) * 0.6 }, unit: "cycles")
    report.facts = [
        .init(
            "Data",
            [
                .init("source", "mnist"), .init("training", "50,000 pictures"), .init("validation", "10,000 pictures, split at random"),
                .init("test", "10,000 pictures"),
            ]),
        .init(
            "Model", [.init("kind", "convolutional network"), .init("parameters", "421,642"), .init("precision", "bf16 with f32 weights")]),
        .init(
            "Training",
            [
                .init("optimizer", "adamw, rate 0.001, decay 0.05"), .init("schedule", "one-cycle"), .init("time", "1:36"),
                .init("processor time", "3:05"),
            ]),
        .init("Versions", [.init("millrace", "0.1"), .init("seed", "1")]),
    ]
    report.warnings = [
        "overfitting: since epoch 19 the training loss fell from 0.0251 to 0.0207, but the validation loss went from 0.0450 to 0.0521; more data, augmentation, dropout, weight decay or an earlier end help"
    ]
    report.intendedUse = "Digits that were cut out and centred."
    report.limitations = ["Pictures of other sizes have to be scaled first.", "Letters | signs\nare taken for digits."]
    report.license = "cc-by-4.0"
    report.task = "image-classification"
    report.datasets = ["mnist"]
    report.tags = ["digits"]
    return report
}

@Suite struct TrainingReportTests {
    @Test func `the page needs nothing else and takes no text for markup`() throws {
        let page = try example().html
        for outside in ["<script", "<link", "@import", "url(", "src=", "href="] { #expect(!page.contains(outside), "\(outside)") }
        #expect(page.contains("<h1>Digits &lt;by hand&gt;</h1>"))
        #expect(page.contains("pictures: &quot;0&quot; to &quot;9&quot; &amp; nothing else."))
        #expect(!page.contains("<by hand>"))
        #expect(!page.contains("nan") && !page.contains("inf\""))
    }

    @Test func `the page is well-formed and holds every part`() throws {
        let page = try example().html
        // As XML, but for the two tags that HTML leaves open.
        let text = page.replacingOccurrences(of: "<!doctype html>", with: "").replacingOccurrences(
            of: "<meta [^>]*>", with: "", options: .regularExpression
        )
        .replacingOccurrences(of: "&nbsp;", with: " ")
        var open: [Substring] = []
        for tag in text.matches(of: /<(\/?)([a-z0-9]+)[^>]*?(\/?)>/) {
            if !tag.3.isEmpty { continue }
            if tag.1.isEmpty { open.append(tag.2) } else { #expect(open.popLast() == tag.2) }
        }
        #expect(open.isEmpty)
        for part in [
            "Where it stands", "How it learned", "Where it errs", "Compared on the same samples", "What went into it", "Overfitting: since",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(page.matches(of: /<svg/).count == 6)
        #expect(page.contains("class=\"better\">+0.0693 [+0.0645, +0.0742]<"))
        #expect(page.contains("better than the best baseline, gradient-boosted trees: 0.9957 against 0.9781, and chance does not explain"))
    }

    @Test func `empty parts are left out`() {
        let page = TrainingReport(title: "Bare", summary: "").html
        #expect(!page.contains("<h2>") && !page.contains("<svg") && !page.contains("class=\"warning\""))
    }

    @Test func `values that are not finite are drawn without them`() throws {
        var report = try example()
        report.history += [
            EpochRecord(epoch: 25, step: 1, loss: .infinity, rate: 0, scores: [Score("loss", .nan)], seconds: 0, cpuSeconds: 0, samples: 0)
        ]
        report.scatter = try .init(truths: [.nan, 1, 1], predictions: [1, .infinity, 1])
        report.measures[0] = .init("accuracy", .nan, largerIsBetter: true)
        #expect(!report.html.contains("nan"))
    }

    @Test func `the verdict tells chance from difference`() {
        var report = TrainingReport(title: "", summary: "")
        report.measures = [.init("rmse", 12.1, largerIsBetter: false)]
        #expect(report.verdict == nil)
        report.baselines = [.init("ridge", 12.4, difference: -0.3, low: -0.7, high: 0.1), .init("trees", 15)]
        #expect(
            report.verdict
                == "The deep model is better than the best baseline, ridge: 12.10 against 12.40, but the difference may be chance.")
        report.baselines = [.init("trees", 11)]
        #expect(report.verdict == "The deep model is worse than the best baseline, trees: 12.10 against 11.00.")
    }

    @Test func `the card has front matter, tables and limits`() throws {
        let card = try example().card
        #expect(
            card.hasPrefix(
                """
                ---
                license: "cc-by-4.0"
                library_name: millrace
                pipeline_tag: "image-classification"
                datasets:
                  - "mnist"
                tags:
                  - "digits"
                metrics:
                  - "accuracy"
                """))
        #expect(card.contains("| accuracy | 0.9957 | 0.9942 to 0.9969 |"))
        #expect(card.contains("| gradient-boosted trees | baseline | 0.9781 | +0.0176 [+0.0149, +0.0204] |"))
        #expect(card.contains("          - {type: \"accuracy\", value: 0.9957}"))
        #expect(card.contains("- Letters | signs are taken for digits."))
    }

    @Test func `shapes that do not fit are refused in words`() {
        #expect(throws: LearningError("report", "a confusion of 2 classes needs as many rows and columns, got 1 rows of [2]")) {
            _ = try TrainingReport.Confusion(labels: ["a", "b"], counts: [[1, 2]])
        }
        #expect(throws: LearningError("report", "1 predictions for 2 true values")) {
            _ = try TrainingReport.Scatter(truths: [1, 2], predictions: [1])
        }
    }

    @Test func `both files are written`() throws {
        let kept = ProcessInfo.processInfo.environment["MILLRACE_KEEP_REPORT"]
        let folder = kept ?? FileManager.default.temporaryDirectory.appendingPathComponent("millrace-report-\(getpid())").path
        defer { if kept == nil { try? FileManager.default.removeItem(atPath: folder) } }
        let report = try example()
        try report.write(to: folder)
        #expect(try String(contentsOfFile: folder + "/report.html", encoding: .utf8) == report.html)
        #expect(try String(contentsOfFile: folder + "/card.md", encoding: .utf8) == report.card)
    }
}

@Suite struct AxisTests {
    @Test func `ticks are round numbers within the range`() {
        #expect(Axis([0, 10], from: 0, to: 100, padding: 0).ticks == [0, 2, 4, 6, 8, 10])
        #expect(
            Axis([0.01, 1], from: 0, to: 100, padding: 0, mayBeLogarithmic: true).ticks.map { ($0 * 1000).rounded() } == [
                10, 20, 50, 100, 200, 500, 1000,
            ])
        #expect(Axis([0.01, 1], from: 0, to: 100, padding: 0, mayBeLogarithmic: true)(0.1) == 50)
        #expect(
            Axis([1, 24], from: 0, to: 100, count: 8, padding: 0, isWhole: true).ticks == [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24])
        let small = Axis([0.9135, 0.9987], from: 0, to: 1)
        #expect(small.ticks.map(small.label) == ["0.92", "0.94", "0.96", "0.98", "1.00"])
        for values in [[], [3.0], [0, 0], [.nan, .infinity], [-1e300, 1e300], [1e-300, 2e-300]] {
            let axis = Axis(values, from: 0, to: 1)
            #expect(axis.low < axis.high && axis.ticks.count <= 20 && axis(0).isFinite)
        }
    }

    @Test func `coordinates have two digits at most`() {
        #expect([1, 0.5, -2.25, 1.005, 0.004, .nan, 1e99].map(Markup.place) == ["1", "0.5", "-2.25", "1", "0", "0", "0"])
    }
}

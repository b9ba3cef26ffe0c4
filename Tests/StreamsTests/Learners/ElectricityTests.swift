import Foundation
import Streams
import Testing

@Suite struct ElectricityTests {
    /// The rows of Elec2, where the folder of data is there.
    private static let place: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = ProcessInfo.processInfo.environment["MILLRACE_DATA"] ?? root.appendingPathComponent("../shared/data").path
        let file = data + "/streams/electricity.csv.gz"
        return FileManager.default.fileExists(atPath: file) ? file : nil
    }()

    private func rows(_ path: String) throws -> [(row: [Float], label: Int)] {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
            let cells = line.split(separator: ",").map { Float($0) ?? .nan }
            return (Array(cells.dropLast()), Int(cells[cells.count - 1]))
        }
    }

    @Test(.enabled(if: place != nil, "Elec2 is not in ../shared/data nor in $MILLRACE_DATA"))
    func `an adaptive random forest answers at least 88.5 % of Elec2, far more than the label before`() throws {
        let settings = TreeSettings(leafLimit: 400, gracePeriod: 100, splitConfidence: 0.1, columnsPerLeaf: 4)
        var forest = AdaptiveRandomForest(
            features: 6, classes: 2, settings: settings, intensity: 10, warningLevel: 0.3, driftLevel: 0.2, seed: 1)
        var score = Prequential(classes: 2)
        var scores: [Float] = [0, 0]
        for (row, label) in try rows(try #require(Self.place)) {
            forest.score(row, into: &scores)
            score.add(answer: scores[1] > scores[0] ? 1 : 0, label: label)
            forest.learn(row, label: label)
        }
        #expect(score.count == 45_312 && score.refused == 0 && forest.refused == 0)
        #expect(abs(score.noChangeAccuracy - 0.8533) < 5e-4)
        #expect(score.accuracy >= 0.885, "\(score.accuracy)")
        #expect(score.kappaTemporal > 0.2, "\(score.kappaTemporal)")
        #expect(forest.memoryBytes <= forest.memoryLimit)
    }
}

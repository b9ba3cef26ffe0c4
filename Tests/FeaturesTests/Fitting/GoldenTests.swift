import Foundation
import Testing

@testable import Features

/// One case of numbers by scikit-learn or pandas; null stands for what is no number.
private struct Case: Decodable {
    let name: String
    let input: [[Double]]
    let output: [[Double]]
    let target: [String]?
    let numericTarget: [Double]?
    let explained: [Double]?
    let times: [Int64]?
    let length: Int?, minimum: Int?, count: Int?, seconds: Int?
    let weight: Double?

    private enum Key: CodingKey { case name, input, output, target, explained, times, length, minimum, count, seconds, weight }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func matrix(_ key: Key) throws -> [[Double]] {
            if !container.contains(key) { return [] }
            if let rows = try? container.decode([[Double?]].self, forKey: key) { return rows.map { $0.map { $0 ?? .nan } } }
            return try container.decode([Double?].self, forKey: key).map { [$0 ?? .nan] }
        }
        name = try container.decode(String.self, forKey: .name)
        input = try matrix(.input)
        output = try matrix(.output)
        target = try? container.decodeIfPresent([String].self, forKey: .target)
        numericTarget = try? container.decodeIfPresent([Double].self, forKey: .target)
        explained = try container.decodeIfPresent([Double].self, forKey: .explained)
        times = try container.decodeIfPresent([Int64].self, forKey: .times)
        length = try container.decodeIfPresent(Int.self, forKey: .length)
        minimum = try container.decodeIfPresent(Int.self, forKey: .minimum)
        count = try container.decodeIfPresent(Int.self, forKey: .count)
        seconds = try container.decodeIfPresent(Int.self, forKey: .seconds)
        weight = try container.decodeIfPresent(Double.self, forKey: .weight)
    }

    var frame: Frame {
        get throws {
            var columns: [(String, Column)] = (input.first ?? []).indices.map { column in ("x\(column)", Column(input.map { $0[column] })) }
            if let times { columns.append(("time", Column(timestamps: times))) }
            if let target { columns.append(("y", Column(target))) }
            if let numericTarget { columns.append(("y", Column(numericTarget))) }
            return try Frame(columns)
        }
    }
}

private func cases() throws -> [Case] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: folder.appendingPathComponent("Golden/features.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").map { try JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
}

/// The largest difference of two tables, in parts of the larger of one and the wanted number; infinite where one is missing and one is not.
private func difference(_ found: [Float], _ wanted: [[Double]]) -> Double {
    let wanted = wanted.flatMap(\.self)
    if found.count != wanted.count { return .infinity }
    return zip(found, wanted).reduce(0) { worst, pair in
        if pair.0.isNaN || pair.1.isNaN { return pair.0.isNaN && pair.1.isNaN ? worst : .infinity }
        return max(worst, abs(Double(pair.0) - pair.1) / max(1, abs(pair.1)))
    }
}

@Suite("Features against scikit-learn and pandas") struct GoldenTests {
    private func steps(_ name: String) -> [FeatureStep] {
        switch name {
        case "scale.standard": [.scale(.standard)]
        case "scale.min-max": [.scale(.minMax)]
        case "scale.robust": [.scale(.robust)]
        case "scale.log1p": [.scale(.log1p)]
        case "impute.mean": [.impute(.mean)]
        case "impute.median": [.impute(.median)]
        case "clip.quantiles": [.clipQuantiles(0.1, 0.9)]
        case "pca.three": [.pca(.count(3))]
        case "pca.all": [.pca(.count(5))]
        case "pca.share": [.pca(.share(0.9))]
        case "pca.whiten": [.pca(.count(2), whiten: true)]
        default: []
        }
    }

    private func rule(_ example: Case) -> DerivedColumn.Rule? {
        let parts = example.name.split(separator: ".").map(String.init)
        switch parts[0] {
        case "rolling":
            guard let statistic = DerivedColumn.Statistic(rawValue: parts[1]) else { return nil }
            if let seconds = example.seconds { return .rolling(statistic, over: .time(Int64(seconds) * 1_000_000)) }
            return .rolling(statistic, over: .steps(example.length ?? 1), minimum: example.minimum ?? 1)
        case "average": return .average(example.weight ?? 1)
        case "lag": return .lag(example.count ?? 1)
        case "difference": return .difference(example.count ?? 1)
        case "calendar": return CalendarPart(rawValue: parts[1]).map { .calendar($0) }
        default: return nil
        }
    }

    @Test func `every case of the reference is met`() throws {
        var met = 0
        for example in try cases() {
            let frame = try example.frame
            if example.name.hasPrefix("information") {
                let definition = FeatureDefinition(
                    inputs: [InputGroup("x", ["x*"], [.select(2)])],
                    target: TargetDefinition("y", classes: example.target == nil ? nil : []))
                let found = try #require(try definition.fit(frame).information(of: "x")).map(\.nats)
                #expect(difference(found.map(Float.init), example.output) < 1e-6, "\(example.name): \(found)")
            } else if let rule = rule(example) {
                let of = example.name.hasPrefix("calendar") ? "time" : "x0"
                let definition = FeatureDefinition(
                    order: example.times != nil && of == "x0" ? "time" : nil, derived: [DerivedColumn("d", rule, of: of)],
                    inputs: [InputGroup("d", ["d"])], missing: .keep)
                let found = try definition.fit(frame).transform(frame).inputs[0].values.floats ?? []
                #expect(difference(found, example.output) < 2e-6, "\(example.name): \(difference(found, example.output))")
            } else {
                let steps = steps(example.name)
                #expect(!steps.isEmpty, "\(example.name) is not known")
                let fitted = try FeatureDefinition(inputs: [InputGroup("x", ["x*"], steps)], missing: .keep).fit(frame)
                let found = try fitted.transform(frame).inputs[0].values.floats ?? []
                #expect(difference(found, example.output) < 1e-6, "\(example.name): \(difference(found, example.output))")
                if let explained = example.explained {
                    let ours = try #require(fitted.explainedVariance(of: "x"))
                    #expect(ours.count == explained.count && zip(ours, explained).allSatisfy { abs($0 - $1) < 1e-12 }, "\(example.name)")
                }
            }
            met += 1
        }
        #expect(met == 37)
    }

    @Test func `a golden number that is wrong is noticed`() {
        #expect(difference([1, 2], [[1], [2.001]]) > 1e-6)
        #expect(difference([1, .nan], [[1], [2]]) == .infinity)
    }
}

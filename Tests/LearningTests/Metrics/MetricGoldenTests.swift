import Foundation
import Learning
import Testing

/// Samples and what the reference implementation says about them.
private struct MetricCase: Decodable {
    let metric: String
    let value: Double
    let reference: String
    let weights: [Double]?
    let bins: Int?
    let tokenizer: String?
    let lowercased: Bool?
    let word_order: Int?
    let scheme: String?
    let line: Data

    private enum CodingKeys: CodingKey { case metric, value, reference, weights, bins, tokenizer, lowercased, word_order, scheme }

    private struct Samples<Prediction: Decodable, Target: Decodable>: Decodable {
        let predictions: [Prediction]
        let targets: [Target]
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metric = try container.decode(String.self, forKey: .metric)
        value = try container.decode(Double.self, forKey: .value)
        reference = try container.decode(String.self, forKey: .reference)
        weights = try container.decodeIfPresent([Double].self, forKey: .weights)
        bins = try container.decodeIfPresent(Int.self, forKey: .bins)
        tokenizer = try container.decodeIfPresent(String.self, forKey: .tokenizer)
        lowercased = try container.decodeIfPresent(Bool.self, forKey: .lowercased)
        word_order = try container.decodeIfPresent(Int.self, forKey: .word_order)
        scheme = try container.decodeIfPresent(String.self, forKey: .scheme)
        line = decoder.userInfo[CodingUserInfoKey(rawValue: "line")!] as! Data
    }

    static let all: [MetricCase] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try! Data(contentsOf: folder.appendingPathComponent("Golden/metrics.jsonl"))
        return data.split(separator: UInt8(ascii: "\n")).map { line in
            let decoder = JSONDecoder()
            decoder.userInfo[CodingUserInfoKey(rawValue: "line")!] = Data(line)
            return try! decoder.decode(MetricCase.self, from: Data(line))
        }
    }()

    private func samples<Prediction: Decodable, Target: Decodable>() throws -> Samples<Prediction, Target> {
        try JSONDecoder().decode(Samples<Prediction, Target>.self, from: line)
    }

    /// What our metric answers, or nil where the case is for no metric of this kind.
    private func measure<Measure: Metric>(_ metric: Measure) throws -> Double
    where Measure.Prediction: Decodable, Measure.Target: Decodable {
        #expect(metric.name == self.metric || self.metric.hasPrefix("chrf"))
        let samples: Samples<Measure.Prediction, Measure.Target> = try samples()
        return try metric.value(samples.predictions, samples.targets, weights: weights)
    }

    func measured() throws -> Double {
        switch metric {
        case "accuracy": return try measure(Accuracy())
        case "balanced_accuracy": return try measure(BalancedAccuracy())
        case "mcc": return try measure(MatthewsCorrelation())
        case "kappa": return try measure(CohenKappa())
        case "precision": return try measure(Precision())
        case "precision_micro": return try measure(Precision(.micro))
        case "precision_macro": return try measure(Precision(.macro))
        case "precision_weighted": return try measure(Precision(.weighted))
        case "recall": return try measure(Recall())
        case "recall_micro": return try measure(Recall(.micro))
        case "recall_macro": return try measure(Recall(.macro))
        case "recall_weighted": return try measure(Recall(.weighted))
        case "f1": return try measure(F1())
        case "f2.0": return try measure(F1(beta: 2))
        case "f1_micro": return try measure(F1(.micro))
        case "f1_macro": return try measure(F1(.macro))
        case "f1_weighted": return try measure(F1(.weighted))
        case "roc_auc": return try measure(ROCAUC())
        case "average_precision": return try measure(AveragePrecision())
        case "roc_auc_ovr": return try measure(OneVersusRestROCAUC())
        case "roc_auc_ovr_weighted": return try measure(OneVersusRestROCAUC(.weighted))
        case "log_loss": return try (try? measure(BinaryLogLoss())) ?? measure(LogLoss())
        case "brier": return try (try? measure(BinaryBrierScore())) ?? measure(BrierScore())
        case "top_2_accuracy": return try measure(TopKAccuracy(2))
        case "ece": return try measure(CalibrationError(bins: bins!))
        case "mse": return try measure(MeanSquaredError())
        case "rmse": return try measure(RootMeanSquaredError())
        case "mae": return try measure(MeanAbsoluteError())
        case "mape": return try measure(MeanAbsolutePercentageError())
        case "smape": return try measure(SymmetricMeanAbsolutePercentageError())
        case "r2": return try measure(R2())
        case "nasa_score": return try measure(NASAScore())
        case "mean_iou": return try measure(MeanIoU(classes: 3))
        case "dice": return try measure(Dice(classes: 3))
        case "map", "map_50", "map_75":
            let samples: Samples<[[Double]], [[Double]]> = try samples()
            func box(_ numbers: [Double]) -> Box { Box(left: numbers[0], top: numbers[1], right: numbers[2], bottom: numbers[3]) }
            let found = samples.predictions.map { $0.map { DetectedBox(box($0), label: Int($0[4]), score: $0[5]) } }
            let truth = samples.targets.map { $0.map { TrueBox(box($0), label: Int($0[4]), isCrowd: $0[5] == 1) } }
            return try (metric == "map" ? MeanAveragePrecision() : MeanAveragePrecision(at: metric == "map_50" ? 0.5 : 0.75)).value(
                found, truth)
        case "bleu": return try measure(BLEU(tokenizer: BLEUTokenizer(rawValue: tokenizer!)!, lowercased: lowercased ?? false))
        case "chrf": return try measure(ChrF(wordOrder: word_order!))
        case "wer": return try measure(WordErrorRate())
        case "cer": return try measure(CharacterErrorRate())
        case "edit_distance": return try measure(EditDistance())
        case "entity_f1":
            return try measure(EntityF1(scheme == "lenient" ? .lenient : scheme == "iob2" ? .iob2 : .iobes))
        case "entity_f1_macro":
            let samples: Samples<[String], [String]> = try samples()
            let scores = try EntityF1().report(samples.predictions, samples.targets)
            return scores.reduce(0) { $0 + $1.f1 } / Double(scores.count)
        default: throw LearningError("golden", "no metric is named", at: metric)
        }
    }
}

@Suite("Metrics against their references") struct MetricGoldenTests {
    @Test func `every metric gives the number of its reference`() throws {
        #expect(MetricCase.all.count == 67)
        for one in MetricCase.all {
            let value = try one.measured()
            // torchmetrics keeps f32.
            let tolerance = (one.reference.hasPrefix("torchmetrics") ? 2e-6 : 1e-12) * max(1, one.value.magnitude)
            #expect(
                (value - one.value).magnitude <= tolerance,
                "\(one.metric) \(one.tokenizer ?? "") \(one.scheme ?? ""): \(value), \(one.reference) \(one.value)")
        }
    }
}

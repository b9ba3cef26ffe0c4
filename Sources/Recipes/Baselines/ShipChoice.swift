import Formats
import Learning

/// Which model a bundle holds: the net, or a shallow one that is better than it on the validation part, from which nothing was learned.
struct ShipChoice {
    /// By the recipe's metric on the validation part, the net first.
    let scores: [(name: String, value: Double)]
    /// nil where the net is the best.
    let model: ShallowFit?

    static let net = "net"

    /// - Parameter net: its answers to the validation part.
    init(_ metric: OutputMetric, net: Answers, _ models: [ShallowFit], _ validation: Corpus.Flat) throws {
        var value = try net.value(of: metric), best: ShallowFit?
        var scores: [(name: String, value: Double)] = [(Self.net, value)]
        for model in models {
            let own = try model.answers(validation).value(of: metric)
            scores.append((model.name, own))
            if metric.higherIsBetter ? own > value : own < value {
                best = model
                value = own
            }
        }
        (self.scores, model) = (scores, best)
    }

    var name: String { model?.name ?? Self.net }

    /// A sentence for the report.
    func sentence(_ metric: String) -> String {
        let list = scores.map { "\($0.name) \(($0.value * 10_000).rounded() / 10_000)" }.joined(separator: ", ")
        return "The bundle holds the \(name), the best on the validation part by \(metric): \(list)."
    }

    /// `{"model": "boosted trees", "validation": {"net": 0.81, "boosted trees": 0.86}}`
    var json: JSON {
        ["model": .string(name), "validation": .object(JSON.Object(scores.map { ($0.name, .number($0.value)) }))]
    }
}

import Foundation
import Learning

/// Streams with one change at a known event.
struct Change {
    let name: String
    /// Whether values are 0 and 1.
    var answers = false
    /// How many categories the values name; 0 for numbers.
    var categories = 0
    /// The value of an event, `age` events after the change; negative before it.
    let value: @Sendable (_ age: Int, inout Normal) -> Double
}

/// Numbers of a normal distribution by the method of Box and Muller.
struct Normal {
    var random: SplitMix
    init(seed: UInt64) { random = SplitMix(seed: seed) }
    mutating func next() -> Double { (-2 * log(1 - random.unit())).squareRoot() * cos(2 * Double.pi * random.unit()) }
    mutating func error(_ rate: Double) -> Double { random.unit() < rate ? 1 : 0 }
}

let changes: [Change] = [
    Change(name: "mean + 0.5 σ") { $1.next() + ($0 >= 0 ? 0.5 : 0) },
    Change(name: "mean + 1 σ") { $1.next() + ($0 >= 0 ? 1 : 0) },
    Change(name: "mean − 2 σ") { $1.next() - ($0 >= 0 ? 2 : 0) },
    Change(name: "deviation × 2") { $1.next() * ($0 >= 0 ? 2 : 1) },
    Change(name: "deviation × ½") { $1.next() * ($0 >= 0 ? 0.5 : 1) },
    Change(name: "slope 0.005 σ") { $1.next() + 0.005 * Double(max(0, $0)) },
    Change(name: "errors 10 → 20 %", answers: true) { $1.error($0 >= 0 ? 0.2 : 0.1) },
    Change(name: "errors 20 → 50 %", answers: true) { $1.error($0 >= 0 ? 0.5 : 0.2) },
    Change(name: "errors 30 → 15 %", answers: true) { $1.error($0 >= 0 ? 0.15 : 0.3) },
    Change(name: "categories 5 → 15 %", categories: 5) { age, normal in
        normal.random.unit() < (age >= 0 ? 0.15 : 0.05) ? 3 : [0, 1, 2, 4][normal.random.below(4)]
    },
]

extension Change {
    /// A whole stream: `before` events, then `after` of the change.
    func stream(before: Int, after: Int, seed: UInt64) -> [Double] {
        var normal = Normal(seed: seed &* 7919 &+ 17)
        return (0..<before + after).map { value($0 - before, &normal) }
    }
}

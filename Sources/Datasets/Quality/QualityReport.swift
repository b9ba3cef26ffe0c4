public import Formats

/// What was found about data: for every rule and column how often it was broken, and whether the data stand.
public struct QualityReport: Sendable, Hashable, Codable, CustomStringConvertible {
    public struct Finding: Sendable, Hashable, Codable {
        public let column: String
        /// The rule in words, such as `range 0 to 100`.
        public let rule: String
        /// How many rows broke it; for a property of the whole, of how many values it speaks.
        public let rows: Int
        /// The first rows that broke it.
        public let examples: [Int]
        /// The share of nulls or the drift that was measured; nil for rules on rows, and where there was nothing to measure.
        public let measured: Double?
        public let holds: Bool
    }

    /// How many rows were seen: the sum of good and quarantined ones.
    public let rows: Int
    public let good: Int
    public let quarantined: Int
    public let findings: [Finding]

    /// Whether no rule is broken.
    public var holds: Bool { findings.allSatisfy(\.holds) }

    /// A line for the whole and one for every broken rule.
    public var description: String {
        var lines = [
            "\(counted(rows, "row")): \(good) good, \(quarantined) quarantined; \(findings.filter(\.holds).count) of \(counted(findings.count, "rule")) hold"
        ]
        for finding in findings where !finding.holds {
            if let measured = finding.measured {
                lines.append("  \(finding.column): \(short(measured)) measured, not \(finding.rule)")
            } else {
                let examples = finding.examples.map(String.init).joined(separator: ", ")
                lines.append(
                    "  \(finding.column): \(counted(finding.rows, "row")) not \(finding.rule) (rows \(examples)\(finding.rows > finding.examples.count ? ", ..." : ""))"
                )
            }
        }
        return lines.joined(separator: "\n")
    }

    /// The report as JSON.
    public var json: JSON { get throws { try JSON(encoding: self) } }
}

/// The mean of the targets of the k nearest samples; each counts alike, or by the inverse of its distance.
public struct NearestNeighbourRegressor: ShallowRegressor {
    public static let name = "nearest_neighbours"
    public let count: Int
    public let isWeighted: Bool
    private var neighbours: NearestNeighbours?
    private var targets: SampleMatrix?

    public init(_ count: Int = 5, weighted: Bool = false) {
        self.count = count
        isWeighted = weighted
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        count = try container.decode(Int.self, forKey: .count)
        isWeighted = try container.decode(Bool.self, forKey: .isWeighted)
        neighbours = try container.decodeIfPresent(NearestNeighbours.self, forKey: .neighbours)
        targets = try container.decodeIfPresent(SampleMatrix.self, forKey: .targets)
        guard targets?.rows == neighbours?.samples.rows else { throw LearningError(Self.name, "targets and samples do not fit") }
    }

    public mutating func fit(_ samples: SampleMatrix, _ targets: SampleMatrix) throws {
        try ShallowChecks.targets(Self.name, samples, targets)
        neighbours = try NearestNeighbours(samples)
        self.targets = targets
    }

    public func predict(_ samples: SampleMatrix) throws -> SampleMatrix {
        guard let neighbours, let targets else { throw LearningError(Self.name, "the model is not fitted") }
        var values = [Float](repeating: 0, count: samples.rows * targets.columns)
        for (row, nearest) in try neighbours.nearest(count, to: samples).enumerated() {
            for (index, share) in NearestNeighbourShares.of(nearest, isWeighted) {
                for output in 0..<targets.columns { values[row * targets.columns + output] += share * targets[index, output] }
            }
        }
        return SampleMatrix(unchecked: samples.rows, targets.columns, values)
    }
}

/// The classes of the k nearest samples, as shares; each counts alike, or by the inverse of its distance.
public struct NearestNeighbourClassifier: ShallowClassifier {
    public static let name = "nearest_neighbours"
    public let count: Int
    public let isWeighted: Bool
    private var neighbours: NearestNeighbours?
    private var labels: [Int] = []
    private var classes = 0

    public init(_ count: Int = 5, weighted: Bool = false) {
        self.count = count
        isWeighted = weighted
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        count = try container.decode(Int.self, forKey: .count)
        isWeighted = try container.decode(Bool.self, forKey: .isWeighted)
        neighbours = try container.decodeIfPresent(NearestNeighbours.self, forKey: .neighbours)
        labels = try container.decode([Int].self, forKey: .labels)
        classes = try container.decode(Int.self, forKey: .classes)
        let named = labels.isEmpty ? 0 : try ShallowChecks.classes(Self.name, rows: labels.count, labels)
        guard labels.count == neighbours?.samples.rows ?? 0, named <= classes, classes <= ShallowChecks.classLimit else {
            throw LearningError(Self.name, "\(labels.count) labels of \(classes) classes do not fit the samples")
        }
    }

    public mutating func fit(_ samples: SampleMatrix, _ labels: [Int]) throws {
        classes = try ShallowChecks.classes(Self.name, rows: samples.rows, labels)
        neighbours = try NearestNeighbours(samples)
        self.labels = labels
    }

    public func predictProbabilities(_ samples: SampleMatrix) throws -> SampleMatrix {
        guard let neighbours else { throw LearningError(Self.name, "the model is not fitted") }
        var values = [Float](repeating: 0, count: samples.rows * classes)
        for (row, nearest) in try neighbours.nearest(count, to: samples).enumerated() {
            for (index, share) in NearestNeighbourShares.of(nearest, isWeighted) { values[row * classes + labels[index]] += share }
        }
        return SampleMatrix(unchecked: samples.rows, classes, values)
    }
}

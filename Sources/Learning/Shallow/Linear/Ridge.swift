/// Linear regression with an L2 penalty in closed form: min Σ |W x + b − y|² + penalty · |W|². The bias takes no penalty.
///
/// Normal equations in double precision, solved by Cholesky. Hoerl, Kennard: Ridge regression (1970).
public struct Ridge: ShallowRegressor {
    public static let name = "ridge"
    public let penalty: Double
    /// What was learned; nil before.
    public private(set) var map: LinearMap?

    public init(penalty: Double = 1) { self.penalty = penalty }

    /// Solved from sums that were gathered block by block, for more rows than fit in memory.
    public init(_ equations: NormalEquations, penalty: Double = 1) throws {
        self.penalty = penalty
        try solve(equations)
    }

    public mutating func fit(_ samples: SampleMatrix, _ targets: SampleMatrix) throws {
        try ShallowChecks.targets(Self.name, samples, targets)
        var equations = try NormalEquations(columns: samples.columns, outputs: targets.columns)
        try equations.add(samples, targets)
        try solve(equations)
    }

    public func predict(_ samples: SampleMatrix) throws -> SampleMatrix {
        try ShallowChecks.columns(Self.name, samples.columns, fitted: map?.columns)
        guard let map else { return samples }
        return SampleMatrix(unchecked: samples.rows, map.outputs, map(samples).map { Float($0) })
    }

    private mutating func solve(_ equations: NormalEquations) throws {
        let (weights, bias) = try equations.solve(penalty: penalty)
        map = LinearMap(columns: equations.columns, outputs: equations.outputs, weights: weights, bias: bias)
    }
}

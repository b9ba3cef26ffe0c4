import Engine

/// A graph in memory: edges by node number, and what is known of every node.
public struct Graph: Sendable {
    public let nodeCount: Int
    /// Where edge `n` begins and ends. An undirected edge is here once for each direction.
    public let sources: [Int32]
    public let targets: [Int32]
    /// One weight an edge, or nil where all are 1.
    public let weights: [Float]?
    /// The names of the nodes where the file names them, else empty.
    public let names: [String]
    /// f32[nodes, features], where there are features.
    public let features: HostArray?
    /// i32[nodes], -1 where a node has none; where there are labels.
    public let labels: HostArray?
    public let classes: [String]

    public init(
        nodeCount: Int, sources: [Int32], targets: [Int32], weights: [Float]? = nil, names: [String] = [], features: HostArray? = nil,
        labels: HostArray? = nil, classes: [String] = []
    ) throws {
        guard sources.count == targets.count, weights.map({ $0.count == sources.count }) ?? true else {
            throw DatasetError("graph", "\(sources.count) sources, \(targets.count) targets, \(weights?.count ?? 0) weights")
        }
        guard nodeCount >= 0, nodeCount <= Int(Int32.max),
            !zip(sources, targets).contains(where: { min($0, $1) < 0 || Int(max($0, $1)) >= nodeCount })
        else {
            throw DatasetError("graph", "an edge leads to a node outside 0 ..< \(nodeCount)")
        }
        guard names.isEmpty || names.count == nodeCount, features.map({ $0.count == nodeCount }) ?? true,
            labels.map({ $0.count == nodeCount }) ?? true
        else {
            throw DatasetError("graph", "names, features or labels are not those of \(nodeCount) nodes")
        }
        self.nodeCount = nodeCount
        self.sources = sources
        self.targets = targets
        self.weights = weights
        self.names = names
        self.features = features
        self.labels = labels
        self.classes = classes
    }

    public var edgeCount: Int { sources.count }

    /// Every edge in both directions and each once; of repeated edges the largest weight counts.
    public func undirected() -> Graph {
        var weight: [UInt64: Float] = [:]
        for edge in 0..<edgeCount {
            let own = weights?[edge] ?? 1
            for (from, to) in [(sources[edge], targets[edge]), (targets[edge], sources[edge])] {
                let key = UInt64(from) << 32 | UInt64(to)
                weight[key] = max(weight[key] ?? own, own)
            }
        }
        return replacingEdges(weight)
    }

    /// The graph with an edge from every node to itself, of weight 1, where there was none.
    public func withLoops() -> Graph {
        var weight: [UInt64: Float] = [:]
        for edge in 0..<edgeCount { weight[UInt64(sources[edge]) << 32 | UInt64(targets[edge]), default: 0] += weights?[edge] ?? 1 }
        for node in 0..<UInt64(nodeCount) where weight[node << 32 | node] == nil { weight[node << 32 | node] = 1 }
        return replacingEdges(weight)
    }

    /// D^-1/2 (A + I) D^-1/2 as edge weights, the propagation of graph convolution (Kipf and Welling, 2017).
    public func normalised() -> Graph {
        let looped = withLoops(), weights = looped.weights ?? []
        var degrees = [Float](repeating: 0, count: nodeCount)
        for edge in 0..<looped.edgeCount { degrees[Int(looped.sources[edge])] += weights[edge] }
        let scaled = (0..<looped.edgeCount).map { edge in
            weights[edge] / (degrees[Int(looped.sources[edge])] * degrees[Int(looped.targets[edge])]).squareRoot()
        }
        return replacing(looped.sources, looped.targets, scaled)
    }

    /// The matrix f32[nodes, nodes] with the weight of the edge from `i` to `j` at [i, j]; for graphs small enough.
    public func adjacency(limit: Int = 1 << 26) throws -> HostArray {
        guard boundedProduct([nodeCount, nodeCount], limit: limit) != nil else {
            throw DatasetError("graph", "a matrix of \(nodeCount) x \(nodeCount) passes the limit of \(limit) elements")
        }
        var matrix = HostArray(TensorType([nodeCount, nodeCount], .f32))
        matrix.withMutableElements(of: Float.self) { matrix in
            for edge in 0..<edgeCount { matrix[Int(sources[edge]) * nodeCount + Int(targets[edge])] += weights?[edge] ?? 1 }
        }
        return matrix
    }

    /// The edges sorted by source, then target, with all else as it is.
    private func replacingEdges(_ weight: [UInt64: Float]) -> Graph {
        let keys = weight.keys.sorted()
        return replacing(keys.map { Int32($0 >> 32) }, keys.map { Int32(truncatingIfNeeded: $0 & 0xffff_ffff) }, keys.map { weight[$0]! })
    }

    private func replacing(_ sources: [Int32], _ targets: [Int32], _ weights: [Float]) -> Graph {
        Graph(self, sources, targets, weights)
    }

    private init(_ other: Graph, _ sources: [Int32], _ targets: [Int32], _ weights: [Float]) {
        nodeCount = other.nodeCount
        names = other.names
        features = other.features
        labels = other.labels
        classes = other.classes
        self.sources = sources
        self.targets = targets
        self.weights = weights
    }
}

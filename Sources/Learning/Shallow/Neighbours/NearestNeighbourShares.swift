/// How much each neighbour counts; the shares sum to 1.
enum NearestNeighbourShares {
    static func of(_ nearest: [(index: Int, distance: Float)], _ isWeighted: Bool) -> [(index: Int, share: Float)] {
        guard isWeighted else { return nearest.map { ($0.index, 1 / Float(nearest.count)) } }
        // Samples that are equal to the query leave no share to the others.
        let equal = nearest.filter { $0.distance == 0 }
        if !equal.isEmpty { return equal.map { ($0.index, 1 / Float(equal.count)) } }
        let sum = nearest.reduce(0) { $0 + 1 / $1.distance }
        return nearest.map { ($0.index, 1 / $0.distance / sum) }
    }
}

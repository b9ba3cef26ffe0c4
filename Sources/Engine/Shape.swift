/// The extents of a tensor, outermost first. Elements are stored in this order without gaps.
public struct Shape: Hashable, Sendable, Codable, ExpressibleByArrayLiteral {
    /// The extent of every axis.
    public let extents: [Int]

    public init(_ extents: [Int]) { self.extents = extents }
    public init(arrayLiteral elements: Int...) { extents = elements }

    /// Written as an extent of a reshape: whatever makes the number of elements right.
    public static let inferred = -1
    /// Written as an extent of a reshape: the extent that the operand has at this place.
    public static let same = -2

    /// Number of axes.
    public var rank: Int { extents.count }
    /// Number of elements.
    public var count: Int { extents.reduce(1, *) }
    /// The extent of an axis; negative axes count from the end.
    public subscript(axis: Int) -> Int { extents[axis < 0 ? axis + rank : axis] }

    /// Steps, in elements, from one index to the next along every axis.
    public var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) { strides[axis] = strides[axis + 1] * extents[axis + 1] }
        return strides
    }

    /// This shape with one extent replaced.
    public func replacing(_ axis: Int, with extent: Int) -> Shape {
        var changed = extents
        changed[axis] = extent
        return Shape(changed)
    }

    /// This shape without one axis.
    public func removing(_ axis: Int) -> Shape {
        var changed = extents
        changed.remove(at: axis)
        return Shape(changed)
    }

    /// The shape that both sides broadcast to (NumPy's rule), or nil where extents differ and neither is 1.
    public func broadcast(with other: Shape) -> Shape? {
        let rank = max(rank, other.rank)
        var result = [Int](repeating: 1, count: rank)
        for back in 1...max(rank, 1) where rank > 0 {
            let left = back <= self.rank ? self[-back] : 1
            let right = back <= other.rank ? other[-back] : 1
            guard left == right || left == 1 || right == 1 else { return nil }
            result[rank - back] = left == 1 ? right : left
        }
        return Shape(result)
    }

    /// Strides with which a tensor of this shape is read when it is broadcast to `target`: 0 along repeated axes.
    func broadcastStrides(to target: Shape) -> [Int] {
        let own = strides
        let offset = target.rank - rank
        return target.extents.indices.map { axis in
            let mine = axis - offset
            return mine < 0 || extents[mine] == 1 ? 0 : own[mine]
        }
    }
}

extension Shape {
    private static let largestRank = 16, largestExtent = 1 << 31, largestCount = 1 << 42

    /// Also refuses extents that no machine has room for; -1 and -2 stand in the attributes of a reshape.
    public init(from decoder: any Decoder) throws {
        extents = try decoder.container(keyedBy: CodingKeys.self).decode([Int].self, forKey: .extents)
        let isPossible = extents.count <= Self.largestRank && extents.allSatisfy { $0 >= Shape.same && $0 <= Self.largestExtent }
        var count = 1
        for extent in extents where isPossible && count <= Self.largestCount { count *= max(1, extent) }
        guard isPossible, count <= Self.largestCount else { throw EngineError("decode", "a tensor cannot have the shape \(extents)") }
    }
}

extension Shape: CustomStringConvertible {
    public var description: String { "[" + extents.map(String.init).joined(separator: ",") + "]" }
}

/// What is known of a tensor before it has values: its shape and the type of its elements.
public struct TensorType: Hashable, Sendable, Codable, CustomStringConvertible {
    public let shape: Shape
    public let dtype: DType

    public init(_ shape: Shape, _ dtype: DType) {
        self.shape = shape
        self.dtype = dtype
    }

    /// Bytes of all elements.
    public var bytes: Int { shape.count * dtype.size }
    public var description: String { "\(dtype)\(shape)" }

    /// Also refuses sizes that no machine has: what is computed with them afterwards must not overflow.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        shape = try container.decode(Shape.self, forKey: .shape)
        dtype = try container.decode(DType.self, forKey: .dtype)
        guard shape.extents.allSatisfy({ $0 >= 0 }) else { throw EngineError("decode", "a tensor cannot have the shape \(shape)") }
    }

    func with(_ dtype: DType) -> TensorType { TensorType(shape, dtype) }
    func with(_ shape: Shape) -> TensorType { TensorType(shape, dtype) }
}

import CKernels

/// Comparisons of two numbers, and logic of two truths; the result is bool.
public enum Relation: String, Codable, Sendable, CaseIterable {
    case equal, notEqual, less, lessEqual, greater, greaterEqual, and, or, xor

    var tileOperation: mk_op {
        switch self {
        case .equal: MK_OP_EQ
        case .notEqual: MK_OP_NE
        case .less: MK_OP_LT
        case .lessEqual: MK_OP_LE
        case .greater: MK_OP_GT
        case .greaterEqual: MK_OP_GE
        case .and: MK_OP_AND
        case .or: MK_OP_OR
        case .xor: MK_OP_XOR
        }
    }
}

extension Tensor {
    func compare(_ relation: Relation, _ other: Tensor) -> Tensor { .make(Compare(relation: relation), self, other) }

    /// Whether elements are equal: bool, like all comparisons. Operands are of one type and broadcast. NaN equals nothing.
    public func isEqual(to other: Tensor) -> Tensor { compare(.equal, other) }
    /// Whether elements differ; NaN differs from everything.
    public func isNotEqual(to other: Tensor) -> Tensor { compare(.notEqual, other) }
    /// x < y
    public func isLess(than other: Tensor) -> Tensor { compare(.less, other) }
    /// x ≤ y
    public func isAtMost(_ other: Tensor) -> Tensor { compare(.lessEqual, other) }
    /// x > y
    public func isGreater(than other: Tensor) -> Tensor { compare(.greater, other) }
    /// x ≥ y
    public func isAtLeast(_ other: Tensor) -> Tensor { compare(.greaterEqual, other) }
    /// Comparison with one number, taken as this tensor's type.
    public func isEqual(to other: Double) -> Tensor { isEqual(to: like(other)) }
    /// x < number
    public func isLess(than other: Double) -> Tensor { isLess(than: like(other)) }
    /// x > number
    public func isGreater(than other: Double) -> Tensor { isGreater(than: like(other)) }
    /// Logical and of two bool tensors, which broadcast.
    public func and(_ other: Tensor) -> Tensor { compare(.and, other) }
    /// Logical or of two bool tensors, which broadcast.
    public func or(_ other: Tensor) -> Tensor { compare(.or, other) }
    /// Whether exactly one of two bool tensors is true; they broadcast.
    public func xor(_ other: Tensor) -> Tensor { compare(.xor, other) }
    /// Logical negation of a bool tensor.
    public func not() -> Tensor { .make(Test(test: .not), self) }
    /// Whether elements are not a number.
    public func isNaN() -> Tensor { .make(Test(test: .isNaN), self) }
    /// Whether elements are +∞ or -∞.
    public func isInfinite() -> Tensor { .make(Test(test: .isInfinite), self) }
    /// Whether elements are neither infinite nor NaN.
    public func isFinite() -> Tensor { .make(Test(test: .isFinite), self) }
}

/// `a` where `condition` is true, `b` elsewhere; all three broadcast.
public func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor { .make(Select(), condition, a, b) }

struct Compare: Op {
    let relation: Relation
    var name: String { relation.rawValue }
    var isElementwise: Bool { true }
    var precision: PrecisionClass { .follow }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        try requireSameType(operands)
        return [TensorType(try broadcast(operands), .bool)]
    }
    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? {
        builder.apply(relation.tileOperation, operands[0], operands[1])
    }
}

/// Questions to one number.
struct Test: Op {
    enum Kind: String, Codable, Sendable, CaseIterable { case not, isNaN, isInfinite, isFinite }
    let test: Kind
    var name: String { test.rawValue }
    var isElementwise: Bool { true }
    var precision: PrecisionClass { .follow }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(1...1, operands)
        return [operands[0].with(.bool)]
    }
    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? {
        let operation: mk_op =
            switch test {
            case .not: MK_OP_NOT
            case .isNaN: MK_OP_ISNAN
            case .isInfinite: MK_OP_ISINF
            case .isFinite: MK_OP_ISFINITE
            }
        return builder.apply(operation, operands[0])
    }
}

struct Select: Op {
    var name: String { "select" }
    var isElementwise: Bool { true }
    var precision: PrecisionClass { .follow }
    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(3...3, operands)
        guard operands[0].dtype == .bool else { throw refuse("the condition must be bool, got \(operands[0].dtype)", operands) }
        try requireSameType(Array(operands.dropFirst()))
        return [TensorType(try broadcast(operands), operands[1].dtype)]
    }
    func gradient(_ call: Call) -> [Tensor?] {
        let c = call.operands[0], g = call.flow[0]!, zero = g.like(0)
        return [nil, select(c, g, zero).summed(to: call.operands[1].shape), select(c, zero, g).summed(to: call.operands[2].shape)]
    }
    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? {
        builder.apply(MK_OP_SELECT, operands[1], operands[2], operands[0])
    }
}

let comparisonCatalog: [any Op] =
    Relation.allCases.map { Compare(relation: $0) } + Test.Kind.allCases.map { Test(test: $0) } + [Select()]

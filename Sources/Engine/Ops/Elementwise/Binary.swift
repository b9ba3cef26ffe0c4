import CKernels

/// Functions of two numbers.
public enum BinaryFunction: String, Codable, Sendable, CaseIterable {
    case add, subtract, multiply, divide, power, maximum, minimum, remainder, fmod, atan2

    var tileOperation: mk_op {
        switch self {
        case .add: MK_OP_ADD
        case .subtract: MK_OP_SUB
        case .multiply: MK_OP_MUL
        case .divide: MK_OP_DIV
        case .power: MK_OP_POW
        case .maximum: MK_OP_MAX
        case .minimum: MK_OP_MIN
        case .remainder: MK_OP_REMAINDER
        case .fmod: MK_OP_FMOD
        case .atan2: MK_OP_ATAN2
        }
    }
}

extension Tensor {
    static func binary(_ function: BinaryFunction, _ a: Tensor, _ b: Tensor) -> Tensor { .make(Binary(function: function), a, b) }
    /// A number as a tensor of this one's type, without axes.
    func like(_ value: Double) -> Tensor { .fill(value, [], dtype) }

    /// Elementwise sum. Operands of arithmetic are of one type and broadcast by NumPy's rule; a number is taken as its tensor's type.
    public static func + (a: Tensor, b: Tensor) -> Tensor { binary(.add, a, b) }
    /// Elementwise difference.
    public static func - (a: Tensor, b: Tensor) -> Tensor { binary(.subtract, a, b) }
    /// Elementwise product; `matmul` multiplies matrices.
    public static func * (a: Tensor, b: Tensor) -> Tensor { binary(.multiply, a, b) }
    /// Elementwise quotient.
    public static func / (a: Tensor, b: Tensor) -> Tensor { binary(.divide, a, b) }
    public static func + (a: Tensor, b: Double) -> Tensor { a + a.like(b) }
    public static func - (a: Tensor, b: Double) -> Tensor { a - a.like(b) }
    public static func * (a: Tensor, b: Double) -> Tensor { a * a.like(b) }
    public static func / (a: Tensor, b: Double) -> Tensor { a / a.like(b) }
    public static func + (a: Double, b: Tensor) -> Tensor { b.like(a) + b }
    public static func - (a: Double, b: Tensor) -> Tensor { b.like(a) - b }
    public static func * (a: Double, b: Tensor) -> Tensor { b.like(a) * b }
    public static func / (a: Double, b: Tensor) -> Tensor { b.like(a) / b }

    /// Values held between two bounds.
    public func clamped(_ low: Double, _ high: Double) -> Tensor { minimum(maximum(self, low), high) }
}

/// aᵇ
public func power(_ a: Tensor, _ b: Tensor) -> Tensor { .binary(.power, a, b) }
/// aᵇ for one exponent.
public func power(_ a: Tensor, _ b: Double) -> Tensor { b == 2 ? a.square() : .binary(.power, a, a.like(b)) }
/// The larger of both; NaN where either is.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor { .binary(.maximum, a, b) }
/// The larger of the elements and a number.
public func maximum(_ a: Tensor, _ b: Double) -> Tensor { maximum(a, a.like(b)) }
/// The smaller of both; NaN where either is.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { .binary(.minimum, a, b) }
/// The smaller of the elements and a number.
public func minimum(_ a: Tensor, _ b: Double) -> Tensor { minimum(a, a.like(b)) }
/// a - ⌊a/b⌋ b: the sign of the divisor.
public func remainder(_ a: Tensor, _ b: Tensor) -> Tensor { .binary(.remainder, a, b) }
/// a - trunc(a/b) b: the sign of the dividend.
public func fmod(_ a: Tensor, _ b: Tensor) -> Tensor { .binary(.fmod, a, b) }
/// The angle of the point (b, a).
public func atan2(_ a: Tensor, _ b: Tensor) -> Tensor { .binary(.atan2, a, b) }

/// y = f(a, b), element by element, operands broadcast to a common shape.
struct Binary: Op {
    let function: BinaryFunction
    var name: String { function.rawValue }
    var isElementwise: Bool { true }
    var precision: PrecisionClass { .follow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        try requireSameType(operands)
        if function == .atan2 { try requireFloat(operands) }
        if operands[0].dtype == .bool { throw refuse("does not take bool: use and, or, xor", operands) }
        return [TensorType(try broadcast(operands), operands[0].dtype)]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let a = call.operands[0], b = call.operands[1], y = call.results[0], g = call.flow[0]!
        let (ga, gb): (Tensor?, Tensor?)
        switch function {
        case .add: (ga, gb) = (g, g)
        case .subtract: (ga, gb) = (g, -g)
        case .multiply: (ga, gb) = (g * b, g * a)
        case .divide: (ga, gb) = (g / b, -g * y / b)
        case .power:
            // Where the base is 0 the derivative by the exponent is 0, not 0 · ln 0.
            let positive = a.isGreater(than: 0)
            ga = g * b * power(a, b - 1)
            gb = g * y * select(positive, a, .fill(1, [], a.dtype)).log()
        case .maximum, .minimum:
            // Equal operands share the gradient.
            let first = function == .maximum ? a.isGreater(than: b) : a.isLess(than: b)
            let share = select(a.isEqual(to: b), a.like(0.5), select(first, a.like(1), a.like(0)))
            (ga, gb) = (g * share, g * (1 - share))
        case .remainder: (ga, gb) = (g, -g * (a / b).floor())
        case .fmod: (ga, gb) = (g, -g * (a / b).trunc())
        case .atan2:
            let square = a * a + b * b
            (ga, gb) = (g * b / square, -g * a / square)
        }
        return [ga?.summed(to: a.shape), gb?.summed(to: b.shape)]
    }

    func tile(_ builder: inout TileBuilder, _ operands: [TileRegister]) -> TileRegister? {
        builder.apply(function.tileOperation, operands[0], operands[1])
    }

    func simplified(_ operands: [Tensor]) -> [Tensor]? {
        let (a, b) = (operands[0], operands[1])
        let shape = a.shape.broadcast(with: b.shape)
        func neutral(_ kept: Tensor, _ other: Tensor, _ value: Double) -> Bool { kept.shape == shape && other.filled == value }
        switch function {
        case .add:
            if neutral(a, b, 0) { return [a] }
            if neutral(b, a, 0) { return [b] }
        case .subtract: if neutral(a, b, 0) { return [a] }
        case .multiply:
            if neutral(a, b, 1) { return [a] }
            if neutral(b, a, 1) { return [b] }
        case .divide:
            if neutral(a, b, 1) { return [a] }
            if a.dtype.isFloat, let divisor = b.filled, divisor != 0 { return [a * .fill(1 / divisor, b.shape, b.dtype)] }
        default: break
        }
        return nil
    }
}

extension Op {
    /// The common shape of broadcast operands.
    func broadcast(_ operands: [TensorType]) throws -> Shape {
        var shape = operands[0].shape
        for operand in operands.dropFirst() {
            guard let common = shape.broadcast(with: operand.shape) else {
                throw refuse("shapes \(operands.map(\.shape.description).joined(separator: " and ")) do not broadcast", operands)
            }
            shape = common
        }
        return shape
    }
}

let binaryCatalog: [any Op] = BinaryFunction.allCases.map { Binary(function: $0) }

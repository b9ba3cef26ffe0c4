import CKernels
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The interpreter for f64 and integers. f32 and the narrow floats run in C.
extension TileProgram {
    func interpret<T: Compute>(_: T.Type, _ space: IterationSpace, _ operands: [Place], _ result: Place, _ piece: Int, _ pieces: Int) {
        let tile = 512
        let rows = space.blocks * space.outer
        withUnsafeTemporaryAllocation(of: T.self, capacity: tile * Int(MK_TILE_REGISTERS)) { memory in
            let base = memory.baseAddress!
            func register(_ number: Int) -> UnsafeMutablePointer<T> { base + number * tile }
            let byRows = rows >= pieces
            for row in byRows ? Binder.range(rows, piece, of: pieces) : 0..<rows {
                let (block, outer) = (row / space.outer, row % space.outer)
                let columns = byRows ? 0..<space.inner : Binder.range(space.inner, piece, of: pieces)
                for column in stride(from: columns.lowerBound, to: columns.upperBound, by: tile) {
                    let count = min(tile, columns.upperBound - column)
                    for instruction in code {
                        switch instruction.code {
                        case TileCode.load:
                            let operand = operands[instruction.a], steps = space.strides[instruction.a]
                            let step = steps[steps.count - 1]
                            let offset = space.offset(instruction.a, block) + outer * steps[steps.count - 2] + column * step
                            load(
                                operand.pointer + offset * operand.dtype.size, operand.dtype, stride: step, count: count,
                                into: register(instruction.target))
                        case TileCode.store, TileCode.storeBits:
                            store(
                                register(instruction.a), count: count,
                                into: result.pointer + (row * space.inner + column) * result.dtype.size, result.dtype)
                        case TileCode.const:
                            let value = T(instruction.constant)
                            for index in 0..<count { register(instruction.target)[index] = value }
                        default:
                            Self.apply(instruction, count, register)
                        }
                    }
                }
            }
        }
    }

    private static func apply<T: Compute>(_ instruction: TileInstruction, _ count: Int, _ register: (Int) -> UnsafeMutablePointer<T>) {
        let target = register(instruction.target), a = register(instruction.a), b = register(instruction.b), c = register(instruction.c)
        @inline(__always) func unary(_ f: (T) -> T) { for index in 0..<count { target[index] = f(a[index]) } }
        @inline(__always) func binary(_ f: (T, T) -> T) { for index in 0..<count { target[index] = f(a[index], b[index]) } }
        @inline(__always) func real(_ f: (Double) -> Double) { for index in 0..<count { target[index] = T(f(a[index].double)) } }
        @inline(__always) func real(_ f: (Double, Double) -> Double) {
            for index in 0..<count { target[index] = T(f(a[index].double, b[index].double)) }
        }
        @inline(__always) func truth(_ value: Bool) -> T { value ? .one : .zero }
        let zero = T.zero, one = T.one
        switch mk_op(UInt32(instruction.code)) {
        case MK_OP_COPY: unary { $0 }
        case MK_OP_NEG: unary { T.isFloat ? T(-$0.double) : zero - $0 }
        case MK_OP_ABS: unary { $0 < zero ? zero - $0 : T.isFloat ? T(Swift.abs($0.double)) : $0 }
        case MK_OP_SIGN: unary { $0.isNaN ? $0 : $0 > zero ? one : $0 < zero ? zero - one : zero }
        case MK_OP_FLOOR: unary { T.isFloat ? T($0.double.rounded(.down)) : $0 }
        case MK_OP_CEIL: unary { T.isFloat ? T($0.double.rounded(.up)) : $0 }
        case MK_OP_ROUND: unary { T.isFloat ? T($0.double.rounded(.toNearestOrEven)) : $0 }
        case MK_OP_TRUNC: unary { T.isFloat ? T($0.double.rounded(.towardZero)) : $0 }
        case MK_OP_SQRT: real { $0.squareRoot() }
        case MK_OP_RSQRT: real { 1 / $0.squareRoot() }
        case MK_OP_RECIPROCAL: unary { one / $0 }
        case MK_OP_SQUARE: unary { $0 * $0 }
        case MK_OP_EXP: real { exp($0) }
        case MK_OP_EXP2: real { exp2($0) }
        case MK_OP_EXPM1: real { expm1($0) }
        case MK_OP_LOG: real { log($0) }
        case MK_OP_LOG2: real { log2($0) }
        case MK_OP_LOG1P: real { log1p($0) }
        case MK_OP_SIN: real { sin($0) }
        case MK_OP_COS: real { cos($0) }
        case MK_OP_TAN: real { tan($0) }
        case MK_OP_ASIN: real { asin($0) }
        case MK_OP_ACOS: real { acos($0) }
        case MK_OP_ATAN: real { atan($0) }
        case MK_OP_SINH: real { sinh($0) }
        case MK_OP_COSH: real { cosh($0) }
        case MK_OP_TANH: real { tanh($0) }
        case MK_OP_ASINH: real { asinh($0) }
        case MK_OP_ACOSH: real { acosh($0) }
        case MK_OP_ATANH: real { atanh($0) }
        case MK_OP_SIGMOID: real { sigmoid($0) }
        case MK_OP_ERF: real { erf($0) }
        case MK_OP_RELU: unary { $0.isNaN || $0 > zero ? $0 : zero }
        case MK_OP_GELU: real { 0.5 * $0 * (1 + erf($0 * 0.5.squareRoot())) }
        case MK_OP_GELU_TANH: real { 0.5 * $0 * (1 + tanh(geluInner($0))) }
        case MK_OP_SILU: real { $0 * sigmoid($0) }
        case MK_OP_SOFTPLUS: real { max($0, 0) + log1p(exp(-Swift.abs($0))) }
        case MK_OP_NOT: unary { truth($0 == zero) }
        case MK_OP_ISNAN: unary { truth($0.isNaN) }
        case MK_OP_ISINF: unary { truth(T.isFloat && $0.double.isInfinite) }
        case MK_OP_ISFINITE: unary { truth(!T.isFloat || $0.double.isFinite) }
        case MK_OP_RELU_GRAD: binary { $0 > zero ? $1 : zero }
        case MK_OP_SIGMOID_GRAD: binary { $1 * $0 * (one - $0) }
        case MK_OP_TANH_GRAD: binary { $1 * (one - $0 * $0) }
        case MK_OP_GELU_GRAD:
            real { x, g in
                g * (0.5 * (1 + erf(x * 0.5.squareRoot())) + x * exp(-0.5 * x * x) / (2 * Double.pi).squareRoot())
            }
        case MK_OP_GELU_TANH_GRAD:
            real { x, g in
                let t = tanh(geluInner(x))
                return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x))
            }
        case MK_OP_SILU_GRAD:
            real { x, g in
                let s = sigmoid(x)
                return g * s * (1 + x * (1 - s))
            }
        case MK_OP_ADD: binary { $0 + $1 }
        case MK_OP_SUB: binary { $0 - $1 }
        case MK_OP_MUL: binary { $0 * $1 }
        case MK_OP_DIV: binary { $0 / $1 }
        case MK_OP_POW: T.isFloat ? real { pow($0, $1) } : binary { power($0, $1) }
        case MK_OP_MAX: binary { $0.isNaN ? $0 : $1.isNaN ? $1 : Swift.max($0, $1) }
        case MK_OP_MIN: binary { $0.isNaN ? $0 : $1.isNaN ? $1 : Swift.min($0, $1) }
        case MK_OP_REMAINDER: binary { remainder($0, $1, floored: true) }
        case MK_OP_FMOD: binary { remainder($0, $1, floored: false) }
        case MK_OP_ATAN2: real { atan2($0, $1) }
        case MK_OP_EQ: binary { truth($0 == $1) }
        case MK_OP_NE: binary { truth($0 != $1) }
        case MK_OP_LT: binary { truth($0 < $1) }
        case MK_OP_LE: binary { truth($0 <= $1) }
        case MK_OP_GT: binary { truth($0 > $1) }
        case MK_OP_GE: binary { truth($0 >= $1) }
        case MK_OP_AND: binary { truth($0 != zero && $1 != zero) }
        case MK_OP_OR: binary { truth($0 != zero || $1 != zero) }
        case MK_OP_XOR: binary { truth(($0 != zero) != ($1 != zero)) }
        case MK_OP_SELECT: for index in 0..<count { target[index] = c[index] != zero ? a[index] : b[index] }
        case MK_OP_FMA: for index in 0..<count { target[index] = a[index] * b[index] + c[index] }
        case MK_OP_CLAMP: for index in 0..<count { target[index] = Swift.min(Swift.max(a[index], b[index]), c[index]) }
        default: trap("tile program: unknown operation \(instruction.code)")
        }
    }

    private static func geluInner(_ x: Double) -> Double { (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x) }
    private static func sigmoid(_ x: Double) -> Double { x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)) }

    private static func remainder<T: Compute>(_ a: T, _ b: T, floored: Bool) -> T {
        if T.isFloat {
            let r = fmod(a.double, b.double)
            return T(floored && r != 0 && (r < 0) != (b.double < 0) ? r + b.double : r)
        }
        if b == .zero { return .zero }
        let r = a - a / b * b
        return floored && r != .zero && (r < .zero) != (b < .zero) ? r + b : r
    }

    /// Integer power by squaring; a negative exponent gives 0 but for bases 1 and -1.
    private static func power<T: Compute>(_ base: T, _ exponent: T) -> T {
        if exponent < .zero { return base == .one ? .one : base == T.zero - .one ? (exponent.int & 1 == 0 ? .one : base) : .zero }
        var result = T.one, factor = base, rest = exponent.int
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}

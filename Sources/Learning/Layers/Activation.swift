public import Engine

/// Functions that bend: of each element, or of the elements along an axis.
public enum Activation: PureLayer, Hashable, Sendable, CustomStringConvertible {
    /// x
    case identity
    /// max(0, x)
    case relu
    /// x where positive, slope · x elsewhere
    case leakyReLU(slope: Double = 0.01)
    /// x where positive, alpha (eˣ - 1) elsewhere (Clevert et al. 2016)
    case elu(alpha: Double = 1)
    /// x Φ(x) (Hendrycks and Gimpel 2016)
    case gelu
    /// GELU's approximation by tanh
    case geluTanh
    /// x σ(x) (Elfwing et al. 2018)
    case silu
    /// 1 ∕ (1 + e⁻ˣ)
    case sigmoid
    case tanh
    /// ln(1 + eˣ)
    case softplus
    /// x clamp(x + 3, 0, 6) ∕ 6 (Howard et al. 2019)
    case hardSwish
    /// clamp(x + 3, 0, 6) ∕ 6
    case hardSigmoid
    /// x tanh(ln(1 + eˣ)) (Misra 2019)
    case mish
    /// eˣ ∕ Σ eˣ along an axis
    case softmax(axis: Int = -1)
    /// x - ln Σ eˣ along an axis
    case logSoftmax(axis: Int = -1)

    /// The functions with their usual settings, by name.
    public static let all: [Activation] = [
        .identity, .relu, .leakyReLU(), .elu(), .gelu, .geluTanh, .silu, .sigmoid, .tanh, .softplus, .hardSwish, .hardSigmoid, .mish,
        .softmax(), .logSoftmax(),
    ]

    /// The function of this name with its usual settings, or nil.
    public init?(name: String) {
        guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// Its name in recipes.
    public var name: String {
        switch self {
        case .identity: "identity"
        case .relu: "relu"
        case .leakyReLU: "leakyReLU"
        case .elu: "elu"
        case .gelu: "gelu"
        case .geluTanh: "geluTanh"
        case .silu: "silu"
        case .sigmoid: "sigmoid"
        case .tanh: "tanh"
        case .softplus: "softplus"
        case .hardSwish: "hardSwish"
        case .hardSigmoid: "hardSigmoid"
        case .mish: "mish"
        case .softmax: "softmax"
        case .logSoftmax: "logSoftmax"
        }
    }

    public var description: String { name }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        demand(x)
        return switch self {
        case .identity: x
        case .relu: x.relu()
        case .leakyReLU(let slope): x.leakyReLU(slope)
        case .elu(let alpha): x.elu(alpha)
        case .gelu: x.gelu()
        case .geluTanh: x.geluTanh()
        case .silu: x.silu()
        case .sigmoid: x.sigmoid()
        case .tanh: x.tanh()
        case .softplus: x.softplus()
        case .hardSwish: x.hardSwish()
        case .hardSigmoid: x.hardSigmoid()
        case .mish: x.mish()
        case .softmax(let axis): x.softmax(along: axis)
        case .logSoftmax(let axis): x.logSoftmax(along: axis)
        }
    }

    public func check(_ input: TensorType) throws {
        guard input.dtype.isFloat else { throw EngineError(name, "takes floating-point numbers", operands: [input]) }
        switch self {
        case .softmax(let axis), .logSoftmax(let axis):
            if !(-input.shape.rank..<input.shape.rank).contains(axis) {
                throw EngineError(name, "there is no axis \(axis)", operands: [input])
            }
        default: break
        }
    }
}

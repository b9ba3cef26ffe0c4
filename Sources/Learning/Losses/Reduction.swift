import Engine

/// What becomes of the losses of single places.
public enum Reduction: String, Sendable, Hashable, Codable, CaseIterable {
    /// Their mean, weighted where weights are given.
    case mean
    /// Their sum.
    case sum
    /// They stay apart.
    case none

    /// - Parameter weights: of the first axes of `losses`, such as [batch] of [batch, time]; nil stands for ones.
    func callAsFunction(_ operation: String, _ losses: Tensor, _ weights: Tensor?) -> Tensor {
        guard let weights else {
            return switch self {
            case .mean: losses.mean()
            case .sum: losses.sum()
            case .none: losses
            }
        }
        guard weights.shape.extents == Array(losses.shape.extents.prefix(weights.rank)) else {
            trap(EngineError(operation, "weights must have the first extents of the losses", operands: [weights.type, losses.type]))
        }
        let column = Shape(weights.shape.extents + [Int](repeating: 1, count: losses.rank - weights.rank))
        let spread = weights.cast(to: losses.dtype).reshaped(column).broadcast(to: losses.shape)
        let weighted = losses * spread
        return switch self {
        case .mean: weighted.sum() / nonzero(spread.sum())
        case .sum: weighted.sum()
        case .none: weighted
        }
    }
}

/// The number itself, 1 for 0: a divisor for sums that are 0 too.
func nonzero(_ total: Tensor) -> Tensor { select(total.isEqual(to: 0), .fill(1, [], total.dtype), total) }

/// Ends the program unless both tensors have one shape; answers the second in the type of the first.
func matched(_ operation: String, _ prediction: Tensor, _ target: Tensor) -> Tensor {
    guard prediction.shape == target.shape, prediction.dtype.isFloat else {
        trap(EngineError(operation, "prediction and target must have one shape", operands: [prediction.type, target.type]))
    }
    return target.cast(to: prediction.dtype)
}

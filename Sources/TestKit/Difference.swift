public import Engine

/// The first place where two lists of numbers differ by more than allowed, in words; nil where they agree.
///
/// Not-a-number agrees with itself only, an infinity with the same infinity.
///
/// - Parameter tolerance: relative to the larger of 1 and the expected value.
public func difference(_ actual: [Double], _ expected: [Double], tolerance: Double) -> String? {
    guard actual.count == expected.count else { return "\(actual.count) values where \(expected.count) are expected" }
    for (place, (found, wanted)) in zip(actual, expected).enumerated() {
        if found == wanted || found.isNaN && wanted.isNaN { continue }
        let allowed = tolerance * max(1, wanted.magnitude)
        if found.isFinite && wanted.isFinite && (found - wanted).magnitude <= allowed { continue }
        return "element \(place) is \(found), expected \(wanted) (allowed difference \(allowed))"
    }
    return nil
}

/// The first difference of two tensors, in words; nil where type and values agree.
///
/// - Parameter tolerance: what f32 may differ by, relative to the larger of 1 and the expected value. bf16 and f16 may
///   differ by one step of the type besides; integers and bool must be equal.
public func difference(_ actual: Tensor, _ expected: Tensor, tolerance: Double = 4e-6) -> String? {
    guard actual.type == expected.type else { return "the type is \(actual.type), expected \(expected.type)" }
    return difference(actual.doubles(), expected.doubles(), tolerance: expected.dtype.tolerance(tolerance))
}

extension DType {
    /// What values of this type may differ by where f32 may differ by `single`.
    public func tolerance(_ single: Double) -> Double {
        switch self {
        case .f64: single * 1e-6
        case .f32: single
        case .f16: max(single, 0x1p-10)
        case .bf16: max(single, 0x1p-7)
        default: 0
        }
    }
}

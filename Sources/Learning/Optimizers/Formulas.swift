import Engine

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The gradient with a weight decay added.
func coupled(_ gradient: Tensor, _ parameter: Tensor, _ decay: Double) -> Tensor {
    decay == 0 ? gradient : gradient + parameter * decay
}

/// A parameter shrunk by rate · decay.
func shrunk(_ parameter: Tensor, _ rate: Tensor, _ decay: Double) -> Tensor {
    decay == 0 ? parameter : parameter * (1 - rate * decay)
}

/// base^exponent for a base between 0 and 1.
func raised(_ base: Double, _ exponent: Tensor) -> Tensor { (exponent * log(base)).exp() }

/// 1 − base^exponent, to all digits also where the power is close to 1.
func oneLess(_ base: Double, _ exponent: Tensor) -> Tensor { -(exponent * log(base)).expm1() }

/// Ends the program where a rate or a decay is no usable number.
func requireRate(_ optimizer: String, _ rate: Double, decay: Double) {
    guard rate.isFinite, rate >= 0, decay.isFinite, decay >= 0 else {
        trap(LearningError(optimizer, "rate and decay must be finite and not negative, got \(rate) and \(decay)"))
    }
}

/// Ends the program where a share that is kept is not in 0 ..< 1.
func requireShare(_ optimizer: String, _ name: String, _ value: Double) {
    guard value >= 0, value < 1 else { trap(LearningError(optimizer, "\(name) must be at least 0 and less than 1, got \(value)")) }
}

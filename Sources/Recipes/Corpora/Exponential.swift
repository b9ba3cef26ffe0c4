import Foundation

/// eˣ.
func exponential(_ x: Double) -> Double { exp(x) }

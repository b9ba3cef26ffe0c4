#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// The C library's functions by names that do not collide with those of tensors.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
func sine(_ angle: Double) -> Double { sin(angle) }
func cosine(_ angle: Double) -> Double { cos(angle) }

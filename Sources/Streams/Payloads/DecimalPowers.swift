/// Powers of ten for reading decimals: after D. Lemire, "Number parsing at a gigabyte per second" (2021).
enum DecimalPowers {
    /// The powers that a `Double` has exactly.
    static let exact: [Double] = (0...22).map { power in (0..<power).reduce(1) { value, _ in value * 10 } }

    /// The powers of five that are tabled: those that 128 bits hold, and as many of their inverses.
    private static let lowest = -54, highest = 55

    /// The first 128 bits of five to the powers `lowest` to `highest`, the upper half before the lower one.
    private static let fives: [UInt64] = (lowest...highest).flatMap { power in
        let bits = power < 0 ? inverse(-power) : shifted(power)
        return [UInt64(bits >> 64), UInt64(truncatingIfNeeded: bits)]
    }

    private static func five(_ power: Int) -> UInt128 { (0..<power).reduce(1) { value, _ in value * 5 } }

    private static func shifted(_ power: Int) -> UInt128 {
        let value = five(power)
        return value << UInt128(value.leadingZeroBitCount)
    }

    /// One divided by a power of five, rounded so that the product below errs on the known side.
    private static func inverse(_ power: Int) -> UInt128 {
        let divisor = five(power), bits = 128 - divisor.leadingZeroBitCount
        var quotient: UInt128 = 0, remainder: UInt128 = 1
        for _ in 0..<bits + 127 {
            remainder <<= 1
            quotient <<= 1
            if remainder >= divisor {
                remainder -= divisor
                quotient |= 1
            }
        }
        return power <= 27 ? quotient + 1 : quotient
    }

    /// The `Double` nearest to mantissa · 10^exponent; nil where the tabled bits do not decide it.
    static func product(_ mantissa: UInt64, _ exponent: Int) -> Double? {
        guard exponent >= lowest, exponent <= highest else { return nil }
        let place = 2 * (exponent - lowest), shift = mantissa.leadingZeroBitCount, factor = mantissa << UInt64(shift)
        var (high, low) = factor.multipliedFullWidth(by: fives[place])
        if high & 0x1ff == 0x1ff {
            let (sum, carries) = low.addingReportingOverflow(factor.multipliedFullWidth(by: fives[place + 1]).high)
            low = sum
            if carries { high += 1 }
        }
        if low == .max, exponent < -27 { return nil }
        let top = high >> 63, drop = top + 9
        var bits = high >> drop
        // Half way between two numbers: to the even one.
        if low <= 1, exponent >= -4, exponent <= 23, bits & 3 == 1, bits << drop == high { bits &= ~1 }
        bits = (bits + (bits & 1)) >> 1
        // The power of two of ten to `exponent` is (log2(10) · exponent), rounded down.
        var power = (217_706 * exponent) >> 16 + 63 + Int(top) - shift + 1023
        if bits >= 1 << 53 {
            bits = 1 << 52
            power += 1
        }
        guard power > 0, power < 2047 else { return nil }
        return Double(bitPattern: bits & ~(1 << 52) | UInt64(power) << 52)
    }
}

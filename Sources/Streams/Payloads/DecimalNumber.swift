/// A number as it is written: whole digits times a power of ten.
struct DecimalNumber {
    /// The first nineteen digits that count.
    var mantissa: UInt64
    var exponent: Int
    var isNegative: Bool
    /// Whether there were more digits than `mantissa` holds.
    var isCut = false
    /// The letters, which must stay where they are as long as this is used.
    var written = UnsafeRawBufferPointer(start: nil, count: 0)

    /// A whole number.
    init(_ magnitude: UInt64, isNegative: Bool = false) {
        mantissa = magnitude
        exponent = 0
        self.isNegative = isNegative
    }

    /// Reads a number as JSON writes them and leaves `place` behind it; nil where none begins.
    init?(_ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
        let start = place
        var p = place
        isNegative = p < end && p.pointee == UInt8(ascii: "-")
        if isNegative { p += 1 }
        var value: UInt64 = 0, digits = 0, scale = 0
        mantissa = 0
        let whole = p
        while p < end, let digit = Self.digit(p.pointee) {
            // The twentieth digit might not fit; zeros at the front do not count.
            if digits < 19 {
                value = value &* 10 &+ digit
                if value > 0 { digits += 1 }
            } else {
                scale += 1
                if digit > 0 { isCut = true }
            }
            p += 1
        }
        guard p > whole, p - whole == 1 || whole.pointee != UInt8(ascii: "0") else { return nil }
        if p < end, p.pointee == UInt8(ascii: ".") {
            p += 1
            let fraction = p
            while p < end, let digit = Self.digit(p.pointee) {
                if digits < 19 {
                    value = value &* 10 &+ digit
                    if value > 0 { digits += 1 }
                    scale -= 1
                } else if digit > 0 {
                    isCut = true
                }
                p += 1
            }
            if p == fraction { return nil }
        }
        if p < end, p.pointee | 0x20 == UInt8(ascii: "e") {
            p += 1
            let isBelow = p < end && p.pointee == UInt8(ascii: "-")
            if isBelow || (p < end && p.pointee == UInt8(ascii: "+")) { p += 1 }
            var power = 0
            let first = p
            while p < end, let digit = Self.digit(p.pointee) {
                // Beyond this every number is 0 or too large.
                if power < 100_000 { power = power * 10 + Int(digit) }
                p += 1
            }
            if p == first { return nil }
            scale += isBelow ? -power : power
        }
        mantissa = value
        exponent = scale
        written = UnsafeRawBufferPointer(start: start, count: p - start)
        place = p
    }

    @inline(__always)
    private static func digit(_ letter: UInt8) -> UInt64? {
        let digit = letter &- 48
        return digit < 10 ? UInt64(digit) : nil
    }

    /// The nearest `Double`, as a correct reader of the text gives it; nil where it would be infinite.
    var double: Double? {
        if mantissa == 0 { return isNegative ? -0.0 : 0 }
        if !isCut {
            if mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
                // Both are exact, so one operation rounds once (Clinger 1990).
                let power = DecimalPowers.exact[abs(exponent)]
                let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
                return isNegative ? -value : value
            }
            if let value = DecimalPowers.product(mantissa, exponent) { return isNegative ? -value : value }
        }
        let text = written.isEmpty ? "\(isNegative ? "-" : "")\(mantissa)e\(exponent)" : String(decoding: written, as: UTF8.self)
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// The number as a text.
    var text: String {
        if !written.isEmpty { return String(decoding: written, as: UTF8.self) }
        return exponent == 0 ? "\(isNegative ? "-" : "")\(mantissa)" : "\(double ?? .nan)"
    }
}

/// What a time that is a number counts since 1970.
public enum EpochUnit: String, Hashable, Sendable, CaseIterable {
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"
    case nanoseconds = "ns"

    /// Microseconds of a unit are ten to this power.
    var power: Int {
        switch self {
        case .seconds: 6
        case .milliseconds: 3
        case .microseconds: 0
        case .nanoseconds: -3
        }
    }

    /// Microseconds since 1970, rounded down; nil outside of the years 1 to 9999, which a wrong unit leads to.
    func microseconds(_ value: DecimalNumber) -> Int64? {
        guard !value.isCut else { return microseconds(value.double ?? .nan) }
        var whole = value.mantissa, power = value.exponent + self.power
        if whole == 0 { return 0 }
        while power > 0 {
            let (product, overflows) = whole.multipliedReportingOverflow(by: 10)
            if overflows { return nil }
            (whole, power) = (product, power - 1)
        }
        var isBetween = false
        while power < 0, whole > 0 {
            let (quotient, remainder) = whole.quotientAndRemainder(dividingBy: 10)
            if remainder > 0 { isBetween = true }
            (whole, power) = (quotient, power + 1)
        }
        guard let time = Int64(exactly: whole) else { return nil }
        return Timestamp.checked(value.isNegative ? -time - (isBetween ? 1 : 0) : time)
    }

    func microseconds(_ value: Double) -> Int64? {
        let scaled =
            switch self {
            case .seconds: value * 1e6
            case .milliseconds: value * 1e3
            case .microseconds: value
            case .nanoseconds: value / 1e3
            }
        // A time in seconds is kept to about a quarter of a microsecond: rounding gives the one that was meant.
        return Int64(exactly: scaled.rounded()).flatMap(Timestamp.checked)
    }
}

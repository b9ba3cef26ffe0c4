/// Numbers in reports, without Foundation's formats.
enum Decimals {
    /// The number with this many digits after the point, rounded to nearest; huge ones and those that are no number as Swift prints them.
    static func text(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (value * scale).rounded(.toNearestOrEven)
        guard scaled.isFinite, scaled.magnitude < 1e15 else { return "\(value)" }
        let whole = Int64(scaled.magnitude), unit = Int64(scale)
        let sign = scaled < 0 ? "-" : ""
        if digits == 0 { return "\(sign)\(whole)" }
        let fraction = String(whole % unit)
        return "\(sign)\(whole / unit)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension Alarm {
    /// The alarm in two sentences.
    public func text(in language: Language) -> String {
        switch language {
        case .english: english
        case .chinese: chinese
        }
    }

    private var english: String {
        let what =
            switch kind {
            case .offset(let amount): "reads \(quantity(abs(amount))) too \(amount > 0 ? "high" : "low")"
            case .gain(let factor): "reads \(Self.number(factor)) times the true value"
            case .stuck(let value): "stands still at \(quantity(value))"
            case .drift(let slope): "drifts \(slope > 0 ? "up" : "down") by \(quantity(abs(slope))) a reading"
            case .noise(let deviation): "has noise of \(quantity(deviation)) (standard deviation)"
            }
        return "\(sensor.name) \(what) since \(Self.moment(onset)): it reads \(quantity(reading)), \(quantity(normal)) would be normal. "
            + "False alarms on this stream: about 1 in \(readingsPerFalseAlarm) readings."
    }

    private var chinese: String {
        let what =
            switch kind {
            case .offset(let amount): "读数偏\(amount > 0 ? "高" : "低") \(quantity(abs(amount)))"
            case .gain(let factor): "读数为真实值的 \(Self.number(factor)) 倍"
            case .stuck(let value): "读数停滞在 \(quantity(value))"
            case .drift(let slope): "每次读数向\(slope > 0 ? "上" : "下")漂移 \(quantity(abs(slope)))"
            case .noise(let deviation): "出现噪声，标准差 \(quantity(deviation))"
            }
        return "\(sensor.chineseName)自 \(Self.moment(onset)) 起\(what)：当前读数 \(quantity(reading))，正常值应为 \(quantity(normal))。"
            + "该数据流的误报率约为每 \(readingsPerFalseAlarm) 次读数 1 次。"
    }

    private var readingsPerFalseAlarm: Int { falseAlarmRate > 0 ? Int(min(1 / falseAlarmRate, 1e15).rounded()) : 1 << 50 }

    private func quantity(_ number: Double) -> String {
        sensor.unit.isEmpty ? Self.number(number) : "\(Self.number(number)) \(sensor.unit)"
    }

    /// With three digits that say something, at least; no exponent.
    static func number(_ number: Double) -> String {
        guard number.magnitude < 1e15 else { return "\(number)" }
        var digits = 0, scale = 1.0
        while digits < 6, number != 0, number.magnitude * scale < 100 { (digits, scale) = (digits + 1, scale * 10) }
        let whole = Int64((number.magnitude * scale).rounded()), unit = Int64(scale)
        let sign = number < 0 && whole > 0 ? "-" : ""
        if digits == 0 { return "\(sign)\(whole)" }
        var fraction = String(whole % unit)
        fraction = String(repeating: "0", count: digits - fraction.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return fraction.isEmpty ? "\(sign)\(whole / unit)" : "\(sign)\(whole / unit).\(fraction)"
    }

    /// `2026-11-20 14:00 UTC`
    private static func moment(_ microseconds: Int64) -> String {
        var seconds = time_t(microseconds / 1_000_000 - (microseconds % 1_000_000 < 0 ? 1 : 0)), parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(two(parts.tm_hour)):\(two(parts.tm_min)) UTC"
    }
}

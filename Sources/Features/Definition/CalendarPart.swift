/// What a moment is in the calendar (proleptic Gregorian, days of 24 hours, shifted by a fixed offset from UTC).
public enum CalendarPart: String, Sendable, Hashable, Codable, CaseIterable {
    /// 0 to 59.
    case minute
    /// 0 to 23, with the fraction of the hour left out.
    case hour
    /// 0 to 1439.
    case minuteOfDay = "minute-of-day"
    /// Monday is 0, Sunday 6.
    case weekday
    /// 1 on Saturday and Sunday, 0 else.
    case weekend
    /// 1 to 31.
    case day
    /// 1 to 366.
    case dayOfYear = "day-of-year"
    /// 1 to 12.
    case month
    case year

    /// After how many of its steps it begins anew, for sine and cosine; nil where it never does.
    var period: Double? {
        switch self {
        case .minute: 60
        case .hour: 24
        case .minuteOfDay: 1440
        case .weekday: 7
        case .weekend, .year: nil
        case .day: 31
        case .dayOfYear: 366
        case .month: 12
        }
    }

    /// The part of a moment in microseconds since 1970.
    func value(of moment: Int64) -> Int {
        let minutes = floored(moment, 60_000_000), days = floored(minutes, 1440)
        let minute = Int(minutes - days * 1440)
        switch self {
        case .minute: return minute % 60
        case .hour: return minute / 60
        case .minuteOfDay: return minute
        case .weekday: return weekday(days)
        case .weekend: return weekday(days) >= 5 ? 1 : 0
        case .day: return date(days).day
        case .month: return date(days).month
        case .year: return Int(date(days).year)
        case .dayOfYear:
            let (year, month, day) = date(days)
            let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]
            let leap = month > 2 && (year % 4 == 0 && year % 100 != 0 || year % 400 == 0)
            return before + day + (leap ? 1 : 0)
        }
    }

    private func floored(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }

    // 1970-01-01 was a Thursday.
    private func weekday(_ days: Int64) -> Int { Int(((days + 3) % 7 + 7) % 7) }

    /// Years are counted from 1 March, so that the leap day is a year's last and 146,097 days are 400 years.
    private func date(_ days: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = days + 719_468, era = floored(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let day = Int(ofYear - (153 * month + 2) / 5 + 1)
        return (year + era * 400 + (month >= 10 ? 1 : 0), Int(month < 10 ? month + 3 : month - 9), day)
    }
}

/// Points in time as texts: the common part of ISO 8601 and RFC 3339.
enum Timestamp {
    /// The years 1 to 9999, in microseconds since 1970.
    static let range: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    static func checked(_ time: Int64) -> Int64? { range.contains(time) ? time : nil }

    /// Microseconds since 1970 of `2024-05-03`, `2024-05-03T07:08`, `2024-05-03 07:08:09.123456Z` and `…+02:00`; nil for what is none.
    ///
    /// Without an offset the time is in UTC. Digits behind the microseconds are dropped; second 60 is the next minute's first.
    static func microseconds(_ text: UnsafeRawBufferPointer) -> Int64? {
        var reader = Reader(text: text)
        guard let year = reader.digits(4), year > 0, reader.take("-"), let month = reader.digits(2), reader.take("-"),
            let day = reader.digits(2), (1...12).contains(month), (1...daysOf(month, year)).contains(day)
        else { return nil }
        var seconds = days(year, month, day) * 86_400, fraction = 0
        if !reader.isAtEnd {
            guard reader.take("T") || reader.take("t") || reader.take(" "), let hour = reader.digits(2), hour < 24, reader.take(":"),
                let minute = reader.digits(2), minute < 60
            else { return nil }
            seconds += hour * 3600 + minute * 60
            if reader.take(":") {
                guard let second = reader.digits(2), second <= 60 else { return nil }
                seconds += second
                if reader.take(".") || reader.take(",") {
                    guard let found = reader.fraction() else { return nil }
                    fraction = found
                }
            }
            guard let offset = reader.offset() else { return nil }
            seconds -= offset
        }
        return reader.isAtEnd ? checked(Int64(seconds) * 1_000_000 + Int64(fraction)) : nil
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func daysOf(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970, counted in years that begin in March.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year, month = month <= 2 ? month + 9 : month - 3
        return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468
    }

    private struct Reader {
        let text: UnsafeRawBufferPointer
        var place = 0

        var isAtEnd: Bool { place == text.count }

        mutating func take(_ letter: Unicode.Scalar) -> Bool {
            guard place < text.count, text[place] == UInt8(ascii: letter) else { return false }
            place += 1
            return true
        }

        mutating func digit() -> Int? {
            guard place < text.count, (48...57).contains(text[place]) else { return nil }
            defer { place += 1 }
            return Int(text[place]) - 48
        }

        mutating func digits(_ count: Int) -> Int? {
            var value = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        /// One digit or more, as microseconds.
        mutating func fraction() -> Int? {
            guard var value = digit() else { return nil }
            var count = 1
            while let digit = digit() {
                if count < 6 {
                    value = value * 10 + digit
                    count += 1
                }
            }
            for _ in count..<6 { value *= 10 }
            return value
        }

        /// Nothing, `Z`, `+02`, `+0200` or `+02:00`, in seconds.
        mutating func offset() -> Int? {
            if isAtEnd || take("Z") || take("z") { return 0 }
            let isWest = take("-")
            guard isWest || take("+"), let hours = digits(2), hours < 24 else { return nil }
            var minutes = 0
            if !isAtEnd {
                _ = take(":")
                guard let found = digits(2), found < 60 else { return nil }
                minutes = found
            }
            return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
        }
    }
}

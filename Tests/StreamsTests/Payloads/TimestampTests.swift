import Testing

@testable import Streams

@Suite struct TimestampTests {
    private func time(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { Timestamp.microseconds(UnsafeRawBufferPointer($0)) }
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("2001-09-09T01:46:40Z", 1_000_000_000_000_000),
        ("2024-02-29T12:34:56.789012Z", 1_709_210_096_789_012), ("2024-02-29 12:34:56,7", 1_709_210_096_700_000),
        ("2024-02-29T12:34:56.7890129+02:00", 1_709_202_896_789_012), ("2024-02-29T12:34-0130", 1_709_215_440_000_000),
        ("1969-12-31T23:59:59.5Z", -500_000), ("0001-01-01", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000), ("2000-03-01T00:00:00+14", 951_818_400_000_000),
    ])
    func `times are read`(text: String, microseconds: Int64) { #expect(time(text) == microseconds) }

    @Test(arguments: [
        "", "2024", "2024-1-1", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "0000-01-01", "2024-01-01T",
        "2024-01-01T1",
        "2024-01-01T24:00", "2024-01-01T10:60", "2024-01-01T10:10:61", "2024-01-01T10:10:10.", "2024-01-01T10:10:10+25",
        "2024-01-01T10:10:10Zx",
        "2024-01-01T10:10:10+01:", "0001-01-01T00:00:00+01:00", "12/31/2024",
    ])
    func `what is no time is none`(text: String) { #expect(time(text) == nil) }

    @Test func `days follow each other through four centuries`() {
        var day: Int64 = 0
        for year in 1970...2400 {
            for month in 1...12 {
                for date in 1...31 {
                    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
                    if let found = time("\(year)-\(two(month))-\(two(date))") {
                        guard found == day * 86_400_000_000 else {
                            Issue.record("\(year)-\(month)-\(date)")
                            return
                        }
                        day += 1
                    }
                }
            }
        }
        #expect(day == 157_420)
    }
}

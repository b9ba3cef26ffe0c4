import Testing
import TestSupport

@testable import Streams

@Suite struct DecimalNumberTests {
    private func read(_ text: String) -> DecimalNumber? {
        var text = text
        return text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var place = start
            guard var number = DecimalNumber(&place, start + bytes.count), place == start + bytes.count else { return nil }
            // The letters are used here, while they are where they are.
            if let double = number.double, number.isCut {
                number.mantissa = double.bitPattern
            }
            return number
        }
    }

    private func double(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var place = start
            return DecimalNumber(&place, start + bytes.count).flatMap { place == start + bytes.count ? $0.double : nil }
        }
    }

    @Test func `decimals of every length become the nearest number`() {
        var random = SeededRandom(seed: 4)
        for round in 0..<200_000 {
            var text = random.chance(0.3) ? "-" : ""
            if round % 4 == 0 {
                text += "\(Double(bitPattern: random.next() & ~(1 << 63)))"
                if text.contains("n") { continue }
            } else if round % 4 == 1 {
                // Near the middle between two numbers.
                let value = Double(random.next() >> UInt64(random.below(60))) * 0.5
                text += "\(UInt64(value))" + (random.chance(0.5) ? ".5" : ".4999999999999999999999")
            } else {
                text += "\(random.next() >> UInt64(random.below(64)))"
                if random.chance(0.7) { text += ".\(random.next() >> UInt64(random.below(64)))" }
                if random.chance(0.5) { text += "e\(random.below(140) - 70)" }
            }
            let wanted = Double(text)
            #expect(double(text)?.bitPattern == (wanted?.isFinite == true ? wanted?.bitPattern : nil), "\(text)")
        }
    }

    @Test(arguments: [
        "9007199254740993", "9007199254740992.5", "0.1", "1e22", "1e23", "8.5e-54", "123456789012345678e-30", "2.2250738585072011e-308",
        "4.9e-324", "1.7976931348623157e308", "-0", "-0.0e5", "0e999999", "18446744073709551615", "18446744073709551616",
        "100000000000000000000000", "0.000000000000000000000000000001", "9007199254740993.00000000000000000000000000001",
    ])
    func `hard decimals become the nearest number`(text: String) {
        #expect(double(text)?.bitPattern == Double(text)?.bitPattern)
    }

    @Test(arguments: ["", "-", "01", "1.", ".5", "1e", "1e+", "+1", "1.e5", "0x1", "nan", "--1"])
    func `what JSON does not write as a number is none`(text: String) { #expect(double(text) == nil) }

    @Test func `too large numbers are none`() {
        #expect(double("1e309") == nil && double("-2e308") == nil && double("1e99999999999") == nil && double("1e-99999999999") == 0)
    }

    @Test func `times keep every digit in whatever unit they are`() {
        #expect(read("1700000000.123456").flatMap(EpochUnit.seconds.microseconds) == 1_700_000_000_123_456)
        #expect(read("1700000000.1234569").flatMap(EpochUnit.seconds.microseconds) == 1_700_000_000_123_456)
        #expect(read("1.7e12").flatMap(EpochUnit.milliseconds.microseconds) == 1_700_000_000_000_000)
        #expect(read("1700000000123456789").flatMap(EpochUnit.nanoseconds.microseconds) == 1_700_000_000_123_456)
        #expect(read("-1.5").flatMap(EpochUnit.microseconds.microseconds) == -2)
        #expect(read("1700000000000").flatMap(EpochUnit.seconds.microseconds) == nil)
        #expect(read("1e300").flatMap(EpochUnit.seconds.microseconds) == nil)
        #expect(EpochUnit.seconds.microseconds(1.5) == 1_500_000 && EpochUnit.seconds.microseconds(.nan) == nil)
    }
}

import Streams
import Testing

@Suite struct AlarmTests {
    private func alarm(_ kind: FaultKind, unit: String = "°C") -> Alarm {
        Alarm(
            sensor: Sensor("temperature", chinese: "气温", unit: unit), kind: kind, onset: 1_763_906_400_000_000,
            raised: 1_763_992_800_000_000,
            reading: 20.4, normal: 8.125, falseAlarmRate: 0.0004)
    }

    @Test func `an alarm reads well in English`() {
        #expect(
            alarm(.offset(12.3)).text(in: .english)
                == "temperature reads 12.3 °C too high since 2025-11-23 14:00 UTC: it reads 20.4 °C, 8.13 °C would be normal. "
                + "False alarms on this stream: about 1 in 2500 readings.")
        #expect(alarm(.offset(-0.5)).text(in: .english).hasPrefix("temperature reads 0.5 °C too low since"))
        #expect(alarm(.gain(1.3)).text(in: .english).hasPrefix("temperature reads 1.3 times the true value since"))
        #expect(alarm(.stuck(4), unit: "").text(in: .english).hasPrefix("temperature stands still at 4 since"))
        #expect(alarm(.drift(-0.0212)).text(in: .english).hasPrefix("temperature drifts down by 0.0212 °C a reading since"))
        #expect(alarm(.noise(1234.4)).text(in: .english).hasPrefix("temperature has noise of 1234 °C (standard deviation) since"))
    }

    @Test func `an alarm reads well in Chinese`() {
        #expect(
            alarm(.offset(12.3)).text(in: .chinese)
                == "气温自 2025-11-23 14:00 UTC 起读数偏高 12.3 °C：当前读数 20.4 °C，正常值应为 8.13 °C。该数据流的误报率约为每 2500 次读数 1 次。")
        #expect(alarm(.gain(1.3)).text(in: .chinese).contains("起读数为真实值的 1.3 倍："))
        #expect(alarm(.stuck(4)).text(in: .chinese).contains("起读数停滞在 4 °C："))
        #expect(alarm(.drift(0.02)).text(in: .chinese).contains("起每次读数向上漂移 0.02 °C："))
        #expect(alarm(.noise(3)).text(in: .chinese).contains("起出现噪声，标准差 3 °C："))
    }
}

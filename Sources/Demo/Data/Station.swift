import Datasets
import Features
import Streams

/// A weather and solar station whose recorded year of hours is replayed.
enum Station: String, Sendable, CaseIterable {
    case greensboro, sandPoint = "sand-point", miami

    /// Columns that its events carry, in this order, besides `time`: seven sensors, then what a clock and the place say about the sun.
    static let columns: [ColumnDefinition] = [
        ColumnDefinition("temperature", unit: "°C"), ColumnDefinition("dew_point", unit: "°C"), ColumnDefinition("humidity", unit: "%"),
        ColumnDefinition("pressure", unit: "hPa"), ColumnDefinition("global_irradiance", unit: "W/m²"),
        ColumnDefinition("direct_irradiance", unit: "W/m²"), ColumnDefinition("diffuse_irradiance", unit: "W/m²"),
        ColumnDefinition("extraterrestrial_horizontal", unit: "W/m²"), ColumnDefinition("extraterrestrial_normal", unit: "W/m²"),
    ]

    /// The sensors as alarms name them, in the order of `columns`.
    static let sensors = [
        Sensor("temperature", chinese: "气温", unit: "°C"), Sensor("dew point", chinese: "露点温度", unit: "°C"),
        Sensor("relative humidity", chinese: "相对湿度", unit: "%"), Sensor("pressure", chinese: "气压", unit: "hPa"),
        Sensor("global irradiance", chinese: "总辐照度", unit: "W/m²"), Sensor("direct irradiance", chinese: "直射辐照度", unit: "W/m²"),
        Sensor("diffuse irradiance", chinese: "散射辐照度", unit: "W/m²"),
    ]

    /// The recorded year: `time` and `columns`, with the station's name in `station`.
    func year(in folder: DemoFolder) throws -> Frame {
        let names = ["time"] + Self.columns.map(\.name)
        var frame = try Table(at: "\(folder.path)/Stations/\(rawValue).parquet").frame(columns: names)
        try frame.add("station", Column([String](repeating: rawValue, count: frame.rowCount)))
        return frame
    }
}

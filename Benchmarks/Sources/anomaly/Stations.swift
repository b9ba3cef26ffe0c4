import Streams

/// The sensors of a weather and solar station, in the order of `stationRow`.
let stationSensors = [
    Sensor("temperature", chinese: "气温", unit: "°C"), Sensor("dew point", chinese: "露点温度", unit: "°C"),
    Sensor("relative humidity", chinese: "相对湿度", unit: "%"), Sensor("pressure", chinese: "气压", unit: "hPa"),
    Sensor("global irradiance", chinese: "总辐照度", unit: "W/m²"), Sensor("direct irradiance", chinese: "直射辐照度", unit: "W/m²"),
    Sensor("diffuse irradiance", chinese: "散射辐照度", unit: "W/m²"),
]

/// Seven readings and, for the extraterrestrial irradiances at their end, the sine of the sun's height and its reciprocal.
func stationRow(_ values: [Double]) -> [Double] {
    let (horizontal, normal) = (values[7], values[8]), height = normal > 0 ? horizontal / normal : 0
    return Array(values[..<7]) + [height, height > 0 ? 1 / max(height, 0.1) : 0]
}

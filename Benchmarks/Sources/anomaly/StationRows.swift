import Datasets
import Features

/// The hours of a station: seven sensors, then what the clock and the place say about the sun.
func stationRows(_ path: String) throws -> [[Double]] {
    let names = [
        "temperature", "dew_point", "humidity", "pressure", "global_irradiance", "direct_irradiance", "diffuse_irradiance",
        "extraterrestrial_horizontal", "extraterrestrial_normal",
    ]
    let frame = try Table(at: path).frame(columns: names)
    return try (0..<frame.rowCount).map { row in
        try stationRow(
            names.map { name in
                guard let number = frame[row, name].number else { throw InputError(description: "\(path): row \(row) has no \(name)") }
                return number
            })
    }
}

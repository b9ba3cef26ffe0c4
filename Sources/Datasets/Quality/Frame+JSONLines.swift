public import Features
import Formats

extension Frame {
    /// The rows as JSON lines, an object a row, null where a value is missing: the form of quarantine files.
    public func jsonLines() -> [UInt8] {
        var bytes: [UInt8] = []
        for row in 0..<rowCount {
            let entries = zip(names, columns).map { name, column -> (String, JSON) in
                switch column[row] {
                case .null: (name, .null)
                case .number(let value): (name, .number(value))
                case .int(let value), .timestamp(let value): (name, JSON(value))
                case .bool(let value): (name, .bool(value))
                case .string(let value): (name, .string(value))
                }
            }
            bytes += JSON.object(JSON.Object(entries)).bytes()
            bytes.append(10)
        }
        return bytes
    }

    /// Puts the rows behind those of a file of JSON lines.
    public func append(toJSONLines path: String) throws { try Files.append(path, jsonLines()) }
}

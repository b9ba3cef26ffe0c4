import Features

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
}

/// Throws with the nearest name where an object being decoded has a key that is none of these.
func refuseUnknownKeys(_ decoder: any Decoder, _ keys: [String], _ operation: String) throws {
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted() where !keys.contains(key) {
        throw DatasetError(operation, "unknown key '\(key)'\(hint(for: key, among: keys))")
    }
}

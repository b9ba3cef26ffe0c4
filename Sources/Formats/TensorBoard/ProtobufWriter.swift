/// Fields of a protocol-buffer message, in the order in which they are added.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    private enum Wire: UInt64 { case variable = 0, eight = 1, counted = 2, four = 5 }

    private mutating func add(_ field: Int, _ wire: Wire) { addVariable(UInt64(field) << 3 | wire.rawValue) }

    private mutating func addVariable(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func addFixed(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }

    // As the format's third edition has it, a field of the default value is left out.

    mutating func add(_ field: Int, _ value: Int64) {
        if value == 0 { return }
        add(field, .variable)
        addVariable(UInt64(bitPattern: value))
    }

    mutating func add(_ field: Int, _ value: Double) {
        if value.bitPattern == 0 { return }
        add(field, .eight)
        addFixed(value.bitPattern)
    }

    /// - Parameter isChosen: the field is one of several of which one is there: it is written even with the default value.
    mutating func add(_ field: Int, _ value: Float, isChosen: Bool = false) {
        if value.bitPattern == 0 && !isChosen { return }
        add(field, .four)
        addFixed(value.bitPattern)
    }

    mutating func add(_ field: Int, _ value: some Sequence<UInt8>, isChosen: Bool = false) {
        let value = Array(value)
        if value.isEmpty && !isChosen { return }
        add(field, .counted)
        addVariable(UInt64(value.count))
        bytes += value
    }

    mutating func add(_ field: Int, _ value: String, isChosen: Bool = false) { add(field, value.utf8, isChosen: isChosen) }

    mutating func add(_ field: Int, _ message: ProtobufWriter) { add(field, message.bytes, isChosen: true) }

    mutating func add(_ field: Int, _ values: [Double]) {
        var packed = ProtobufWriter()
        for value in values { packed.addFixed(value.bitPattern) }
        add(field, packed.bytes)
    }
}

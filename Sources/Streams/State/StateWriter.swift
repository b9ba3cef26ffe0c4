/// Collects the bytes of states: little-endian numbers, arrays with their length before them.
public struct StateWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func write<Number: StateNumber>(_ number: Number) {
        withUnsafeBytes(of: number.stateBits.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A whole number, as 64 bits.
    public mutating func write(_ number: Int) { write(Int64(number)) }

    public mutating func write(_ truth: Bool) { write(truth ? 1 as UInt8 : 0) }

    public mutating func write(_ text: String) { write(Array(text.utf8)) }

    public mutating func write<Number: StateNumber>(_ numbers: [Number]) {
        write(numbers.count)
        #if _endian(little)
        numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
        #else
        for number in numbers { write(number) }
        #endif
    }

    public mutating func write(_ numbers: [Int]) { write(numbers.map { Int64($0) }) }

    public mutating func write(_ state: some StreamState) { state.write(to: &self) }

    public mutating func write(_ states: [some StreamState]) {
        write(states.count)
        for state in states { state.write(to: &self) }
    }

    /// The name and the version of what follows; the reader asks for the same.
    public mutating func begin(_ name: String, version: UInt8 = 1) {
        write(name)
        write(version)
    }
}

/// Takes a state's bytes apart, and refuses what a writer cannot have written.
///
/// Every length is compared with the bytes that are left before memory is taken for it.
public struct StateReader: Sendable {
    private let bytes: [UInt8]
    private var place = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// How many bytes are left.
    public var remaining: Int { bytes.count - place }

    private func refusal(_ what: String, _ reason: String) -> StreamError { StreamError("state", reason, at: what) }

    public mutating func number<Number: StateNumber>(_ type: Number.Type, _ what: String) throws -> Number {
        let width = MemoryLayout<Number.Bits>.size
        guard remaining >= width else { throw refusal(what, "ends after \(bytes.count) bytes") }
        defer { place += width }
        return bytes.withUnsafeBytes {
            Number(stateBits: Number.Bits(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Number.Bits.self)))
        }
    }

    /// A whole number within bounds.
    public mutating func int(_ what: String, in range: ClosedRange<Int>) throws -> Int {
        let found = try number(Int64.self, what)
        guard let number = Int(exactly: found), range.contains(number) else {
            throw refusal(what, "\(found) is not in \(range.lowerBound)...\(range.upperBound)")
        }
        return number
    }

    /// A count of events, at most 2⁵³.
    public mutating func count(_ what: String) throws -> Int { try int(what, in: 0...(1 << 53)) }

    /// A number that is not NaN and not infinite.
    public mutating func finite(_ what: String, in range: ClosedRange<Double> = -1e300...1e300) throws -> Double {
        let found = try number(Double.self, what)
        guard range.contains(found) else { throw refusal(what, "\(found) is not in \(range.lowerBound)...\(range.upperBound)") }
        return found
    }

    public mutating func truth(_ what: String) throws -> Bool {
        let found = try number(UInt8.self, what)
        guard found < 2 else { throw refusal(what, "\(found) is neither 0 nor 1") }
        return found == 1
    }

    public mutating func text(_ what: String) throws -> String {
        guard let text = String(validating: try numbers(UInt8.self, what), as: UTF8.self) else { throw refusal(what, "is not UTF-8") }
        return text
    }

    /// An array of any length up to `limit`.
    public mutating func numbers<Number: StateNumber>(_ type: Number.Type, _ what: String, limit: Int = .max) throws -> [Number] {
        let width = MemoryLayout<Number.Bits>.size
        let found = try number(Int64.self, what)
        guard let count = Int(exactly: found), (0...(remaining / width)).contains(count) else {
            throw refusal(what, "\(found) numbers are said to follow, \(remaining) bytes do")
        }
        guard count <= limit else { throw refusal(what, "\(count) numbers, at most \(limit) are allowed") }
        defer { place += count * width }
        return bytes.withUnsafeBytes { memory in
            (0..<count).map {
                Number(stateBits: Number.Bits(littleEndian: memory.loadUnaligned(fromByteOffset: place + $0 * width, as: Number.Bits.self)))
            }
        }
    }

    /// An array of exactly this length.
    public mutating func numbers<Number: StateNumber>(_ type: Number.Type, _ what: String, count: Int) throws -> [Number] {
        let found = try numbers(type, what)
        guard found.count == count else { throw refusal(what, "\(found.count) numbers, expected \(count)") }
        return found
    }

    /// An array of finite numbers of exactly this length.
    public mutating func finite(_ what: String, count: Int) throws -> [Double] {
        let found = try numbers(Double.self, what, count: count)
        guard found.allSatisfy({ $0.magnitude <= 1e300 }) else { throw refusal(what, "holds a number that is not finite") }
        return found
    }

    public mutating func state<State: StreamState>(_ type: State.Type) throws -> State { try State(from: &self) }

    public mutating func states<State: StreamState>(_ type: State.Type, _ what: String, count: ClosedRange<Int>) throws -> [State] {
        let found = try int(what, in: count)
        return try (0..<found).map { _ in try State(from: &self) }
    }

    /// Checks the name and the version of what follows.
    public mutating func begin(_ name: String, version: UInt8 = 1) throws {
        let found = try text("name")
        guard found == name else { throw refusal("name", "'\(found)' where '\(name)' was expected") }
        let number = try number(UInt8.self, "version")
        guard number == version else { throw refusal("version", "\(name) is of version \(number), this program reads \(version)") }
    }

    /// Throws the reason unless `condition` holds.
    public func require(_ condition: Bool, _ what: String, _ reason: @autoclosure () -> String) throws {
        if !condition { throw refusal(what, reason()) }
    }

    /// Refuses bytes after the end.
    public func end() throws {
        if remaining > 0 { throw refusal("end", "\(remaining) bytes more than expected") }
    }
}

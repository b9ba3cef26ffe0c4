/// Takes CBOR apart item by item, without building values.
///
/// Every length is compared with the bytes that are left. The reader keeps no account of arrays and maps: who reads them counts.
public struct CBORReader {
    private let bytes: UnsafeRawBufferPointer
    private let place: String
    /// How many bytes have been read.
    public private(set) var position = 0

    /// - Parameters:
    ///   - bytes: must stay where they are as long as the reader is used.
    ///   - place: the file or the message that they come from, for messages.
    public init(_ bytes: UnsafeRawBufferPointer, at place: String = "") {
        self.bytes = bytes
        self.place = place
    }

    public var isAtEnd: Bool { position == bytes.count }

    public func error(_ reason: String, at offset: Int? = nil) -> FormatError {
        let byte = "byte \(offset ?? position)"
        return FormatError("cbor", reason, at: place.isEmpty ? byte : "\(place): \(byte)")
    }

    /// The next item's head.
    ///
    /// - Throws: `cbor 'byte 7': ends inside of an item`
    public mutating func next() throws -> CBORItem {
        let start = position
        guard position < bytes.count else { throw error("ends where an item is expected") }
        let first = bytes[position]
        position += 1
        let major = first >> 5, info = first & 31
        if info == 31 { return try open(major, at: start) }
        guard info < 28 else { throw error("no item begins with \(first)", at: start) }
        let argument = info < 24 ? UInt64(info) : try number(ofBytes: 1 << Int(info - 24))
        switch major {
        case 0: return .unsigned(argument)
        case 1: return .negative(argument)
        case 2: return .bytes(try length(argument, of: 1, at: start))
        case 3: return .text(try length(argument, of: 1, at: start))
        case 4: return .array(try length(argument, of: 1, at: start))
        case 5: return .map(try length(argument, of: 2, at: start))
        case 6: return .tag(argument)
        default: return try special(info, argument, at: start)
        }
    }

    /// An item that does not tell its length, or the end of one.
    private func open(_ major: UInt8, at start: Int) throws -> CBORItem {
        switch major {
        case 2: return .bytes(nil)
        case 3: return .text(nil)
        case 4: return .array(nil)
        case 5: return .map(nil)
        case 7: return .end
        default: throw error("this kind of item must tell its length", at: start)
        }
    }

    private func special(_ info: UInt8, _ argument: UInt64, at start: Int) throws -> CBORItem {
        switch info {
        case 20: return .bool(false)
        case 21: return .bool(true)
        case 22: return .null
        case 23: return .undefined
        case 24:
            guard argument >= 32 else { throw error("a simple value below 32 takes one byte, not two", at: start) }
            return .simple(UInt8(argument))
        case 25: return .number(Double(half: UInt16(argument)))
        case 26: return .number(Double(Float(bitPattern: UInt32(argument))))
        case 27: return .number(Double(bitPattern: argument))
        default: return .simple(info)
        }
    }

    private mutating func number(ofBytes count: Int) throws -> UInt64 {
        guard bytes.count - position >= count else { throw error("ends inside of an item") }
        var value: UInt64 = 0
        for byte in bytes[position..<position + count] { value = value << 8 | UInt64(byte) }
        position += count
        return value
    }

    /// Each of `count` elements takes at least `size` bytes: more than are left are a mistake that must not cost memory.
    private func length(_ count: UInt64, of size: Int, at start: Int) throws -> Int {
        guard let length = Int(exactly: count), length <= (bytes.count - position) / size else {
            throw error("\(count) elements are said to follow, \(bytes.count - position) bytes do", at: start)
        }
        return length
    }

    /// The content of a string whose length is known; valid as long as the bytes of the reader.
    public mutating func content(_ length: Int) throws -> UnsafeRawBufferPointer {
        guard length <= bytes.count - position else { throw error("ends inside of a string") }
        defer { position += length }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
    }

    /// The content of a string that comes in pieces, up to its end.
    ///
    /// - Parameter isText: whether each piece must be UTF-8.
    public mutating func pieces(isText: Bool) throws -> [UInt8] {
        var collected: [UInt8] = []
        while true {
            let start = position
            switch try next() {
            case .end: return collected
            case .bytes(let length?) where !isText: collected.append(contentsOf: try content(length))
            case .text(let length?) where isText:
                let piece = try content(length)
                guard String(validating: piece, as: UTF8.self) != nil else { throw error("the text is not UTF-8", at: start) }
                collected.append(contentsOf: piece)
            case let item: throw error("expected a piece of \(isText ? "a text" : "bytes"), found \(item.kind)", at: start)
            }
        }
    }

    /// Passes over one item with everything in it, and checks its form.
    ///
    /// - Parameter depth: how many arrays, maps and tags may lie inside of each other.
    public mutating func skip(depth: Int) throws {
        let start = position
        try skip(next(), depth: depth, at: start)
    }

    /// Passes over what follows an item's head.
    public mutating func skip(_ item: CBORItem, depth: Int, at start: Int) throws {
        switch item {
        case .bytes(let length?), .text(let length?): _ = try content(length)
        case .bytes(nil): _ = try pieces(isText: false)
        case .text(nil): _ = try pieces(isText: true)
        case .array(let count): try skip(count, items: 1, depth: depth, at: start)
        case .map(let count): try skip(count, items: 2, depth: depth, at: start)
        case .tag: try skip(1, items: 1, depth: depth, at: start)
        case .end: throw error("an end without a beginning", at: start)
        default: break
        }
    }

    private mutating func skip(_ count: Int?, items: Int, depth: Int, at start: Int) throws {
        guard depth > 0 else { throw error("is nested too deep", at: start) }
        if let count {
            for _ in 0..<count * items { try skip(depth: depth - 1) }
            return
        }
        while true {
            let place = position
            let first = try next()
            if first == .end { return }
            try skip(first, depth: depth - 1, at: place)
            if items == 2 { try skip(depth: depth - 1) }
        }
    }
}

extension Double {
    /// The value of a number of 16 bits (IEEE 754 binary16), which not every processor has.
    init(half bits: UInt16) {
        let exponent = Int(bits >> 10 & 31), fraction = Double(bits & 1023)
        let magnitude: Double =
            switch exponent {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? .infinity : .nan
            default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
            }
        self = bits >> 15 == 1 ? -magnitude : magnitude
    }

    /// The bits of the number of 16 bits that has this value; nil where there is none.
    var halfBits: UInt16? {
        if isNaN { return 0x7e00 }
        let sign: UInt16 = self.sign == .minus ? 0x8000 : 0
        if isInfinite { return sign | 0x7c00 }
        if magnitude == 0 { return sign }
        if exponent < -14 {
            let steps = magnitude * 0x1p24
            return steps == steps.rounded() && steps < 1024 ? sign | UInt16(steps) : nil
        }
        let steps = (significand - 1) * 1024
        guard exponent <= 15, steps == steps.rounded() else { return nil }
        return sign | UInt16(exponent + 15) << 10 | UInt16(steps)
    }
}

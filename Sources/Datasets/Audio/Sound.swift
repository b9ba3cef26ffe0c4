import CSndFile

/// Sampled sound in memory: channels between -1 and 1.
public struct Sound: Sendable {
    /// Samples a second.
    public let rate: Int
    public let channels: Int
    /// Frame after frame, channels next to each other.
    public let values: [Float]

    public init(_ values: [Float], rate: Int, channels: Int = 1) {
        if channels < 1 || rate < 1 || values.count % channels != 0 {
            trap(DatasetError("sound", "\(values.count) values are no whole frames of \(channels) channels at \(rate) Hz"))
        }
        self.values = values
        self.rate = rate
        self.channels = channels
    }

    /// Frames: values of one channel.
    public var count: Int { values.count / channels }
    public var seconds: Double { Double(count) / Double(rate) }

    /// The mean of the channels.
    public var mono: Sound {
        if channels == 1 { return self }
        let scale = 1 / Float(channels)
        return Sound((0..<count).map { frame in values[frame * channels..<(frame + 1) * channels].reduce(0, +) * scale }, rate: rate)
    }

    /// One channel.
    public func channel(_ number: Int) -> Sound { Sound((0..<count).map { values[$0 * channels + number] }, rate: rate) }

    /// Reads a WAV, FLAC, Ogg or AIFF file, or another that libsndfile knows.
    ///
    /// - Parameter maximumSeconds: a longer sound is refused before memory for it is taken.
    public init(_ path: String, maximumSeconds: Double = 3_600) throws {
        try self.init(FileBytes.raw(path, limit: FileBytes.limit, for: "sound"), at: path, maximumSeconds: maximumSeconds)
    }

    /// The same from the bytes of a file.
    public init(_ bytes: [UInt8], at place: String = "", maximumSeconds: Double = 3_600) throws {
        let decoded = try bytes.withUnsafeBufferPointer { try Self.decode($0, place, maximumSeconds) }
        self.init(decoded.values, rate: decoded.rate, channels: decoded.channels)
    }

    private static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, _ place: String, _ maximumSeconds: Double
    ) throws -> (values: [Float], rate: Int, channels: Int) {
        var memory = Memory(bytes: bytes)
        return try withUnsafeMutablePointer(to: &memory) { memory in
            var io = Memory.io
            var info = SF_INFO()
            guard let file = sf_open_virtual(&io, Int32(SFM_READ), &info, memory) else {
                throw DatasetError("sound", String(cString: sf_strerror(nil)).lowercased(), at: place)
            }
            defer { sf_close(file) }
            let channels = Int(info.channels), rate = Int(info.samplerate)
            guard 1...64 ~= channels, 1...1_000_000 ~= rate else {
                throw DatasetError("sound", "has \(channels) channels at \(rate) Hz", at: place)
            }
            // The header's count may lie: it bounds the reading, memory grows with what is really there.
            guard info.frames >= 0, Double(info.frames) <= maximumSeconds * Double(rate) else {
                throw DatasetError("sound", "is longer than \(maximumSeconds) s", at: place)
            }
            var values: [Float] = []
            let block = 1 << 14
            var chunk = [Float](repeating: 0, count: block * channels)
            let limit = Int(maximumSeconds * Double(rate)) * channels
            while true {
                let frames = sf_readf_float(file, &chunk, sf_count_t(block))
                if frames <= 0 { break }
                values.append(contentsOf: chunk[..<(Int(frames) * channels)])
                guard values.count <= limit else { throw DatasetError("sound", "is longer than \(maximumSeconds) s", at: place) }
            }
            if sf_error(file) != 0 { throw DatasetError("sound", String(cString: sf_strerror(file)).lowercased(), at: place) }
            guard Int64(values.count / channels) == info.frames else {
                throw DatasetError("sound", "has \(values.count / channels) frames, its header says \(info.frames)", at: place)
            }
            return (values, rate, channels)
        }
    }

    /// A file in memory, as libsndfile wants to read it.
    private struct Memory {
        let bytes: UnsafeBufferPointer<UInt8>
        var place = 0

        static var io: SF_VIRTUAL_IO {
            SF_VIRTUAL_IO(
                get_filelen: { sf_count_t($0!.assumingMemoryBound(to: Memory.self).pointee.bytes.count) },
                seek: { offset, whence, raw in
                    let memory = raw!.assumingMemoryBound(to: Memory.self)
                    let count = memory.pointee.bytes.count
                    let base = whence == 0 ? 0 : whence == 1 ? memory.pointee.place : count
                    let (sum, overflow) = base.addingReportingOverflow(Int(offset))
                    guard !overflow, 0...count ~= sum else { return -1 }
                    memory.pointee.place = sum
                    return sf_count_t(sum)
                },
                read: { target, wanted, raw in
                    let memory = raw!.assumingMemoryBound(to: Memory.self)
                    let count = min(Int(wanted), memory.pointee.bytes.count - memory.pointee.place)
                    guard count > 0, let source = memory.pointee.bytes.baseAddress else { return 0 }
                    target!.copyMemory(from: source + memory.pointee.place, byteCount: count)
                    memory.pointee.place += count
                    return sf_count_t(count)
                },
                write: { _, _, _ in 0 },
                tell: { sf_count_t($0!.assumingMemoryBound(to: Memory.self).pointee.place) })
        }
    }
}

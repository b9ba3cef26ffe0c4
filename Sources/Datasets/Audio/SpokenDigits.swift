import Engine

/// The Free Spoken Digit Dataset (Jackson et al., 2018): digits 0 to 9, several speakers, 8 kHz, files named `digit_speaker_take.wav`.
public struct SpokenDigits: Sendable {
    public struct Recording: Sendable {
        public let digit: Int
        public let speaker: String
        public let take: Int
        public let sound: Sound
    }

    /// Sorted by digit, speaker and take.
    public let recordings: [Recording]

    /// The official rule: takes 0 to 4 of every digit and speaker.
    public var test: [Recording] { recordings.filter { $0.take < 5 } }
    /// All the other takes.
    public var train: [Recording] { recordings.filter { $0.take >= 5 } }
    /// The speakers' names, sorted.
    public var speakers: [String] { Set(recordings.map(\.speaker)).sorted() }

    /// - Parameter path: a folder of `.wav` files, a zip file of them, or a folder with one such zip file.
    public init(at path: String) throws {
        var recordings: [Recording] = []
        if FileBytes.isFolder(path) {
            let names = try FileBytes.names(in: path, for: "spoken digits")
            let sounds = names.filter { $0.hasSuffix(".wav") }, archives = names.filter { $0.hasSuffix(".zip") }
            if sounds.isEmpty, archives.count == 1 {
                self = try SpokenDigits(at: "\(path)/\(archives[0])")
                return
            }
            for name in sounds { recordings.append(try Self.recording(name, Sound("\(path)/\(name)"), at: path)) }
        } else {
            let zip = try ZipArchive(path, for: "spoken digits")
            for member in zip.members where member.name.hasSuffix(".wav") {
                let sound = try Sound(zip.contents(of: member), at: "\(path)/\(member.name)")
                recordings.append(try Self.recording(String(member.name.split(separator: "/").last!), sound, at: path))
            }
        }
        guard !recordings.isEmpty else { throw DatasetError("spoken digits", "has no .wav files", at: path) }
        self.recordings = recordings.sorted { ($0.digit, $0.speaker, $0.take) < ($1.digit, $1.speaker, $1.take) }
    }

    private static func recording(_ name: String, _ sound: Sound, at path: String) throws -> Recording {
        let parts = name.dropLast(4).split(separator: "_")
        guard parts.count == 3, let digit = Int(parts[0]), 0...9 ~= digit, let take = Int(parts[2]), take >= 0 else {
            throw DatasetError("spoken digits", "'\(name)' is not named digit_speaker_take.wav", at: path)
        }
        return Recording(digit: digit, speaker: String(parts[1]), take: take, sound: sound.mono)
    }
}

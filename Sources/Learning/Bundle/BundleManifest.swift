import Formats

/// `manifest.json`: what a bundle consists of. Replacing this one file replaces the bundle.
struct BundleManifest: Codable {
    static let path = "manifest.json"
    static let format = "millrace-bundle"
    static let version = 1
    /// Bytes of a manifest that are read at most.
    static let limit = 64 << 20

    /// The parts that are files of their own, by their names in `files`.
    enum Part: String, CaseIterable, Sendable {
        case graph, weights, features, card

        var suffix: String {
            switch self {
            case .graph, .features: "json"
            case .weights: "safetensors"
            case .card: "md"
            }
        }

        /// Bytes that are read at most.
        var limit: Int {
            switch self {
            case .graph: 256 << 20
            case .weights: 1 << 40
            case .features: 256 << 20
            case .card: 16 << 20
            }
        }

        /// The part's name on disk: files of different content never have the same one.
        func path(_ digest: SHA256.Digest) -> String { "\(rawValue).\(digest.hexadecimal.prefix(16)).\(suffix)" }

        /// Whether a name on disk is one that `path` makes.
        static func owns(_ name: String) -> Bool {
            let pieces = name.split(separator: ".", omittingEmptySubsequences: false)
            guard pieces.count == 3, let part = Part(rawValue: String(pieces[0])), pieces[2] == part.suffix else { return false }
            return pieces[1].utf8.count == 16 && pieces[1].allSatisfy(\.isHexDigit)
        }
    }

    struct File: Codable {
        var path: String
        var bytes: Int
        var sha256: String
    }

    struct Weight: Codable {
        var name: String
        var role: ModelBundle.Weight.Role
    }

    var format = Self.format
    var version = Self.version
    var name: String
    var signature: Signature
    var loss: Named?
    var optimizer: Named?
    var training: TrainingRecord
    /// By the names of the parts.
    var files: [String: File]
    /// In the bundle's order, which a file of tensors does not keep.
    var weights: [Weight]

    /// Reads a manifest; another format or version is refused before anything else is looked at.
    static func read(_ bytes: [UInt8], at path: String) throws -> BundleManifest {
        func error(_ reason: String) -> LearningError { LearningError("bundle", reason, at: path) }
        let json = try JSON(parsing: bytes, at: path, limits: JSON.Limits(bytes: limit))
        guard json["format"]?.string == format else { throw error("is not the manifest of a bundle") }
        guard let version = json["version"]?.int else { throw error("has no version") }
        guard version == Self.version else { throw error("has version \(version), this program reads \(Self.version)") }
        do {
            return try json.decoded()
        } catch let found as FormatError {
            throw FormatError(found.operation, found.reason, at: found.place.isEmpty ? path : "\(path): \(found.place)")
        }
    }
}

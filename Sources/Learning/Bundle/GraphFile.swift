import Engine
import Formats

/// A graph on disk: the versions of the operations that it is made of, and its description.
///
/// A reader that lacks an operation, or knows an older form of it, says so before it reads on.
struct GraphFile {
    static let version = 1
    /// Attributes are counts, axes and extents. What is computed with numbers up to here does not overflow.
    private static let largestNumber = Int64(1) << 31

    static func bytes(_ graph: GraphDescription) throws -> [UInt8] {
        let description = try JSON(encoding: graph)
        var names: Set<String> = []
        collectOperations(description, into: &names)
        let versions = names.sorted().map { ($0, JSON(Catalog.codec(of: $0) ?? 0)) }
        let file: JSON = ["version": JSON(version), "operations": .object(JSON.Object(versions)), "graph": description]
        return file.bytes()
    }

    static func graph(_ bytes: UnsafeRawBufferPointer, at path: String) throws -> GraphDescription {
        func error(_ reason: String) -> LearningError { LearningError("graph", reason, at: path) }
        let file = try JSON(parsing: bytes, at: path)
        guard let version = file["version"]?.int else { throw error("has no version") }
        guard version == Self.version else { throw error("has version \(version), this program reads \(Self.version)") }
        guard let versions = file["operations"]?.object, let description = file["graph"] else {
            throw error("has no operations or no graph")
        }
        var complaints: [String] = []
        for (name, version) in versions {
            guard let known = Catalog.codec(of: name) else {
                complaints.append("there is no operation '\(name)'")
                continue
            }
            if !(1...known).contains(version.int ?? 0) {
                complaints.append("operation '\(name)' has version \(version), this program reads up to \(known)")
            }
        }
        guard complaints.isEmpty else { throw error(complaints.joined(separator: "; ")) }
        var names: Set<String> = []
        collectOperations(description, into: &names)
        if let odd = names.sorted().first(where: { versions[$0] == nil }) {
            throw error("does not state the version of operation '\(odd)'")
        }
        if let odd = firstLarge(description) { throw error("holds the number \(odd), at most \(largestNumber) are allowed") }
        do {
            return try description.decoded(as: GraphDescription.self)
        } catch {
            throw LearningError("graph", "\(error)", at: path)
        }
    }

    /// The names of the operations, also of the functions within operations.
    private static func collectOperations(_ value: JSON, into names: inout Set<String>) {
        switch value {
        case .object(let object):
            if let name = object["operation"]?.string { names.insert(name) }
            for element in object.values { collectOperations(element, into: &names) }
        case .array(let elements): for element in elements { collectOperations(element, into: &names) }
        default: break
        }
    }

    /// The first whole number that is too large.
    private static func firstLarge(_ value: JSON) -> JSON? {
        switch value {
        case .integer(let number): number > largestNumber || number < -largestNumber ? value : nil
        case .unsigned: value
        case .object(let object): object.values.lazy.compactMap(firstLarge).first
        case .array(let elements): elements.lazy.compactMap(firstLarge).first
        default: nil
        }
    }
}

import Foundation

/// Tables of the data folder: `../shared/data` beside the package, or where MILLRACE_DATA says.
enum TableFile {
    static let folder: URL? = {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let wanted = ProcessInfo.processInfo.environment["MILLRACE_DATA"].map { URL(fileURLWithPath: $0) }
        let folder = wanted ?? package.deletingLastPathComponent().appendingPathComponent("shared/data")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    static var isThere: Bool { folder != nil }

    /// The lines of a gzip file.
    static func lines(_ path: String) throws -> [Substring] {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", folder!.appendingPathComponent(path).path]
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split { $0.isNewline }
    }

    /// Header and fields of a CSV file without quotes.
    static func table(_ path: String) throws -> (header: [String], rows: [[Substring]]) {
        let lines = try lines(path)
        let header = lines[0].drop { $0 == "\u{feff}" }.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return (header, lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) })
    }
}

import Foundation

/// Where the recorded data of the demonstration lie: the folders `Stations`, `Motions` and `Digits`.
public struct DemoFolder: Sendable {
    public let path: String

    /// Looks in the folder that `MILLRACE_DEMO_DATA` names, else upward from the program and from the current folder for `Examples`, as in
    /// the repository, and for `share/millrace/demo`, as `make install` puts it.
    ///
    /// - Throws: `DemoError` with the places where it looked.
    public init() throws {
        func holdsData(_ path: String) -> Bool {
            ["Stations", "Motions", "Digits"].allSatisfy { FileManager.default.fileExists(atPath: path + "/" + $0) }
        }
        if let named = ProcessInfo.processInfo.environment["MILLRACE_DEMO_DATA"] {
            guard holdsData(named) else {
                throw DemoError("data", "\(named), which MILLRACE_DEMO_DATA names, holds no Stations, Motions and Digits")
            }
            path = named
            return
        }
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        let starts = [program, URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        for start in starts {
            var place = start
            for _ in 0..<8 {
                for name in ["Examples", "share/millrace/demo"] {
                    let candidate = place.appendingPathComponent(name).path
                    if holdsData(candidate) {
                        path = candidate
                        return
                    }
                }
                place.deleteLastPathComponent()
            }
        }
        throw DemoError(
            "data",
            "no folder Examples or share/millrace/demo with the recordings was found upward from \(starts.map(\.path).joined(separator: " and "))"
        )
    }
}

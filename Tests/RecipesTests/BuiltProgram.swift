import Formats
import Foundation

/// The program that was built with the tests, started as a process of its own.
final class BuiltProgram {
    struct Outcome {
        let code: Int32
        let out: String
        let err: String
    }

    /// Beside the tests' own program.
    private static let location: URL = {
        var folder = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(fileURLWithPath: ".")
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            folder = bundle.bundleURL.deletingLastPathComponent()
        }
        return folder.appendingPathComponent("millrace")
    }()
    static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: location.path) }

    static func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Outcome {
        try BuiltProgram(arguments, environment).outcome()
    }

    let process = Process()
    private let scratch: Scratch

    /// Starts it. The streams go to files, so that neither can fill up while the other one is read.
    init(_ arguments: [String], _ environment: [String: String] = [:]) throws {
        scratch = try Scratch()
        for name in ["out", "err"] { _ = FileManager.default.createFile(atPath: scratch(name), contents: nil) }
        process.executableURL = Self.location
        process.arguments = arguments
        process.standardOutput = FileHandle(forWritingAtPath: scratch("out"))
        process.standardError = FileHandle(forWritingAtPath: scratch("err"))
        process.environment = ["MILLRACE_KERNELS": "portable", "MILLRACE_THREADS": "1", "PATH": "/usr/bin:/bin"]
            .merging(environment) { $1 }
        try process.run()
    }

    /// Waits for its end.
    func outcome() throws -> Outcome {
        process.waitUntilExit()
        let code = process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
        return Outcome(code: code, out: try Files.readText(scratch("out")), err: try Files.readText(scratch("err")))
    }
}

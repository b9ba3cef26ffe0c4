import Engine
import Foundation
import TestSupport
import Testing

@testable import Formats
@testable import Learning

/// The training run of the target InterruptedTraining, started, killed and compared.
@Suite struct ContinuationTests {
    /// Beside the tests' own program.
    private static let program: URL = {
        var folder = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(fileURLWithPath: ".")
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            folder = bundle.bundleURL.deletingLastPathComponent()
        }
        return folder.appendingPathComponent("InterruptedTraining")
    }()

    private func start(_ folder: URL, _ arguments: [String] = []) throws -> Process {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = [folder.path] + arguments
        process.standardOutput = FileHandle.nullDevice
        // Other environments give other kernels, and starting takes longer with native ones.
        process.environment = ["MILLRACE_KERNELS": "portable", "MILLRACE_THREADS": "1"]
        try process.run()
        return process
    }

    /// What a run leaves behind, without times.
    private struct Remains: Equatable {
        var tensors: [String: [UInt64]] = [:]
        var progress: RunProgress
        var best: [UInt8]
        var log: [JSON]
        var events: [[UInt8]]
    }

    private func remains(_ folder: URL) throws -> Remains {
        let files = try RunFolder(folder.path, duringWrite: nil)
        let (stored, tensors) = try files.read()
        var progress = stored
        progress.seconds = 0
        progress.cpuSeconds = 0
        progress.epochSeconds = 0
        progress.epochCPU = 0
        progress.logBytes = 0
        progress.history = stored.history.map {
            EpochRecord(
                epoch: $0.epoch, step: $0.step, loss: $0.loss, rate: $0.rate, scores: $0.scores, seconds: 0, cpuSeconds: 0,
                samples: $0.samples)
        }
        let log = try Files.readText(folder.appendingPathComponent("log.jsonl").path).split(separator: "\n").map { line in
            guard case .object(var object) = try JSON(parsing: String(line)) else { throw LearningError("test", "no object: \(line)") }
            object["seconds"] = nil
            object["cpu_seconds"] = nil
            return JSON.object(object)
        }
        var events: [[UInt8]] = []
        let board = folder.appendingPathComponent("events").path
        for name in try Files.list(board) {
            let bytes = try Files.read(Files.join(board, name))
            bytes.withUnsafeBytes { bytes in
                for (_, place) in TensorBoardRecord.scan(bytes).dropFirst() {
                    // The first nine bytes of an event are its time.
                    let event = Array(bytes[place].dropFirst(9))
                    if !String(decoding: event, as: UTF8.self).contains("samples_per_second") { events.append(event) }
                }
            }
        }
        return Remains(
            tensors: Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.value.doubles().map(\.bitPattern)) }), progress: progress,
            best: try Files.read(files.best), log: log, events: events)
    }

    private func temporary(_ name: String) throws -> URL {
        let folder = memoryFolder.appendingPathComponent("millrace-\(name)-\(getpid())")
        try? FileManager.default.removeItem(at: folder)
        return folder
    }

    @Test func `a run that is killed again and again ends with the bits of the unbroken run`() throws {
        #expect(FileManager.default.isExecutableFile(atPath: Self.program.path), "\(Self.program.path) is missing")
        let whole = try temporary("whole"), broken = try temporary("broken")
        defer { for folder in [whole, broken] { try? FileManager.default.removeItem(at: folder) } }
        let clock = ContinuousClock()
        let begun = clock.now
        let unbroken = try start(whole)
        unbroken.waitUntilExit()
        #expect(unbroken.terminationStatus == 0)
        let length = Double((clock.now - begun).components.attoseconds) / 1e18 + Double((clock.now - begun).components.seconds)

        var random = SystemRandomNumberGenerator()
        var kills = (inWrites: 0, atTimes: 0), ends = 0, steps: Set<Int> = []
        while kills.inWrites + kills.atTimes < 60 {
            // Every second life ends by its own hand within a write, the others from outside at any instant.
            let isInWrite = (kills.inWrites + kills.atTimes) % 2 == 0
            let process = try start(broken, isInWrite ? ["\(Int.random(in: 0..<120, using: &random))"] : [])
            if !isInWrite {
                let deadline = clock.now + .seconds(Double.random(in: 0..<length * 0.6, using: &random))
                while process.isRunning, clock.now < deadline { usleep(500) }
                kill(process.processIdentifier, SIGKILL)
            }
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal, process.terminationStatus == SIGKILL {
                if isInWrite { kills.inWrites += 1 } else { kills.atTimes += 1 }
            } else {
                #expect(process.terminationStatus == 0, "a life ended with \(process.terminationStatus)")
            }
            let stored = try? RunFolder(broken.path, duringWrite: nil).read()
            if let stored { steps.insert(stored.progress.passes) }
            if let ending = stored?.progress.ending, ending != .interrupted {
                // At the end already: compare, and be killed on the way there once more.
                ends += 1
                try compare(whole, broken)
                try FileManager.default.removeItem(at: broken)
            }
        }
        let last = try start(broken)
        last.waitUntilExit()
        #expect(last.terminationStatus == 0)
        try compare(whole, broken)
        #expect(kills.inWrites >= 25 && kills.atTimes >= 25)
        #expect(steps.count >= 5, "the kills came at \(steps.sorted())")
        print("killed \(kills.inWrites) times within writes and \(kills.atTimes) times at any instant, \(ends + 1) runs to the end")
    }

    private func compare(_ whole: URL, _ broken: URL) throws {
        // A run that was killed after its last checkpoint has its log cut and ended by the next start.
        let ended = try start(broken)
        ended.waitUntilExit()
        #expect(ended.terminationStatus == 0)
        let (wanted, found) = (try remains(whole), try remains(broken))
        #expect(found.tensors == wanted.tensors)
        #expect(found.progress == wanted.progress)
        #expect(found.best == wanted.best)
        #expect(found.log == wanted.log)
        #expect(found.events == wanted.events)
        #expect(wanted.log.count > 30 && wanted.events.count > 60 && wanted.tensors.count > 20)
        let left = try Files.list(broken.path)
        #expect(left == ["best.safetensors", "events", "last.safetensors", "log.jsonl"], "\(left)")
    }
}

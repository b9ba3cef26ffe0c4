import Engine
import Foundation
import Testing

@testable import Learning

/// The training run of the target DistributedTraining in several processes of this machine.
@Suite(.enabled(if: ProcessGroup.obstacle == nil, "needs the shim over gloo: make setup"), .serialized)
struct DataParallelTests {
    /// Beside the tests' own program.
    private static let program: URL = {
        var folder = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(fileURLWithPath: ".")
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            folder = bundle.bundleURL.deletingLastPathComponent()
        }
        return folder.appendingPathComponent("DistributedTraining")
    }()

    private struct Ended {
        let status: Int32
        let output: String
        let errors: String
    }

    private final class Running {
        let process = Process()
        private let output: URL, errors: URL

        init(_ folder: URL, _ settings: [String], _ environment: [String: String], number: Int = 0) throws {
            output = folder.appendingPathComponent("output-\(number)")
            errors = folder.appendingPathComponent("errors-\(number)")
            for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
            process.executableURL = DataParallelTests.program
            process.arguments = [folder.path] + settings
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            process.environment = ["MILLRACE_KERNELS": "portable", "MILLRACE_THREADS": "1", "MILLRACE_TIMEOUT": "60"]
                .merging(environment) { $1 }
            try process.run()
        }

        func ended() throws -> Ended {
            process.waitUntilExit()
            return Ended(
                status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
                errors: try String(contentsOf: errors, encoding: .utf8))
        }
    }

    private func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-parallel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    private func run(_ folder: URL, _ settings: [String], _ environment: [String: String] = [:]) throws -> Ended {
        try Running(folder, settings, environment).ended()
    }

    private func parameters(_ folder: URL, _ rank: Int = 0) throws -> [Float] {
        let data = try Data(contentsOf: folder.appendingPathComponent("parameters-\(rank)"))
        return data.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    private func difference(_ a: [Float], _ b: [Float]) -> Float {
        a.count == b.count && !a.isEmpty ? zip(a, b).map { abs($0 - $1) }.max()! : .infinity
    }

    private func isThere(_ folder: URL) -> Bool { FileManager.default.fileExists(atPath: folder.path + "/run/last.safetensors") }

    @Test(arguments: [["workers=2"], ["workers=3", "uneven"], ["workers=2", "bucket=1000000"]])
    func `several processes end where one with the same whole batch does`(settings: [String]) throws {
        try withFolder { folder in
            let (one, many) = (folder.appendingPathComponent("one"), folder.appendingPathComponent("many"))
            for place in [one, many] { try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true) }
            let single = try run(one, settings.filter { !$0.hasPrefix("workers") })
            #expect(single.status == 0, "\(single.errors)")
            let several = try run(many, settings)
            #expect(several.status == 0, "\(several.errors)")
            let wanted = try parameters(one), found = try parameters(many)
            let most = difference(wanted, found)
            print("\(settings.joined(separator: " ")): parameters differ by at most \(most) from those of one process")
            #expect(most < 1e-5)
            #expect(try parameters(many, 1) == found)
            // It has learnt at all, and the processes began with different weights.
            let words = several.output.split(separator: " ")
            #expect(words[0] == "finished" && words[1] == single.output.split(separator: " ")[1])
            #expect(Double(words[2])! < 0.8, "\(several.output)")
            // Only process 0 writes.
            #expect(isThere(many))
        }
    }

    @Test func `a killed process ends the run on the other with a reason and a checkpoint from which it goes on to the same bits`() throws {
        try withFolder { folder in
            let (whole, broken) = (folder.appendingPathComponent("whole"), folder.appendingPathComponent("broken"))
            for place in [whole, broken] { try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true) }
            #expect(try run(whole, ["workers=2"]).status == 0)
            let clock = ContinuousClock(), begun = clock.now
            let killed = try run(broken, ["workers=2", "kill=1:21"])
            #expect(killed.status == 137, "\(killed.errors)")
            #expect(clock.now - begun < .seconds(30), "a process that ended is noticed long before the timeout of 60 s")
            #expect(
                killed.errors.contains("process group 'mean of gradients': process 0 of 2: another process has ended"), "\(killed.errors)")
            #expect(killed.errors.contains("workers: process 1 was ended by signal 9"))
            let stored = try RunFolder(broken.appendingPathComponent("run").path, duringWrite: nil).read()
            #expect(
                (18...21).contains(stored.progress.passes)
            )
            #expect(try run(broken, ["workers=2"]).status == 0)
            #expect(try parameters(broken) == parameters(whole))

            // The first process, which writes, may be the one.
            let first = folder.appendingPathComponent("first")
            try FileManager.default.createDirectory(at: first, withIntermediateDirectories: true)
            let headless = try run(first, ["workers=2", "kill=0:13"])
            #expect(headless.status == 137)
            #expect(
                headless.errors.contains("[1] process group 'mean of gradients': process 1 of 2: another process has ended"),
                "\(headless.errors)")
            #expect(try run(first, ["workers=2"]).status == 0)
            #expect(try parameters(first) == parameters(whole))
            // Another number of processes goes on as well.
            let fewer = folder.appendingPathComponent("fewer")
            try FileManager.default.createDirectory(at: fewer, withIntermediateDirectories: true)
            #expect(try run(fewer, ["workers=2", "kill=1:13"]).status == 137)
            #expect(try run(fewer, []).status == 0)
            #expect(try difference(parameters(fewer), parameters(whole)) < 1e-5)
        }
    }

    @Test func `a stop that one process asks for ends all after the same step`() throws {
        try withFolder { folder in
            let stopped = try run(folder, ["workers=2", "stop=1:10"])
            #expect(stopped.status == 0, "\(stopped.errors)")
            #expect(stopped.output.hasPrefix("interrupted 11"), "\(stopped.output)")
            #expect(try parameters(folder, 0) == parameters(folder, 1))
            #expect(try run(folder, ["workers=2"]).output.hasPrefix("finished 40"))
        }
    }

    @Test func `a process that hangs ends the run on the other after the timeout`() throws {
        try withFolder { folder in
            let meeting = folder.appendingPathComponent("meet").path
            let environment = ["WORLD_SIZE": "2", "MILLRACE_RENDEZVOUS": meeting, "MILLRACE_TIMEOUT": "2", "MILLRACE_INTERFACE": "lo"]
            let runs = try (0..<2).map { rank in
                try Running(folder, ["stall=1:5"], environment.merging(["RANK": "\(rank)"]) { $1 }, number: rank)
            }
            let ended = try runs[0].ended()
            kill(runs[1].process.processIdentifier, SIGKILL)
            _ = try runs[1].ended()
            #expect(ended.status == 3)
            #expect(ended.errors.contains("process 0 of 2: another process did not take part within 2 s"), "\(ended.errors)")
            #expect(isThere(folder))
        }
    }

    @Test func `processes meet at an address, whatever strangers say there`() throws {
        try withFolder { folder in
            let port = UInt16.random(in: 30_000...39_999)
            let environment = ["WORLD_SIZE": "2", "MILLRACE_RENDEZVOUS": "tcp://127.0.0.1:\(port)", "MILLRACE_TIMEOUT": "20"]
            let first = try Running(folder, ["epochs=1"], environment.merging(["RANK": "0"]) { $1 })
            // Wrong worlds, lengths without end, and noise.
            var said = 0
            let clock = ContinuousClock(), begun = clock.now
            while said < 200, clock.now - begun < .seconds(15) {
                var message: [UInt8] = [0x4d, 0x4c, 0x52, 0x31, 0, 0, 0, 2]
                message += [UInt8.random(in: 0...3)] + (0..<12).map { _ in UInt8.random(in: 0...255) }
                if said % 3 == 0 { message[Int.random(in: 0..<8)] = UInt8.random(in: 0...255) }
                if say(Array(message.prefix(Int.random(in: 0...message.count))), port: port) { said += 1 }
            }
            #expect(said == 200)
            let other = try Running(folder, [], ["RANK": "1", "WORLD_SIZE": "3"].merging(environment) { first, _ in first }, number: 2)
                .ended()
            #expect(other.errors.contains("rank 0 leads a run over 2 processes, this one is of 3"), "\(other.errors)")
            let second = try Running(folder, ["epochs=1"], environment.merging(["RANK": "1"]) { $1 }, number: 1)
            let ended = try first.ended()
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(try second.ended().status == 0)
        }
    }

    /// Connects, says something and hangs up; false where nobody listens yet.
    private func say(_ bytes: [UInt8], port: UInt16) -> Bool {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isConnected { _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
        return isConnected
    }

    @Test func `a process that comes alone says who is missing`() throws {
        try withFolder { folder in
            let place = Rendezvous.folder(folder.appendingPathComponent("meet").path)
            let settings = ProcessGroup.Settings(rank: 0, world: 2, rendezvous: place, interface: "lo", connectTimeout: 0.3)
            let error = #expect(throws: LearningError.self) { try ProcessGroup(settings) }
            #expect("\(error!)".hasPrefix("process group '\(place)': process 0 of 2 did not meet the others: "), "\(error!)")
        }
    }

    @Test func `a group of one process gives back what it gets`() throws {
        try withFolder { folder in
            let group = try ProcessGroup(
                rank: 0, world: 1, rendezvous: .folder(folder.appendingPathComponent("meet").path), interface: "lo")
            #expect(try group.mean([1, 2, 3]) == [1, 2, 3])
            #expect(try group.broadcast([7, 8]) == [7, 8])
            #expect(try group.broadcast([]) == [])
            try group.barrier()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("meet").path) == [])
        }
    }

    /// Layers of which each is a bucket.
    private struct Deep: Module {
        let layers: [Linear] = (0..<6).map { _ in Linear(64, 64) }
        func callAsFunction(_ x: Tensor) -> Tensor { layers.reduce(x) { $1($0).tanh() } }
    }

    @Test(arguments: [3, 64]) func `late gradients are on their way while early ones are computed`(batch: Int) throws {
        try withFolder { folder in
            let group = try ProcessGroup(rank: 0, world: 1, rendezvous: .folder(folder.path), interface: "lo")
            let options = TrainOptions(reduction: DataParallel(group, bucketBytes: 16_000))
            let step = try TrainStep(Deep().initialized(seed: 1), SGD(rate: 0.1), options: options) { model, batch, _ in
                model(batch.x).square().mean()
            }
            let x = Tensor.normal([batch, 64], key: RandomKey(seed: 1))
            let lines = "\(try step.program(for: Batch(["x": x])))".split(separator: "\n").map(String.init)
            let sent = lines.indices.filter { lines[$0].contains("gradient_hand_over") }
            let taken = lines.indices.filter { lines[$0].contains("gradient_arrival") }
            #expect(sent.count >= 6 && sent.count == taken.count)
            #expect(sent.max()! < taken.min()!)
            // Between two hand-overs lies the backward pass of a layer.
            let products = lines.indices.filter { lines[$0].contains("matmul") || lines[$0].contains("linear") }
            for (place, next) in zip(sent, sent.dropFirst()) {
                #expect(products.contains { (place..<next).contains($0) }, "\(lines.joined(separator: "\n"))")
            }
            let before = step.model.parameters.map { $0.parameter.value.values(Float.self) }
            let plain = try TrainStep(Deep().initialized(seed: 1), SGD(rate: 0.1)) { model, batch, _ in model(batch.x).square().mean() }
            for _ in 0..<3 {
                let (one, other) = try (plain(Batch(["x": x])), step(Batch(["x": x])))
                #expect(abs(one - other) < 1e-6)
            }
            #expect(step.latest == ReducedStep(samples: batch, stops: false))
            let after = step.model.parameters.map { $0.parameter.value.values(Float.self) }
            #expect(before != after)
            for (a, b) in zip(after, plain.model.parameters.map({ $0.parameter.value.values(Float.self) })) {
                #expect(difference(a, b) < 1e-6)
            }
        }
    }
}

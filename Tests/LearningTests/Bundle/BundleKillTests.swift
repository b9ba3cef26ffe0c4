import Formats
import Foundation
import Learning
import Testing

@Suite("Bundle, killed") struct BundleKillTests {
    /// The program that writes bundles without end, beside the test's own.
    private func writer() throws -> URL {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let url = own.deletingLastPathComponent().appendingPathComponent("BundleWriter")
        try #require(FileManager.default.isExecutableFile(atPath: url.path), "\(url.path) is not built")
        return url
    }

    @Test func `a kill at any instant leaves the old or the new bundle`() throws {
        let writer = try writer()
        try withBundleFolder { folder in
            let bundles = try [1, 2].map { try makeBundle(seed: $0).bundle }
            let sources = [Files.join(folder, "a"), Files.join(folder, "b")], target = Files.join(folder, "c")
            for (bundle, source) in zip(bundles, sources) { try bundle.write(to: source) }
            try bundles[0].write(to: target)
            var generator = SystemRandomNumberGenerator()
            var found = [0, 0], unfinished = 0, kills = 0
            // On a busy disk one bundle takes longer than the first kills wait: they wait longer and longer.
            while kills < 60 || found.contains(0) && kills < 400 {
                kills += 1
                let process = Process(), output = Pipe()
                process.executableURL = writer
                process.arguments = sources + [target]
                process.standardOutput = output
                try process.run()
                _ = output.fileHandleForReading.availableData  // it writes from here on
                usleep(.random(in: 0..<UInt32(15_000 + 1_000 * kills), using: &generator))
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL)
                let read = try ModelBundle(reading: target)
                let place = try #require(bundles.firstIndex { isSame($0, read) }, "the bundle is neither the one nor the other")
                found[place] += 1
                if try Files.list(target).count > 5 { unfinished += 1 }
            }
            #expect(found[0] > 0 && found[1] > 0 && unfinished > 0, "\(found) \(unfinished): no kill fell into the writing of a bundle")
            try bundles[1].write(to: target)
            #expect(try Files.list(target).count == 5, "what the kills left is removed")
        }
    }

    @Test func `whoever reads while another writes has one bundle or the other`() throws {
        let writer = try writer()
        try withBundleFolder { folder in
            let bundles = try [1, 2].map { try makeBundle(seed: $0).bundle }
            let sources = [Files.join(folder, "a"), Files.join(folder, "b")], target = Files.join(folder, "c")
            for (bundle, source) in zip(bundles, sources) { try bundle.write(to: source) }
            try bundles[0].write(to: target)
            let process = Process(), output = Pipe()
            process.executableURL = writer
            process.arguments = sources + [target]
            process.standardOutput = output
            try process.run()
            defer { kill(process.processIdentifier, SIGKILL) }
            _ = output.fileHandleForReading.availableData
            for _ in 0..<200 {
                let read = try ModelBundle(reading: target)
                #expect(bundles.contains { isSame($0, read) })
            }
        }
    }
}

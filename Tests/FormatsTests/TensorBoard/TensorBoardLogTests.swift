import TestSupport
import Testing

@testable import Formats

/// The records of a file as (step, event).
private func records(_ path: String) throws -> [(step: Int64, event: [UInt8])] {
    let bytes = try Files.read(path)
    return try bytes.withUnsafeBytes { file in
        try TensorBoardRecord.scan(file).map { _, event in
            (try TensorBoardEvent.step(of: UnsafeRawBufferPointer(rebasing: file[event])), Array(file[event]))
        }
    }
}

@Suite("TensorBoardLog") struct TensorBoardLogTests {
    @Test func `a log is byte for byte the one of TensorBoard's own library`() throws {
        try withFolder { folder in
            var time = 0.0
            let log = try TensorBoardLog(folder: folder) { 1_700_000_000.25 + time }
            for (step, value) in [(0, 0.0), (1, 0.5), (200, -3.25), (1 << 40, 1e-30)] {
                time = Double(step)
                log.scalar("loss/train", value, step: step)
            }
            time = 7
            log.histogram("weights", TensorBoardHistogram([-1, 0.5, 1.5, 2.5, 3], bins: 4), step: 7)
            time = 8
            log.text("note", "# Größe\n\nyes", step: 8)
            try log.flush(sync: true)
            #expect(try Files.read(log.path) == Files.read(goldenPath("events.tfevents")))
        }
    }

    @Test func `a histogram counts all values between the least and the greatest`() {
        let histogram = TensorBoardHistogram([-1, 0.5, 1.5, 2.5, 3, .nan, .infinity], bins: 4)
        #expect(histogram.limits == [0, 1, 2, 3] && histogram.counts == [1, 1, 1, 2])
        #expect((histogram.least, histogram.greatest, histogram.count, histogram.sum) == (-1, 3, 5, 6.5))
        #expect(TensorBoardHistogram([2, 2]).counts == [2] && TensorBoardHistogram([]).counts == [0])
        let wide = TensorBoardHistogram([-Double.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude], bins: 3)
        #expect(wide.counts == [1, 1, 1] && wide.limits.allSatisfy(\.isFinite))
    }

    @Test func `resuming cuts later steps and a torn end off, and goes on in the same file`() throws {
        try withFolder { folder in
            let log = try TensorBoardLog(folder: folder)
            for step in 0..<10 { log.scalar("a", Double(step), step: step) }
            try log.flush()
            log.text("b", "text", step: 3)
            try log.flush()
            let whole = try Files.read(log.path)
            try Files.append(log.path, Array(whole.suffix(30).dropLast(7)))  // a record that a kill has torn
            let resumed = try TensorBoardLog(folder: folder, resumingAt: 5)
            #expect(resumed.path == log.path)
            resumed.scalar("a", 50, step: 5)
            try resumed.flush()
            #expect(try records(log.path).map(\.step) == [0, 0, 1, 2, 3, 4, 3, 5])
            #expect(try TensorBoardLog(folder: folder, resumingAt: 0).path == log.path)
            #expect(try records(log.path).map(\.step) == [0])
            #expect(try TensorBoardLog(folder: folder).path != log.path && Files.list(folder).count == 2)
        }
    }

    @Test func `damaged logs are cut at the damage and damaged messages refused`() throws {
        let valid = try Files.read(goldenPath("events.tfevents"))
        var source = SeededRandom(seed: 7), cut = 0
        for _ in 0..<5_000 {
            let bytes = source.damaged(valid)
            bytes.withUnsafeBytes { file in
                let found = TensorBoardRecord.scan(file)
                if found.count < 7 { cut += 1 }
                for (frame, event) in found { #expect(frame.upperBound <= bytes.count && event.upperBound + 4 == frame.upperBound) }
            }
            // Behind the frame's check, as a message without a frame.
            let message = source.damaged(Array(valid[60..<200]))
            _ = message.withUnsafeBytes { try? TensorBoardEvent.step(of: $0) }
        }
        #expect(cut > 4_000)
    }

    @Test func `a message's fields are read as they were written`() throws {
        var writer = ProtobufWriter()
        writer.add(1, Int64(-1))
        writer.add(2, 0.5)
        writer.add(3, Float(0))
        writer.add(4, Float(0), isChosen: true)
        writer.add(300, "text")
        let fields = try writer.bytes.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes), fields: [ProtobufReader.Value] = []
            while let (_, value) = try reader.next() { fields.append(value) }
            return fields
        }
        #expect(fields == [.variable(.max), .eight((0.5).bitPattern), .four(0), .counted(28..<32)])
        for (bytes, reason): ([UInt8], String) in [
            ([0x08], "ends inside of a number"), ([0x0A, 5, 1], "a field of 5 bytes ends behind the message"),
            ([0x0B], "there is no wire type 3"), ([0x00, 0], "there is no field 0"), ([0x09, 1], "ends inside of a number"),
            ([0x08] + [UInt8](repeating: 0xFF, count: 10), "a number has more than 64 bits"),
        ] {
            let text = message { try bytes.withUnsafeBytes { _ = try TensorBoardEvent.step(of: $0) } }
            #expect(text?.hasSuffix(reason) == true, "\(bytes): \(text ?? "")")
        }
    }
}

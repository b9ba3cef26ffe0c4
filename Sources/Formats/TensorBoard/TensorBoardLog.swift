#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes what TensorBoard shows: curves, histograms and texts over the steps of a training run, as an event file.
///
///     let log = try TensorBoardLog(folder: "runs/1")
///     log.scalar("loss/train", loss, step: step)
///     try log.flush()
///
/// Records are collected and written by `flush`, whole ones only; one that a kill has torn is cut off when the run is resumed.
public final class TensorBoardLog {
    /// The event file.
    public let path: String
    private var writer: FileWriter
    private var pending: [UInt8] = []
    private let now: () -> Double

    /// Begins an event file of its own in a folder, or goes on with the run's last one.
    ///
    /// - Parameter folder: made if need be; TensorBoard shows each folder as a run.
    /// - Parameter step: go on with this step: the last event file of the folder is kept, but for what it holds of this step and of
    ///   later ones, and of a torn end. Nil begins a new file.
    /// - Parameter now: the time of an event in seconds since 1970.
    public init(folder: String, resumingAt step: Int? = nil, now: @escaping () -> Double = TensorBoardLog.clock) throws {
        try Files.makeFolder(folder)
        let last = step == nil ? nil : try Files.list(folder).last { $0.hasPrefix(Self.prefix) }
        if let step, let last {
            path = Files.join(folder, last)
            try Self.keep(before: step, of: path)
            writer = try FileWriter(appendingTo: path)
        } else {
            // Names rise with the time, so the last by name is the last one begun.
            let start = now()
            var number = 0, name = ""
            repeat {
                let second = String(Int(max(0, min(start, 9e15))))
                name = Self.prefix + String(repeating: "0", count: max(0, 10 - second.count)) + second + ".millrace.\(getpid()).\(number)"
                number += 1
            } while Files.exists(Files.join(folder, name))
            path = Files.join(folder, name)
            try Files.replace(path) { try $0.write(Self.version(start)) }
            writer = try FileWriter(appendingTo: path)
        }
        self.now = now
    }

    private static let prefix = "events.out.tfevents."

    private static func version(_ time: Double) -> [UInt8] {
        TensorBoardRecord.framed(TensorBoardEvent(time: time, step: 0, content: .version).bytes)
    }

    /// The system's clock.
    public static func clock() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    // MARK: Writing

    /// A point of a curve.
    ///
    /// - Parameter tag: the curve's name; curves whose names have the same beginning up to a `/` stand together.
    public func scalar(_ tag: String, _ value: Double, step: Int) { add(.scalar(tag: tag, Float(value)), step) }

    public func histogram(_ tag: String, _ histogram: TensorBoardHistogram, step: Int) { add(.histogram(tag: tag, histogram), step) }

    /// A text in Markdown.
    public func text(_ tag: String, _ text: String, step: Int) { add(.text(tag: tag, text), step) }

    private func add(_ content: TensorBoardEvent.Content, _ step: Int) {
        pending += TensorBoardRecord.framed(TensorBoardEvent(time: now(), step: Int64(step), content: content).bytes)
    }

    /// Writes what was collected.
    ///
    /// - Parameter sync: also wait until it is on the disk.
    public func flush(sync: Bool = false) throws {
        if !pending.isEmpty {
            try writer.write(pending)
            pending.removeAll(keepingCapacity: true)
        }
        if sync { try writer.sync() }
    }

    // MARK: Resuming

    /// Rewrites an event file with its records of earlier steps alone.
    static func keep(before step: Int, of path: String) throws {
        let file = try MappedFile(path)
        var kept: [UInt8] = []
        try file.withBytes { bytes in
            for (frame, event) in TensorBoardRecord.scan(bytes) {
                let isFirst = frame.lowerBound == 0  // the version, which every file begins with
                guard try isFirst || TensorBoardEvent.step(of: UnsafeRawBufferPointer(rebasing: bytes[event])) < Int64(step) else {
                    continue
                }
                kept += bytes[frame]
            }
        }
        if kept.isEmpty { kept = version(clock()) }
        if kept.count == file.count { return }
        try Files.replace(path, with: kept)
    }
}

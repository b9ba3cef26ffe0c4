internal import Formats

/// A run's log: one JSON object a line in `log.jsonl`, and the same as TensorBoard events.
///
/// A checkpoint holds how many bytes of the log belong to it; a continued run cuts off the rest, so that its log is the unbroken
/// run's but for the times.
final class RunLog {
    private var writer: FileWriter
    private let board: TensorBoardLog?
    private let start: Int
    private var pending: [UInt8] = []

    static let file = "log.jsonl"

    /// - Parameter position: bytes of the log that are kept; nil begins a new one.
    /// - Parameter passes: the batches seen so far, which events are numbered by.
    init(folder: String, position: Int?, passes: Int, tensorBoard: Bool) throws {
        let path = Files.join(folder, Self.file)
        if let position, Files.exists(path) {
            guard try Files.size(path) >= position else {
                throw LearningError(
                    "continue", "has fewer bytes than the checkpoint wrote: \(try Files.size(path)) of \(position)", at: path)
            }
            try Files.cut(path, to: position)
        } else {
            try Files.remove(path)
        }
        start = Files.exists(path) ? try Files.size(path) : 0
        writer = try FileWriter(appendingTo: path)
        let events = Files.join(folder, "events")
        if position == nil { try Files.remove(events) }
        board = tensorBoard ? try TensorBoardLog(folder: events, resumingAt: position == nil ? nil : passes + 1) : nil
    }

    /// Bytes of the log with all lines so far.
    var position: Int { start + writer.count + pending.count }

    func line(_ object: JSON) { pending += object.bytes() + [UInt8(ascii: "\n")] }

    /// A point of a curve in TensorBoard.
    func point(_ tag: String, _ value: Double, passes: Int) { board?.scalar(tag, value, step: passes) }

    func text(_ tag: String, _ text: String, passes: Int) { board?.text(tag, text, step: passes) }

    /// Writes what was collected.
    ///
    /// - Parameter sync: waits until it is on the disk.
    func flush(sync: Bool = false) throws {
        if !pending.isEmpty {
            try writer.write(pending)
            pending.removeAll(keepingCapacity: true)
        }
        if sync { try writer.sync() }
        try board?.flush(sync: sync)
    }
}

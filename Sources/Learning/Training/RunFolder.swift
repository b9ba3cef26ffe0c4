internal import Engine
internal import Formats

/// The files of a run: `last.safetensors` continues it, `best.safetensors` are the best weights.
///
/// The best weights are first written as `best.next.safetensors`, take their name only after the checkpoint that speaks of them is
/// on the disk, and are found under either name after a kill: the checkpoint and the best weights never disagree.
struct RunFolder {
    let path: String
    private let duringWrite: ((_ file: String, _ bytes: Int) -> Void)?

    var last: String { Files.join(path, "last.safetensors") }
    var best: String { Files.join(path, "best.safetensors") }
    private var next: String { Files.join(path, "best.next.safetensors") }
    private static let form = "millrace.checkpoint.1"

    init(_ path: String, duringWrite: ((_ file: String, _ bytes: Int) -> Void)?) throws {
        try Files.makeFolder(path)
        self.path = path
        self.duringWrite = duringWrite
    }

    var hasCheckpoint: Bool { Files.exists(last) }

    /// Removes what a killed writer left half done.
    func removePartials() throws {
        for name in try Files.list(path) where Files.isPartial(name) { try Files.remove(Files.join(path, name)) }
    }

    /// Removes the checkpoints of an earlier run.
    func clear() throws {
        for file in [last, best, next] { try Files.remove(file) }
        try Files.sync(folder: path)
    }

    /// Writes the checkpoint, and before it the best weights if they are new.
    func write(_ progress: RunProgress, _ tensors: [(name: String, value: Tensor)], best weights: [(name: String, value: Tensor)]?) throws {
        if let weights, let record = progress.best {
            let checkpoint = Checkpoint(
                tensors: weights, metadata: ["format": "millrace.weights.1", "epoch": "\(record.epoch)", "step": "\(record.step)"])
            try checkpoint.write(to: next, during: duringWrite)
        }
        let note = try JSON(encoding: progress).text()
        try Checkpoint(tensors: tensors, metadata: ["format": Self.form, "progress": note]).write(to: last, during: duringWrite)
        if weights != nil {
            try Files.move(next, to: best)
            try Files.sync(folder: path)
        }
    }

    /// Reads the checkpoint.
    func read() throws -> (progress: RunProgress, tensors: [(name: String, value: Tensor)]) {
        let checkpoint = try Checkpoint(reading: last)
        guard checkpoint.metadata["format"] == Self.form, let note = checkpoint.metadata["progress"] else {
            throw LearningError(
                "continue", "is not the checkpoint of a run: its format is '\(checkpoint.metadata["format"] ?? "")'", at: last)
        }
        return (try JSON(parsing: note, at: last).decoded(), checkpoint.tensors)
    }

    /// Gives the best weights their name where a kill came before it.
    func settle(_ progress: RunProgress) throws {
        guard Files.exists(next) else { return }
        func step(of file: String) throws -> String? { Files.exists(file) ? try Safetensors(reading: file).metadata["step"] : nil }
        let wanted = progress.best.map { "\($0.step)" }
        let (found, present) = (try step(of: next), try step(of: best))
        if let wanted, found == wanted, present != wanted {
            try Files.move(next, to: best)
        } else {
            // Of a time that the checkpoint does not know of: it will be reached again.
            try Files.remove(next)
        }
        try Files.sync(folder: path)
    }

    func readBest() throws -> [(name: String, value: Tensor)] { try Checkpoint(reading: best).tensors }
}

public import Engine
internal import Formats

/// Named tensors with notes in one safetensors file: what a run needs to go on, or a model's weights alone.
///
/// The file is replaced in one instant; a kill leaves the old or the new one.
public struct Checkpoint {
    /// In the order of the model.
    public var tensors: [(name: String, value: Tensor)]
    public var metadata: [String: String]

    public init(tensors: [(name: String, value: Tensor)], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Reads a file.
    ///
    /// - Throws: if it is no safetensors file, or holds tensors of a type that the engine does not know.
    public init(reading path: String) throws {
        let file = try Safetensors(reading: path)
        tensors = try file.tensors.map { ($0.name, try file.tensor($0)) }
        metadata = file.metadata
    }

    /// Writes a file in place of the one that may be there.
    public func write(to path: String) throws { try write(to: path, during: nil) }

    func write(to path: String, during: ((_ file: String, _ bytes: Int) -> Void)?) throws {
        let items = tensors.map { Safetensors.Item($0.name, $0.value) }
        var written = 0
        try Files.replace(path) { writer in
            try Safetensors.write(items, metadata: metadata, at: path) { piece in
                during?(path, written)
                try writer.write(piece)
                written += piece.count
            }
            during?(path, written)
        }
    }
}

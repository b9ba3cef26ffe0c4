/// CIFAR-10 (Krizhevsky: Learning multiple layers of features from tiny images, 2009), the whole or a part of it.
public struct CIFAR10: Sendable {
    /// `images` u8[count, 32, 32, 3], `labels` i32[count].
    public let train: Samples
    public let test: Samples

    /// Reads every file of the folder whose name begins with `train` or `data_batch`, and with `test`; `.bin` or `.bin.gz`.
    public init(at folder: String) throws {
        let files = try FileBytes.names(in: folder, for: "cifar").filter { $0.hasSuffix(".bin") || $0.hasSuffix(".bin.gz") }
        func part(_ prefixes: String...) throws -> Samples {
            let chosen = files.filter { name in prefixes.contains { name.hasPrefix($0) } }
            guard !chosen.isEmpty else {
                throw DatasetError("cifar", "no .bin file begins with \(prefixes.joined(separator: " or "))", at: folder)
            }
            return try CIFAR.samples(chosen.map { "\(folder)/\($0)" })
        }
        train = try part("train", "data_batch")
        test = try part("test")
    }
}

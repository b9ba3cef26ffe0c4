import Engine
import Formats

extension ModelBundle {
    /// Reads a bundle and checks all of it: sizes, hashes, types, that the graph can be built and that graph, weights and signature
    /// belong together.
    ///
    /// - Parameter memoryLimit: bytes that weights and the values of the graph, as it was traced, may take.
    /// - Throws: an error that names the file and the reason.
    public init(reading folder: String, memoryLimit: Int = 64 << 30) throws {
        let path = Files.join(folder, BundleManifest.path)
        var attempts = 0
        while true {
            let bytes = try Files.read(path, limit: BundleManifest.limit)
            do {
                self = try Self.read(bytes, folder, memoryLimit)
                return
            } catch {
                // Somebody may have replaced the bundle since its manifest was read and removed the old parts; if it was replaced twice,
                // the manifest may even be the same again. A part that stays away is missing.
                attempts += 1
                let isReplaced = (try? Files.read(path, limit: BundleManifest.limit)) != bytes
                let isAway = (error as? FormatError)?.operation == "open"
                if attempts == 16 || !isReplaced && !isAway { throw error }
            }
        }
    }

    private static func read(_ bytes: [UInt8], _ folder: String, _ memoryLimit: Int) throws -> ModelBundle {
        let manifest = try BundleManifest.read(bytes, at: Files.join(folder, BundleManifest.path))
        var parts: [BundleManifest.Part: PartBytes] = [:]
        for (name, file) in manifest.files.sorted(by: { $0.key < $1.key }) {
            guard let part = BundleManifest.Part(rawValue: name) else {
                throw LearningError("bundle", "the manifest names the unknown part '\(name)'", at: folder)
            }
            parts[part] = try part.open(file, in: folder)
        }
        return try joined(manifest, parts, identity: SHA256.digest(bytes).hexadecimal, at: folder, memoryLimit)
    }

    /// Makes a bundle of its parts, whose bytes are those that the manifest names.
    static func joined(
        _ manifest: BundleManifest, _ parts: [BundleManifest.Part: PartBytes], identity: String, at folder: String, _ memoryLimit: Int
    ) throws -> ModelBundle {
        func error(_ reason: String) -> LearningError { LearningError("bundle", reason, at: folder) }
        func part(_ part: BundleManifest.Part) throws -> PartBytes {
            guard let file = parts[part] else { throw error("the manifest names no \(part.rawValue)") }
            return file
        }

        let graphFile = try part(.graph)
        let graph = try graphFile.withBytes { try GraphFile.graph($0, at: graphFile.path) }
        let weightFile = try part(.weights)
        let values = graph.bytes.addingReportingOverflow(weightFile.count)
        guard !values.overflow, values.partialValue <= memoryLimit else {
            throw error("weights and values take \(values.overflow ? .max : values.partialValue) bytes, at most \(memoryLimit) are allowed")
        }
        let file = try weightFile.tensors()
        let named = Set(manifest.weights.map(\.name))
        guard named.count == manifest.weights.count else { throw error("the manifest names a weight twice") }
        if let odd = file.tensors.first(where: { !named.contains($0.name) }) {
            throw error("the manifest does not name weight '\(odd.name)'")
        }
        let weights = try manifest.weights.map { weight in
            guard let entry = file[weight.name] else { throw error("weight '\(weight.name)' is not in the file") }
            return Weight(name: weight.name, role: weight.role, values: try file.tensor(entry))
        }
        let features = try parts[.features].map { file in try file.withBytes { try JSON(parsing: $0, at: file.path) } }
        let cardFile = try part(.card)
        guard let card = cardFile.withBytes({ String(validating: $0, as: UTF8.self) }) else { throw error("the card is not UTF-8") }

        var bundle = ModelBundle(
            name: manifest.name, signature: manifest.signature, graph: graph, weights: weights, loss: manifest.loss,
            optimizer: manifest.optimizer, features: features, training: manifest.training, card: card)
        bundle.identity = identity
        try bundle.check(error)
        return bundle
    }

    /// Whether graph, weights and signature belong together.
    private func check(_ error: (String) -> LearningError) throws {
        try Self.requireDistinct(signature.inputs.map(\.name) + signature.outputs.map(\.name))
        let byName = Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0) })
        for (name, type) in graph.variableTypes {
            guard let weight = byName[name], weight.role != .constant else { throw error("the graph reads '\(name)', which is no weight") }
            guard weight.values.type == type else {
                throw error("the graph reads '\(name)' as \(type), the weight is \(weight.values.type)")
            }
        }
        let constants = weights.filter { $0.role == .constant }, types = graph.constantTypes
        guard constants.map(\.values.type) == types, constants.indices.allSatisfy({ constants[$0].name == Self.constantName($0) }) else {
            throw error("the graph has \(types.count) constants, the weights hold \(constants.count), or they differ")
        }

        var extents: [String: Int] = [:]
        func fit(_ port: Port, _ type: TensorType, _ what: String) throws {
            guard port.dtype == type.dtype, port.shape.count == type.shape.rank else {
                throw error("\(what) '\(port.name)' is \(port.type), the graph has \(type)")
            }
            for (extent, actual) in zip(port.shape, type.shape.extents) {
                let isFitting =
                    switch extent {
                    case .fixed(let extent): extent == actual
                    case .named(let name): extents.updateValue(actual, forKey: name) ?? actual == actual
                    case .derived: what == "output"
                    }
                guard isFitting else { throw error("\(what) '\(port.name)' is \(port.type), the graph has \(type)") }
            }
        }
        let slots = graph.inputSlots
        guard slots.map(\.label) == signature.inputs.map(\.name) else {
            throw error("the graph takes \(slots.map(\.label)), the signature names \(signature.inputs.map(\.name))")
        }
        for (port, slot) in zip(signature.inputs, slots) {
            try fit(port, slot.type, "input")
            var axes: [String: Int] = [:]
            for (axis, extent) in port.shape.enumerated() {
                if case .named(let name) = extent, axes.updateValue(axis, forKey: name) != nil {
                    throw error("input '\(port.name)' has two axes named '\(name)'")
                }
            }
            guard axes == slot.axes else { throw error("input '\(port.name)' names other axes than the graph") }
        }
        let outputs = try forward().outputs
        guard outputs.count == signature.outputs.count else {
            throw error("the graph gives \(outputs.count) tensors, the signature names \(signature.outputs.count)")
        }
        let axes = signature.axes
        for (port, output) in zip(signature.outputs, outputs) {
            for case .named(let name) in port.shape where !axes.contains(name) {
                throw error("output '\(port.name)' has the axis '\(name)', which no input has")
            }
            try fit(port, output.type, "output")
        }
    }
}

extension BundleManifest.Part {
    /// Opens a part whose name, size and hash are those that the manifest states.
    fileprivate func open(_ file: BundleManifest.File, in folder: String) throws -> PartBytes {
        let digest = try digest(of: file, in: folder), path = Files.join(folder, file.path)
        guard (0...limit).contains(file.bytes) else {
            throw LearningError("bundle", "would have \(file.bytes) bytes, at most \(limit) are allowed", at: path)
        }
        return try checked(.file(MappedFile(path)), file, digest)
    }

    /// Hands bytes on that are those which the manifest names.
    func checked(_ bytes: PartBytes, _ file: BundleManifest.File, in place: String) throws -> PartBytes {
        try checked(bytes, file, digest(of: file, in: place))
    }

    private func checked(_ bytes: PartBytes, _ file: BundleManifest.File, _ digest: SHA256.Digest) throws -> PartBytes {
        func error(_ reason: String) -> LearningError { LearningError("bundle", reason, at: bytes.path) }
        guard bytes.count == file.bytes else { throw error("has \(bytes.count) bytes, the manifest says \(file.bytes)") }
        guard bytes.withBytes({ SHA256.digest($0) }) == digest else { throw error("is damaged: its hash is not the one in its name") }
        return bytes
    }

    private func digest(of file: BundleManifest.File, in place: String) throws -> SHA256.Digest {
        guard let digest = SHA256.Digest(hexadecimal: file.sha256), file.path == path(digest) else {
            throw LearningError("bundle", "the manifest names a file for \(rawValue) that is not called by its hash", at: place)
        }
        return digest
    }
}

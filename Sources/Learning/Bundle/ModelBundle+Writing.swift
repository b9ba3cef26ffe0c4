import Formats

extension ModelBundle {
    /// Hands bytes over piece by piece.
    typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// Writes the bundle as a folder, or replaces the one that is there.
    ///
    /// Every part is written beside the old ones under a name made of its hash and synced; then the manifest is replaced, which is the
    /// instant at which the bundle changes; then the old parts are removed. A kill at any instant leaves the old or the new bundle.
    /// Other files in the folder are left alone.
    ///
    /// - Returns: the identity of the bundle: the hash of its manifest.
    @discardableResult public func write(to folder: String) throws -> String {
        try Files.makeFolder(folder)
        let lock = try FileLock(folder: folder, waits: true)
        var kept: Set<String> = []
        let manifest = try manifest(at: folder) { _, file, digest, body in
            kept.insert(file.path)
            // The same weights under another card, say; but a file that a failing disk has damaged is written anew.
            let path = Files.join(folder, file.path)
            if try !Files.exists(path) || SHA256.digest(ofFile: path) != digest {
                try Files.replace(path) { writer in try body { try writer.write($0) } }
            }
        }
        try Files.replace(Files.join(folder, BundleManifest.path), with: manifest)

        // Nobody else writes here meanwhile, so what is not finished is left over from a kill.
        for name in try Files.list(folder) where !kept.contains(name) && (BundleManifest.Part.owns(name) || Files.isPartial(name)) {
            try Files.remove(Files.join(folder, name))
        }
        _ = consume lock
        return SHA256.digest(manifest).hexadecimal
    }

    /// The same bundle with the identity that it would have on disk.
    public func identified() throws -> ModelBundle {
        var bundle = self
        bundle.identity = SHA256.digest(try manifest(at: name) { _, _, _, _ in }).hexadecimal
        return bundle
    }

    /// The manifest of the bundle, after each of the parts that it names was given to `keep`.
    ///
    /// - Parameter place: for messages.
    /// - Parameter keep: takes the part with its name, size and hash, and a function that hands its bytes over.
    func manifest(
        at place: String,
        _ keep: (BundleManifest.Part, BundleManifest.File, SHA256.Digest, _ body: @escaping (Sink) throws -> Void) throws -> Void
    ) throws -> [UInt8] {
        var files: [String: BundleManifest.File] = [:]
        func add(_ part: BundleManifest.Part, _ body: @escaping (Sink) throws -> Void) throws {
            var hash = SHA256(), count = 0
            try body {
                hash.update($0)
                count += $0.count
            }
            guard count <= part.limit else {
                throw LearningError("bundle", "\(part.rawValue) has \(count) bytes, at most \(part.limit) are allowed", at: place)
            }
            let digest = hash.finish(), file = BundleManifest.File(path: part.path(digest), bytes: count, sha256: digest.hexadecimal)
            files[part.rawValue] = file
            try keep(part, file, digest, body)
        }
        func add(_ part: BundleManifest.Part, _ bytes: [UInt8]) throws { try add(part) { sink in try bytes.withUnsafeBytes(sink) } }

        try add(.graph, GraphFile.bytes(graph))
        let items = weights.map { Safetensors.Item($0.name, $0.values) }
        try add(.weights) { sink in try Safetensors.write(items, metadata: ["format": "millrace"], at: place, into: sink) }
        if let features { try add(.features, features.bytes(isPretty: true)) }
        try add(.card, Array(card.utf8))
        let manifest = BundleManifest(
            name: name, signature: signature, loss: loss, optimizer: optimizer, training: training, files: files,
            weights: weights.map { BundleManifest.Weight(name: $0.name, role: $0.role) })
        return try JSON(encoding: manifest).bytes(isPretty: true)
    }
}

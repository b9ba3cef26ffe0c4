import Formats

extension ModelBundle {
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
        var files: [String: BundleManifest.File] = [:]
        func add(_ part: BundleManifest.Part, _ write: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
            var hash = SHA256(), count = 0
            try write {
                hash.update($0)
                count += $0.count
            }
            guard count <= part.limit else {
                throw LearningError("bundle", "\(part.rawValue) has \(count) bytes, at most \(part.limit) are allowed", at: folder)
            }
            let digest = hash.finish(), name = part.path(digest), path = Files.join(folder, name)
            // The same weights under another card, say; but a file that a failing disk has damaged is written anew.
            if try !Files.exists(path) || SHA256.digest(ofFile: path) != digest {
                try Files.replace(path) { writer in try write { try writer.write($0) } }
            }
            files[part.rawValue] = BundleManifest.File(path: name, bytes: count, sha256: digest.hexadecimal)
        }
        func add(_ part: BundleManifest.Part, _ bytes: [UInt8]) throws { try add(part) { sink in try bytes.withUnsafeBytes(sink) } }

        try add(.graph, GraphFile.bytes(graph))
        let items = weights.map { Safetensors.Item($0.name, $0.values) }
        try add(.weights) { sink in try Safetensors.write(items, metadata: ["format": "millrace"], at: folder, into: sink) }
        if let features { try add(.features, features.bytes(isPretty: true)) }
        try add(.card, Array(card.utf8))

        let manifest = BundleManifest(
            name: name, signature: signature, loss: loss, optimizer: optimizer, training: training, files: files,
            weights: weights.map { BundleManifest.Weight(name: $0.name, role: $0.role) })
        let bytes = try JSON(encoding: manifest).bytes(isPretty: true)
        try Files.replace(Files.join(folder, BundleManifest.path), with: bytes)

        // Nobody else writes here meanwhile, so what is not finished is left over from a kill.
        let kept = Set(files.values.map(\.path))
        for name in try Files.list(folder) where !kept.contains(name) && (BundleManifest.Part.owns(name) || Files.isPartial(name)) {
            try Files.remove(Files.join(folder, name))
        }
        _ = consume lock
        return SHA256.digest(bytes).hexadecimal
    }
}

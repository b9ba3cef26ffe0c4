import Engine
import Formats
import TestSupport
import Testing

@testable import Learning

@Suite("Bundle, damaged") struct BundleFuzzTests {
    /// Writes a bundle and hands over the folder, the manifest and the paths of its parts.
    private func withBundle(_ body: (_ folder: String, _ manifest: JSON, _ bundle: ModelBundle) throws -> Void) throws {
        let (_, bundle) = try makeBundle()
        try withBundleFolder { folder in
            try bundle.write(to: folder)
            try body(folder, JSON(parsing: Files.read(Files.join(folder, BundleManifest.path))), bundle)
        }
    }

    /// Puts a part with other bytes into a bundle, with the hash that belongs to them.
    private func replace(_ part: BundleManifest.Part, by bytes: [UInt8], in folder: String, _ manifest: JSON) throws {
        let digest = SHA256.digest(bytes), path = part.path(digest)
        var object = try #require(manifest.object), files = try #require(object["files"]?.object)
        files[part.rawValue] = ["path": .string(path), "bytes": JSON(bytes.count), "sha256": .string(digest.hexadecimal)]
        object["files"] = .object(files)
        try Files.replace(Files.join(folder, path), with: bytes)
        try Files.replace(Files.join(folder, BundleManifest.path), with: JSON.object(object).bytes())
    }

    @Test func `a part whose bytes changed is refused`() throws {
        try withBundle { folder, manifest, _ in
            var source = SeededRandom(seed: 1)
            for part in BundleManifest.Part.allCases {
                let path = Files.join(folder, try #require(manifest["files"]?[part.rawValue]?["path"]?.string))
                let bytes = try Files.read(path)
                for _ in 0..<10 {
                    var damaged = bytes
                    damaged[source.below(bytes.count)] ^= 1 << UInt8(source.below(8))
                    try Files.replace(path, with: damaged)
                    #expect(
                        refusal { _ = try ModelBundle(reading: folder) }
                            == "bundle '\(path)': is damaged: its hash is not the one in its name")
                }
                try Files.replace(path, with: bytes.dropLast())
                #expect(
                    refusal { _ = try ModelBundle(reading: folder) }
                        == "bundle '\(path)': has \(bytes.count - 1) bytes, the manifest says \(bytes.count)")
                try Files.remove(path)
                #expect(refusal { _ = try ModelBundle(reading: folder) } == "open '\(path)': No such file or directory")
                try Files.replace(path, with: bytes)
            }
            _ = try ModelBundle(reading: folder)
        }
    }

    @Test func `a changed manifest is refused or describes a bundle that runs`() throws {
        try withBundle { folder, manifest, bundle in
            var source = SeededRandom(seed: 2), read = 0
            for number in 0..<250 {
                var bytes = source.changed(manifest).bytes()
                if number % 4 == 0 { bytes[source.below(bytes.count)] = UInt8(truncatingIfNeeded: source.next()) }
                try Files.replace(Files.join(folder, BundleManifest.path), with: bytes)
                guard let found = try? ModelBundle(reading: folder) else { continue }
                read += 1
                // Whatever the manifest says of names and numbers, graph and weights are those that their hashes name.
                #expect(found.graph == bundle.graph)
                #expect(found.weights.count == bundle.weights.count)
                _ = try found.session(batch: 2).run([.zeros([2, 3])])
            }
            #expect(read > 15 && read < 245)
        }
    }

    @Test func `changed weights and graphs with right hashes are refused or run`() throws {
        try withBundle { folder, manifest, bundle in
            var source = SeededRandom(seed: 3), read = 0
            let graph = try JSON(parsing: GraphFile.bytes(bundle.graph))
            let weights = try Safetensors.bytes(bundle.weights.map { .init($0.name, $0.values) })
            for number in 0..<150 {
                if number % 3 == 0 {
                    var damaged = weights
                    damaged[source.below(min(damaged.count, number % 2 == 0 ? 420 : 4_000))] = UInt8(truncatingIfNeeded: source.next())
                    try replace(.weights, by: damaged, in: folder, manifest)
                } else {
                    try replace(.graph, by: source.changed(graph).bytes(), in: folder, manifest)
                }
                guard let found = try? ModelBundle(reading: folder, memoryLimit: 1 << 20) else { continue }
                read += 1
                guard let session = try? found.session(batch: 2) else { continue }
                _ = session.run(session.program.inputs.map { .zeros($0.shape, $0.dtype) })
            }
            #expect(read > 5 && read < 145)
        }
    }

    @Test func `changed graphs of every kind of operation are refused or can be compiled`() throws {
        var source = SeededRandom(seed: 4), read = 0, refused = 0
        for (inputs, outputs) in try graphsOfManyOperations() {
            let (graph, constants, _) = try GraphDescription.encode(inputs: inputs, outputs: outputs)
            let file = try JSON(parsing: GraphFile.bytes(graph))
            for number in 0..<200 {
                let bytes = number == 0 ? file.bytes() : source.changed(file).bytes()
                do {
                    let graph = try bytes.withUnsafeBytes { try GraphFile.graph($0, at: "fuzz") }
                    guard graph.bytes < 1 << 20 else { continue }
                    let (inputs, outputs) = try graph.decode(constants: constants) { .zeros($1.shape, $1.dtype) }
                    _ = try Program(inputs: inputs, outputs: outputs)
                    read += 1
                } catch {
                    refused += 1
                    #expect(number > 0, "\(error)")
                    #expect(!"\(error)".isEmpty)
                }
            }
        }
        #expect(read > 200 && refused > 1_000, "\(read) \(refused)")
    }

    @Test func `what does not belong together is named`() throws {
        try withBundle { folder, manifest, bundle in
            func answer(_ change: (inout JSON.Object) throws -> Void) throws -> String? {
                var object = try #require(manifest.object)
                try change(&object)
                try Files.replace(Files.join(folder, BundleManifest.path), with: JSON.object(object).bytes())
                return refusal { _ = try ModelBundle(reading: folder) }
            }
            let path = Files.join(folder, BundleManifest.path)
            #expect(try answer { $0["format"] = "zip" } == "bundle '\(path)': is not the manifest of a bundle")
            #expect(try answer { $0["version"] = 2 } == "bundle '\(path)': has version 2, this program reads 1")
            #expect(try answer { $0["name"] = 7 } == "json '\(path): name': expected a string, found 7")
            #expect(
                try answer { $0["files"]?.set("graph", "path", "../graph.json") }
                    == "bundle '\(folder)': the manifest names a file for graph that is not called by its hash")
            #expect(try answer { $0["files"]?.set("code", nil, [:]) } == "json '\(path): files.code': has no key 'path'")
            let ports = try #require(manifest["signature"]?["inputs"]?[0])
            func withInput(_ key: String, _ value: JSON) throws -> String? {
                var port = try #require(ports.object)
                port[key] = value
                return try answer { $0["signature"]?.set("inputs", nil, [.object(port)]) }
            }
            #expect(try withInput("name", "z") == "bundle '\(folder)': the graph takes [\"x\"], the signature names [\"z\"]")
            #expect(try withInput("dtype", "f64") == "bundle '\(folder)': input 'x' is f64[batch,3], the graph has f32[5,3]")
            #expect(try withInput("shape", ["batch", 4]) == "bundle '\(folder)': input 'x' is f32[batch,4], the graph has f32[5,3]")
            #expect(try withInput("shape", ["time", 3]) == "bundle '\(folder)': input 'x' names other axes than the graph")
            #expect(try withInput("dtype", "q3") == "bundle: port 'x' has the unknown dtype 'q3'")
            #expect(
                refusal { _ = try ModelBundle(reading: folder, memoryLimit: 10) } != nil)
        }
    }

    @Test func `graphs of other versions and unknown operations are refused with all their names`() throws {
        let graph = try GraphFile.bytes(makeBundle().bundle.graph)
        let file = try #require(JSON(parsing: graph).object)
        func answer(_ change: (inout JSON.Object) -> Void) -> String? {
            var object = file
            change(&object)
            return refusal { try JSON.object(object).bytes().withUnsafeBytes { _ = try GraphFile.graph($0, at: "g") } }
        }
        #expect(answer { _ in } == nil)
        #expect(answer { $0["version"] = 9 } == "graph 'g': has version 9, this program reads 1")
        #expect(
            answer {
                $0["operations"]?.set("warp", nil, 1)
                $0["operations"]?.set("matmul", nil, 4)
                $0["operations"]?.set("weft", nil, 1)
            }
                == "graph 'g': operation 'matmul' has version 4, this program reads up to 1; there is no operation 'warp'; there is no operation 'weft'"
        )
        #expect(answer { $0["operations"] = [:] } == "graph 'g': does not state the version of operation 'add'")
    }
}

extension JSON {
    /// Sets a value of an object, or a value of an object in it.
    fileprivate mutating func set(_ key: String, _ inner: String?, _ value: JSON) {
        guard case .object(var object) = self else { return }
        if let inner { object[key]?.set(inner, nil, value) } else { object[key] = value }
        self = .object(object)
    }
}

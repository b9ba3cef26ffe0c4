import TestSupport
import Testing

@testable import Formats

/// A file with this header and these values.
private func file(_ header: String, _ values: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + values
}

private func items(of file: Safetensors) -> [Safetensors.Item] {
    file.tensors.map { Safetensors.Item($0.name, $0.type, $0.shape, file.bytes(of: $0)) }
}

@Suite("Safetensors") struct SafetensorsTests {
    @Test(arguments: ["types", "names", "empty"]) func `a file of the reference library is read and written byte for byte`(name: String)
        throws
    {
        let path = goldenPath("\(name).safetensors"), bytes = try Files.read(path)
        let mapped = try Safetensors(reading: path), copied = try Safetensors(bytes)
        #expect(mapped.tensors == copied.tensors)
        #expect(try Safetensors.bytes(items(of: mapped).reversed(), metadata: mapped.metadata) == bytes)
        try withFolder { folder in
            let target = Files.join(folder, "x.safetensors")
            try Safetensors.write(items(of: copied), metadata: copied.metadata, to: target)
            #expect(try Files.read(target) == bytes)
        }
    }

    @Test func `names, types, shapes and values are those that were written`() throws {
        let file = try Safetensors(reading: goldenPath("names.safetensors"))
        #expect(file.metadata == ["format": "pt"] && file.tensors.count == 7)
        let b = try #require(file["b"])
        #expect(b.type == .f32 && b.shape == [2, 3] && file.bytes(of: b) == Array(1...24))
        #expect(file["a.9"]?.byteCount == 0 && file["scalar"]?.shape == [] && file["Größe"]?.type == .i32 && file["none"] == nil)
        let types = try Safetensors(reading: goldenPath("types.safetensors"))
        let absent: Set<Safetensors.ElementType> = [.f4, .f6e2m3, .f6e3m2]
        #expect(Set(types.tensors.map(\.type)) == Set(Safetensors.ElementType.allCases).subtracting(absent))
    }

    @Test func `sizes that do not fit are seen`() {
        #expect(Safetensors.ElementType.f4.byteCount([2, 3]) == 3 && Safetensors.ElementType.f4.byteCount([3]) == nil)
        #expect(Safetensors.ElementType.f32.byteCount([]) == 4 && Safetensors.ElementType.f32.byteCount([0, .max, .max]) == 0)
        #expect(Safetensors.ElementType.u8.byteCount([.max, 2]) == nil && Safetensors.ElementType.u8.byteCount([-1]) == nil)
    }

    @Test(arguments: [
        ([], "has 0 bytes, too few for the length of a header"),
        ([UInt8](repeating: 0xFF, count: 8), "the header has 18446744073709551615 bytes, at most 100000000 are allowed"),
        ([100, 0, 0, 0, 0, 0, 0, 0, 123], "the header has 100 bytes, the file has 9"),
        (file(""), "the header does not begin with '{'"),
        (file(" {}"), "the header does not begin with '{'"),
        (file(#"{"__metadata__":[]}"#), "__metadata__ is an array, not an object"),
        (file(#"{"__metadata__":{"a":1}}"#), "the note 'a' is a number, not a string"),
        (file(#"{"x":1}"#), "tensor 'x' is a number, not an object"),
        (file(#"{"x":{"dtype":"F32"}}"#), "tensor 'x' has no shape"),
        (file(#"{"x":{"dtype":"Q7","shape":[],"data_offsets":[0,0]}}"#), "tensor 'x' has the unknown dtype 'Q7'"),
        (file(#"{"x":{"shape":[],"data_offsets":[0,0]}}"#), "tensor 'x' has no dtype"),
        (file(#"{"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}"#), "tensor 'x' has the shape [-1]"),
        (file(#"{"x":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}"#, [1]), "tensor 'x' has the shape [1.0]"),
        (file(#"{"x":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}"#, [1, 2]), "tensor 'x' has the data_offsets [2, 0]"),
        (file(#"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0]}}"#, [1, 2]), "tensor 'x' has the data_offsets [0]"),
        (
            file(#"{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#, [1]),
            "tensor 'x' ends at byte 3 of the values, of which there are 1"
        ),
        (
            file(#"{"x":{"dtype":"U16","shape":[4611686018427387904,2],"data_offsets":[0,0]}}"#),
            "tensor 'x' has an impossible size: U16[4611686018427387904, 2]"
        ),
        (file(#"{"x":{"dtype":"U16","shape":[1],"data_offsets":[0,1]}}"#, [1]), "tensor 'x' takes 2 bytes as U16[1], but has 1"),
        (file(#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, [1, 2]), "there is a hole before tensor 'x'"),
        (
            file(#"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, [1, 2, 3]),
            "another tensor overlaps tensor 'y'"
        ),
        (file(#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, [1, 2]), "1 bytes behind the last tensor belong to none"),
        (file(#"{"x":{"dtype":"U8","shape":[],"data_offsets":[0,1],"more":1}}"#, [1]), "tensor 'x' has the unknown key 'more'"),
    ]) func `a file that breaks a rule is refused with the reason`(bytes: [UInt8], reason: String) {
        #expect(message { _ = try Safetensors(bytes, at: "m") } == "safetensors 'm': \(reason)")
    }

    @Test func `a name that stands twice is refused in reading and writing`() {
        let twice = file(#"{"x":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#, [1])
        #expect(message { _ = try Safetensors(twice, at: "m") } == "json 'm:1:53': the key \"x\" stands here a second time")
        let item = Safetensors.Item("x", .u8, [1], [1])
        #expect(message { _ = try Safetensors.bytes([item, item]) } == "safetensors: tensor 'x' stands twice")
        #expect(
            message { _ = try Safetensors.bytes([.init("x", .f32, [1], [1])]) }
                == "safetensors: tensor 'x' takes 4 bytes as F32[1], but 1 are given")
    }

    @Test func `damaged files are refused or have tensors within the file`() throws {
        var source = SeededRandom(seed: 6), read = 0
        for name in ["types", "names"] {
            let valid = try Files.read(goldenPath("\(name).safetensors"))
            for _ in 0..<4_000 {
                var bytes = source.damaged(valid)
                // Most damages break the length of the header; it is set right in every second file.
                if source.below(2) == 0, let end = bytes.lastIndex(of: UInt8(ascii: "}")), end >= 8 {
                    withUnsafeBytes(of: UInt64(end - 7).littleEndian) { bytes.replaceSubrange(0..<8, with: $0) }
                }
                guard let file = try? Safetensors(bytes) else { continue }
                read += 1
                for tensor in file.tensors { #expect(file.bytes(of: tensor).count == tensor.type.byteCount(tensor.shape)) }
            }
        }
        #expect(read > 50)
    }
}

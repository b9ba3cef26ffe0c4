import Engine
import Formats
import Learning
import Testing

@Suite("Weights") struct WeightsTests {
    private func bytes(_ model: BundleModel) -> [[UInt8]] {
        model.parameters.map { $0.parameter.value.withBytes { Array($0) } } + model.states.map { $0.state.value.withBytes { Array($0) } }
    }

    @Test func `weights saved are the weights loaded`() throws {
        try withBundleFolder { folder in
            let path = Files.join(folder, "w.safetensors")
            let a = BundleModel().initialized(seed: 1), b = BundleModel().initialized(seed: 2)
            a.seen.variable.assign(Tensor([1.5, -2] as [Float]))
            try saveWeights(a, to: path)
            try loadWeights(into: b, from: path)
            #expect(bytes(a) == bytes(b))
            #expect(try Safetensors(reading: path).tensors.map(\.name) == ["bias", "first", "second", "seen"])
        }
    }

    @Test func `everything that does not fit is listed together and nothing is changed`() throws {
        try withBundleFolder { folder in
            let path = Files.join(folder, "w.safetensors"), model = BundleModel().initialized(seed: 1), before = bytes(model)
            try Safetensors.write(
                [
                    .init("first", Tensor.zeros([8, 4])), .init("second", Tensor.zeros([2, 8], .i32)), .init("bias", Tensor.zeros([8])),
                    .init("odd", Tensor.zeros([1])), .init("more", Tensor.zeros([1])),
                ], to: path)
            #expect(
                refusal { try loadWeights(into: model, from: path) }
                    == "load weights '\(path)': 1 missing in the file: seen; 2 unknown to the model: more, odd; 2 of another type: first (F32[8, 4] in the file, f32[8,3] in the model), second (I32[2, 8] in the file, f32[2,8] in the model)"
            )
            #expect(bytes(model) == before)
            try loadWeights(into: model, from: path, matching: "b*")
            #expect(model.bias.value.doubles() == [Double](repeating: 0, count: 8))
            #expect(
                refusal { try loadWeights(into: model, from: path, matching: "x*") }
                    == "load weights '\(path)': the model has no name like 'x*'")
        }
    }

    @Test(arguments: [DType.bf16, .f16, .f64]) func `floating-point numbers of another width are converted`(dtype: DType) throws {
        try withBundleFolder { folder in
            let path = Files.join(folder, "w.safetensors"), a = BundleModel().initialized(seed: 3), b = BundleModel().initialized(seed: 4)
            let weights = a.parameters.map { ($0.name, $0.parameter.value) } + a.states.map { ($0.name, $0.state.value) }
            try Safetensors.write(weights.map { .init($0.0, $0.1.cast(to: dtype)) }, to: path)
            try loadWeights(into: b, from: path)
            #expect(b.first.value.doubles() == a.first.value.cast(to: dtype).doubles())
        }
    }

    @Test(arguments: DType.allCases) func `a tensor of every type goes through a file bit for bit`(dtype: DType) throws {
        let tensor = Tensor([0, 1, 0, 1, 1, 0], [2, 3], as: dtype)
        let file = try Safetensors(Safetensors.bytes([.init("x", tensor)]))
        let read = try file.tensor(file.tensors[0])
        #expect(read.type == tensor.type && read.withBytes { Array($0) } == tensor.withBytes { Array($0) })
    }

    @Test func `what cannot be computed with is refused`() throws {
        let odd = try Safetensors(Safetensors.bytes([.init("x", .c64, [1], [UInt8](repeating: 0, count: 8))]), at: "f")
        #expect(refusal { _ = try odd.tensor(odd.tensors[0]) } == "safetensors 'f': tensor 'x' is C64, which cannot be computed with")
        let truth = try Safetensors(Safetensors.bytes([.init("x", .bool, [2], [1, 2])]), at: "f")
        #expect(refusal { _ = try truth.tensor(truth.tensors[0]) } == "safetensors 'f': tensor 'x' has a bool of the value 2")
    }
}

import Engine
import Formats
import Learning
import Testing

@Suite("ModelBundle") struct ModelBundleTests {
    private let rows = Tensor((0..<12).map { Float($0) / 5 - 1 }, [4, 3])

    /// The answers of the model itself.
    private func answers(_ model: BundleModel, _ x: Tensor) -> [[Float]] {
        var pass = Pass.inference
        let y = model(x, &pass)
        return [y.values(Float.self), y.mean().values(Float.self)]
    }

    @Test func `a bundle read back is the bundle that was written`() throws {
        try withBundleFolder { folder in
            let path = Files.join(folder, "a/test.millrace"), (_, bundle) = try makeBundle()
            let identity = try bundle.write(to: path)
            let read = try ModelBundle(reading: path)
            #expect(isSame(read, bundle) && read.identity == identity)
            #expect(try read.write(to: path) == identity, "the same bundle has the same bytes")
            #expect(try Files.list(path).count == 5)
        }
    }

    @Test func `it names what it takes and gives`() throws {
        let (_, bundle) = try makeBundle()
        #expect(bundle.signature.inputs[0].description == "x f32[batch,3] in °C")
        #expect(bundle.signature.outputs.map(\.description) == ["score f32[batch,2]", "mean f32[]"])
        #expect(bundle.signature.axes == ["batch"] && bundle.trainable == ["first", "second"])
        #expect(bundle.weights.map(\.role) == [.parameter, .frozen, .parameter, .state, .constant])
    }

    @Test(arguments: [1, 4]) func `a program of the bundle answers as the model does`(batch: Int) throws {
        let (model, bundle) = try makeBundle()
        try withBundleFolder { folder in
            try bundle.write(to: folder)
            let x = rows.sliced(0..<batch, 0), read = try ModelBundle(reading: folder)
            let session = try read.session(batch: batch)
            let ours = session.run([x]).map { $0.values(Float.self) }, theirs = answers(model, x)
            for (a, b) in zip(ours.flatMap { $0 }, theirs.flatMap { $0 }) { #expect(abs(a - b) < 1e-6) }
        }
    }

    @Test func `a device trains the bundle's weights on its own graph`() throws {
        let (_, bundle) = try makeBundle()
        let variables = bundle.variables()
        let forward = try bundle.forward(["batch": 4], reading: variables)
        let labels = Tensor([0, 1, 0, 1] as [Int32])
        let loss = softmaxCrossEntropy(forward.outputs[0], labels).mean()
        let trained = bundle.trainable.map { variables[$0]! }
        let steps = try gradients(of: loss, for: trained.map(\.value))
        let updates = zip(trained, steps).map { (variable: $0, value: $0.value - $1 * 0.5) }
        let session = try Session(Program(inputs: forward.inputs, outputs: [loss], updates: updates))
        let losses = (0..<60).map { _ in session.run([rows])[0].scalar }
        #expect(losses.last! < losses[0] * 0.8)
        // The bundle itself keeps the weights that it had.
        #expect(try bundle.session(batch: 4).run([rows])[0].doubles() == makeBundle().bundle.session(batch: 4).run([rows])[0].doubles())
        // Another batch size reads the same variables.
        let other = try bundle.forward(["batch": 1], reading: variables)
        let one = try Session(Program(inputs: other.inputs, outputs: other.outputs)).run([rows.sliced(0..<1, 0)])
        #expect(one[0].shape == [1, 2])
    }

    @Test func `writing anew replaces the parts and leaves other files alone`() throws {
        try withBundleFolder { folder in
            try makeBundle(seed: 1).bundle.write(to: folder)
            try Files.replace(Files.join(folder, "README.md"), with: [1])
            try Files.replace(Files.join(folder, "weights.txt"), with: [1])
            try Files.replace(Files.join(folder, ".graph.x.json.1-1.partial"), with: [1])
            let (_, second) = try makeBundle(seed: 2)
            try second.write(to: folder)
            #expect(isSame(try ModelBundle(reading: folder), second))
            let names = try Files.list(folder)
            #expect(names.count == 7 && names.contains("README.md") && names.contains("weights.txt"))
        }
    }

    @Test func `what cannot be made a bundle is refused`() throws {
        let model = BundleModel().initialized(seed: 1)
        func attempt(
            _ inputs: [Port] = [Port("x", ["batch", 3])], _ outputs: [Port] = [Port("y")], tracing: [String: Int] = [:],
            _ pass: (BundleModel, Batch, inout Pass) throws -> [Tensor] = { model, batch, pass in [model(batch.x, &pass)] }
        ) -> String? {
            refusal { _ = try ModelBundle("b", model, inputs: inputs, outputs: outputs, tracing: tracing, forward: pass) }
        }
        #expect(attempt() == nil)
        #expect(attempt([]) == "bundle 'b': needs an input")
        #expect(attempt([Port("x", ["batch", 3]), Port("x", ["batch", 3])]) == "bundle 'x': two things have this name")
        #expect(attempt([Port("x", ["batch", .derived])]) == "bundle 'x': an input cannot have the type f32[batch,?]")
        #expect(attempt([Port("x", ["n", "n"])]) == "bundle 'x': an input cannot have the type f32[n,n]")
        #expect(attempt(tracing: ["time": 3]) == "bundle 'time': no input has an axis of this name")
        #expect(attempt([Port("x", ["batch", 3])], []) == "bundle 'b': the pass gives 1 tensors for 0 outputs")
        let foreign = Variable("stray", [2])
        #expect(
            attempt { model, batch, pass in [model(batch.x, &pass) + foreign.value] }
                == "bundle 'b': the pass reads a variable 'stray' f32[2] that the model's walk does not find")
        #expect(attempt { _, batch, _ in [batch.x + Tensor.zeros([5, 3]).exp()] }?.contains("does not follow batch = 10") == true)
    }

    @Test func `an extent that follows from another one is known as such`() throws {
        let bundle = try ModelBundle(
            "s", BundleModel().initialized(seed: 1), inputs: [Port("x", ["batch", "time", 4])],
            outputs: [Port("same"), Port("half"), Port("last")], tracing: ["time": 8]
        ) { _, batch, _ in
            let halves = batch.x.maxPool([2], stride: [2])
            return [batch.x.relu(), halves, batch.x.mean([1])]
        }
        #expect(bundle.signature.outputs.map(\.description) == ["same f32[batch,time,4]", "half f32[batch,?,4]", "last f32[batch,4]"])
        let program = try bundle.program(["batch": 3, "time": 12])
        #expect(program.outputs.map(\.shape) == [[3, 12, 4], [3, 6, 4], [3, 4]])
        #expect(refusal { _ = try bundle.program(["batch": 0]) } == "bundle 's': axis 'batch' cannot have the extent 0")
        #expect(refusal { _ = try bundle.program(["depth": 1]) }?.contains("no input has an axis 'depth'") == true)
    }
}

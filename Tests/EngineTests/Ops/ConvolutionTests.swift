@testable import Engine
import CKernels
import TestKit
import Testing

private func padding(_ a: Attributes) -> Padding {
    .explicit(before: PerAxis(a.pairs("padding").map { $0[0] }), after: PerAxis(a.pairs("padding").map { $0[1] }))
}

let convolutionRows = (1...3).flatMap { rank in
    [
        Row("conv\(rank)d") { x, a in
            [
                try x[0].convolution(
                    x[1], bias: x.count > 2 ? x[2] : nil, stride: PerAxis(a.ints("stride")), padding: padding(a),
                    dilation: PerAxis(a.ints("dilation")), groups: a.int("groups"))
            ]
        },
        Row("convTransposed\(rank)d") { x, a in
            [
                try x[0].convolutionTransposed(
                    x[1], bias: x.count > 2 ? x[2] : nil, stride: PerAxis(a.ints("stride")), padding: padding(a),
                    outputPadding: PerAxis(a.ints("outputPadding")),
                    dilation: PerAxis(a.ints("dilation")), groups: a.int("groups"))
            ]
        },
    ]
}

/// The results of a function of inputs, computed with some kernels.
private func run(_ values: [Tensor], _ options: Program.Options, _ function: ([Tensor]) throws -> [Tensor]) throws -> [Tensor] {
    let inputs = values.enumerated().map { Tensor.input("input \($0.offset)", $0.element.shape, $0.element.dtype) }
    return try Session(Program(inputs: inputs, outputs: function(inputs), options: options), threads: 2).run(values)
}

@Suite struct ConvolutionTests {
    @Test(arguments: convolutionRows) func `convolutions agree with reference numbers`(row: Row) throws {
        try check(row, in: "convolution", among: convolutionRows)
    }
    @Test func `every reference case of convolution has a row`() throws { try checkFamily("convolution", convolutionRows, cases: 47) }

    @Test func `gradients of convolutions and their gradients agree with finite differences`() throws {
        try checkGradients("conv2d", at: [samples([2, 5, 4, 4]), samples([6, 2, 3, 2], seed: 2), samples([6], seed: 3)]) { x in
            [x[0].conv2d(x[1], bias: x[2], stride: [2, 1], padding: .explicit(before: [1, 0], after: [2, 1]), groups: 2)]
        }
        try checkGradients("conv1d", at: [samples([2, 7, 3]), samples([2, 3, 3], seed: 2)]) { x in
            [x[0].conv1d(x[1], padding: .same, dilation: 2)]
        }
        try checkGradients("conv3d", at: [samples([1, 3, 3, 2, 2]), samples([3, 2, 2, 2, 2], seed: 2)]) { x in [x[0].conv3d(x[1])] }
        try checkGradients("convTranspose2d", at: [samples([2, 3, 2, 4]), samples([4, 2, 3, 3], seed: 2), samples([4], seed: 3)]) { x in
            [x[0].convTranspose2d(x[1], bias: x[2], stride: 2, padding: .explicit(1), outputPadding: 1, groups: 2)]
        }
    }

    /// Sizes at which the native library is asked, odd ones among them.
    static let sizes: [(image: Shape, kernel: Shape, stride: Int, padding: Padding, groups: Int)] = [
        ([4, 15, 13, 16], [24, 16, 3, 3], 1, .same, 1), ([2, 17, 17, 3], [32, 3, 7, 7], 2, .explicit(3), 1),
        ([4, 9, 9, 32], [32, 1, 3, 3], 1, .same, 32),
        ([4, 14, 14, 32], [64, 32, 1, 1], 2, .valid, 1), ([2, 12, 12, 32], [32, 16, 3, 3], 1, .valid, 2),
        ([1, 28, 28, 64], [64, 64, 3, 3], 1, .same, 1),
        ([1, 29, 27, 64], [128, 64, 3, 3], 2, .explicit(1), 1), ([1, 57, 57, 24], [64, 24, 5, 5], 2, .explicit(before: 2, after: 3), 1),
    ]

    @Test(arguments: sizes.indices) func `native and portable convolutions and their gradients agree`(place: Int) throws {
        let size = Self.sizes[place], out = size.kernel[0]
        let values = [samples(size.image, as: .f32), samples(size.kernel, seed: 2, as: .f32), samples([out], seed: 3, as: .f32)]
        func all(_ x: [Tensor]) throws -> [Tensor] {
            let y = x[0].conv2d(x[1], bias: x[2], stride: PerAxis(size.stride), padding: size.padding, groups: size.groups)
            return [y] + (try gradients(of: (y * y).mean(), for: x))
        }
        let native = try run(values, .init(kernels: .native, shards: 2), all),
            portable = try run(values, .init(kernels: .portable, shards: 1), all)
        let wide = try run(values.map { $0.cast(to: .f64) }, .init(kernels: .portable, shards: 1), all)
        for ((a, b), c) in zip(zip(native, portable), wide) {
            // Minimal filtering errs relative to the largest value of a tile.
            #expect(difference(a, c.cast(to: .f32), tolerance: 1e-4) == nil)
            #expect(difference(b, c.cast(to: .f32), tolerance: 4e-5) == nil)
        }
        let narrow = try run(values, .init(precision: .bf16, kernels: .native), all),
            narrowInC = try run(values, .init(precision: .bf16, kernels: .portable), all)
        for ((a, b), c) in zip(zip(narrow, narrowInC), wide) {
            let scale = c.abs().max().scalar
            #expect((a.cast(to: .f64) - c).abs().max().scalar < 0.03 * scale)
            #expect((b.cast(to: .f64) - c).abs().max().scalar < 0.03 * scale)
        }
    }

    /// Sizes for minimal filtering: edges that cut tiles, few and many channels, paddings of all kinds, more tiles than a block has.
    static let filtered: [(image: Shape, kernel: Shape, padding: Padding)] = [
        ([2, 15, 15, 32], [64, 32, 3, 3], .valid), ([32, 6, 6, 64], [64, 64, 3, 3], .valid), ([4, 13, 22, 48], [80, 48, 3, 3], .same),
        ([2, 9, 11, 16], [160, 16, 3, 3], .explicit(before: [2, 0], after: [1, 2])), ([8, 28, 28, 144], [160, 144, 3, 3], .same),
        ([2, 17, 10, 32], [32, 32, 3, 3], .explicit(before: [3, 4], after: [0, 5])),
    ]

    /// Sizes at which a convolution takes the largest of two by two results itself, odd ones among them.
    static let pooled: [(image: Shape, kernel: Shape, padding: Padding)] = [
        ([1, 15, 15, 32], [64, 32, 3, 3], .valid), ([3, 15, 18, 32], [48, 32, 3, 3], .same), ([2, 32, 32, 3], [32, 3, 3, 3], .valid),
        ([2, 21, 33, 3], [16, 3, 5, 5], .same),
    ]

    @Test(arguments: pooled.indices) func `a convolution that takes the largest results agrees with one before a pooling`(place: Int) throws
    {
        let size = Self.pooled[place], out = size.kernel[0]
        let image = samples(size.image, as: .f32).values(Float.self)
        var broken = image
        broken[image.count / 2] = .nan
        let parameters = [samples(size.kernel, seed: 2, as: .f32), samples([out], seed: 3, as: .f32)]
        for precision in [Program.Options.Precision.f32, .bf16] {
            for hasActivation in [false, true] {
                // What a ReLU makes of a result that is not a number depends on the kernel.
                let values = [Tensor(hasActivation ? image : broken, size.image)] + parameters
                func apart(_ x: [Tensor]) -> [Tensor] {
                    let y = x[0].conv2d(x[1], bias: x[2], padding: size.padding)
                    return [hasActivation ? y.relu() : y]
                }
                let options = Program.Options(precision: precision, kernels: .native, isFrozen: true)
                let expected = try run(values, options, apart)[0].maxPool(2)
                let inputs = values.map { Tensor.input("x", $0.shape) }
                let program = try Program(inputs: inputs, outputs: [apart(inputs)[0].maxPool(2)], options: options)
                if precision == .bf16, Int(mk_isa()) >= MK_ISA_AVX512_BF16, mk_has_matrix_unit() == 0 {
                    #expect(!program.plan.steps.contains { $0.label == "maxPool2d" })
                }
                let found = try Session(program, threads: 2).run(values)[0]
                let (a, b) = (found.values(Float.self), expected.values(Float.self))
                // Minimal filtering brings what is not a number into a tile's other results, and tiles differ.
                let largest = b.filter(\.isFinite).map(abs).max()!, bound = (precision == .bf16 ? 0.02 : 1e-5) * largest
                #expect(zip(a, b).allSatisfy { $0.isNaN || $1.isNaN || abs($0 - $1) <= bound })
                #expect(zip(a, b).count { $0.isNaN != $1.isNaN } <= 4 * out && a.contains { $0.isNaN } == b.contains { $0.isNaN })
            }
        }
    }

    @Test(arguments: filtered.indices) func `minimal filtering and its gradients agree with direct sums`(place: Int) throws {
        let size = Self.filtered[place], out = size.kernel[0]
        let values = [samples(size.image, as: .f32), samples(size.kernel, seed: 2, as: .f32), samples([out], seed: 3, as: .f32)]
        func all(_ x: [Tensor]) throws -> [Tensor] {
            let y = x[0].conv2d(x[1], bias: x[2], padding: size.padding)
            return [y] + (try gradients(of: (y * y).mean(), for: x))
        }
        let filtered = try run(values, .init(kernels: .native, shards: 2), all)
        let direct = try run(values, .init(kernels: .portable, shards: 2), all)
        let narrow = try run(values, .init(precision: .bf16, kernels: .native, shards: 2), all)
        for ((a, b), c) in zip(zip(filtered, direct), narrow) {
            #expect((a - b).abs().max().scalar < 1e-5 * b.abs().max().scalar)
            #expect((c - b).abs().max().scalar < 0.02 * b.abs().max().scalar)
        }
        // Points that are rounded to bf16 cost little more than the rounding of the values themselves.
        let directNarrow = try run(values, .init(precision: .bf16, kernels: .portable, shards: 2), all)
        for ((exact, filtered), direct) in zip(zip(direct, narrow), directNarrow) {
            let error = ((filtered - exact) * (filtered - exact)).mean().scalar, usual = ((direct - exact) * (direct - exact)).mean().scalar
            #expect(error < 8 * usual, "error \(error.squareRoot()), of direct sums \(usual.squareRoot())")
        }
        let windows = try Windows("conv2d", image: values[0].type, window: [3, 3], stride: 1, dilation: 1, padding: size.padding)
        let call = ConvolutionCall(
            windows: windows, groups: 1, x: size.image, kernel: size.kernel, y: filtered[0].shape, dtype: .f32)
        #expect(MinimalFiltering.forward(call, isConstant: true) != nil)
        if Int(mk_isa()) >= MK_ISA_AVX512_BF16 && mk_has_matrix_unit() == 0 {
            let narrow = ConvolutionCall(
                windows: windows, groups: 1, x: size.image, kernel: size.kernel, y: filtered[0].shape, dtype: .bf16)
            #expect(MinimalFiltering.forward(narrow, isConstant: true) != nil)
        }
    }

    @Test func `few channels and their kernel's gradient agree with the direct sum`() throws {
        let sizes: [(image: Shape, kernel: Shape, stride: Int, padding: Padding)] = [
            ([4, 32, 32, 3], [32, 3, 3, 3], 1, .valid), ([2, 63, 47, 3], [64, 3, 7, 7], 2, .explicit(3)),
            ([2, 33, 20, 8], [48, 8, 5, 3], 1, .explicit(before: [0, 4], after: [5, 1])), ([2, 64, 64, 2], [16, 2, 4, 4], 4, .valid),
            ([2, 21, 30, 5], [80, 5, 3, 3], 1, .valid), ([2, 40, 15, 1], [32, 1, 5, 5], 3, .explicit(before: [2, 0], after: [0, 0])),
        ]
        for size in sizes {
            let values = [samples(size.image, as: .f32), samples(size.kernel, seed: 2, as: .f32), samples([size.kernel[0]], as: .f32)]
            func all(_ x: [Tensor]) throws -> [Tensor] {
                let y = x[0].conv2d(x[1], bias: x[2], stride: PerAxis(size.stride), padding: size.padding).relu()
                return [y] + (try gradients(of: (y * y).mean(), for: Array(x[1...])))
            }
            let native = try run(values, .init(kernels: .native, shards: 2), all)
            let direct = try run(values, .init(kernels: .portable, shards: 2), all)
            let narrow = try run(values, .init(precision: .bf16, kernels: .native, shards: 2), all)
            for ((a, b), c) in zip(zip(native, direct), narrow) {
                #expect((a - b).abs().max().scalar < 1e-5 * b.abs().max().scalar)
                #expect((c - b).abs().max().scalar < 0.02 * b.abs().max().scalar)
            }
        }
    }

    @Test func `a value that is not finite stays within the windows that hold it`() throws {
        var pixels = [Float](repeating: 1, count: 2 * 32 * 32 * 3)
        // The first channel of a pixel lies in memory after the last one that the windows left of it read.
        pixels[(10 * 32 + 20) * 3] = .infinity
        let values = [Tensor(pixels, [2, 32, 32, 3]), samples([32, 3, 3, 3], 0.5, 1, as: .f32)]
        let y = try run(values, .init(precision: .bf16, kernels: .native)) { [$0[0].conv2d($0[1], padding: .valid)] }[0]
        let wide = y.values(Float.self)
        for row in 0..<30 {
            for column in 0..<30 {
                let holds = (8...10).contains(row) && (18...20).contains(column)
                #expect(wide[(row * 30 + column) * 32].isFinite == !holds)
            }
        }
    }

    @Test func `one image filtered in parts gives the same bits on one thread and on several`() throws {
        for (image, channels) in [(Shape([1, 16, 16, 256]), 256), ([1, 56, 56, 64], 64), ([1, 15, 15, 32], 64)] as [(Shape, Int)] {
            let x = Tensor.input("x", image), skip = Tensor.input("skip", image.replacing(3, with: channels))
            let kernel = samples([channels, image[3], 3, 3], seed: 2, as: .f32), bias = samples([channels], seed: 3, as: .f32)
            let y = (x.conv2d(kernel, padding: .same) + bias + skip).relu()
            let values = [samples(image, as: .f32), samples(skip.shape, seed: 4, as: .f32)]
            let program = try Program(inputs: [x, skip], outputs: [y], options: .init(kernels: .native))
            let direct = try Program(inputs: [x, skip], outputs: [y], options: .init(kernels: .portable))
            let one = try Session(program, threads: 1).run(values)[0], three = try Session(program, threads: 3).run(values)[0]
            #expect(one.values(Float.self) == three.values(Float.self))
            let wanted = try Session(direct).run(values)[0]
            #expect((one - wanted).abs().max().scalar < 1e-5 * wanted.abs().max().scalar)
        }
    }

    @Test(arguments: [Program.Options.Kernels.native, .portable]) func `bias, residual and activation become part of the convolution`(
        kernels: Program.Options.Kernels
    ) throws {
        let x = Tensor.input("x", [4, 9, 9, 16]), skip = Tensor.input("skip", [4, 9, 9, 32])
        let kernel = samples([32, 16, 3, 3], seed: 2, as: .f32), bias = samples([32], seed: 3, as: .f32)
        let values = [samples(x.shape, as: .f32), samples(skip.shape, seed: 4, as: .f32)]
        for function in [Activation.relu, .silu, .gelu, .geluTanh] {
            let y = function.apply(x.conv2d(kernel, padding: .same) + bias + skip)
            for precision in [Program.Options.Precision.f32, .bf16] {
                let fused = try Program(inputs: [x, skip], outputs: [y], options: .init(precision: precision, kernels: kernels))
                let plain = try Program(inputs: [x, skip], outputs: [y], options: .init(kernels: kernels, isOptimized: false))
                #expect(fused.plan.steps.filter { $0.label == "add" }.isEmpty)
                let (a, b) = (try Session(fused).run(values)[0], try Session(plain).run(values)[0])
                #expect(difference(a, b, tolerance: precision == .bf16 ? 0.15 : 2e-5) == nil)
            }
        }
    }

    @Test func `constant scales and shifts of channels disappear in a constant kernel`() throws {
        let x = Tensor.input("x", [4, 9, 9, 16])
        let kernel = Variable("kernel", samples([32, 16, 3, 3], seed: 2, as: .f32)),
            mean = Variable("mean", samples([32], seed: 3, as: .f32))
        let scale = Variable("scale", samples([32], 0.5, 2, seed: 4, as: .f32)), shift = Variable("shift", samples([32], seed: 5, as: .f32))
        let y = ((x.conv2d(kernel.value, padding: .same) - mean.value) / scale.value * scale.value.sqrt() + shift.value).relu()
        let values = [samples(x.shape, as: .f32)]
        let frozen = try Program(inputs: [x], outputs: [y], options: .init(isFrozen: true))
        #expect(frozen.plan.steps.filter { !$0.isConstant }.map(\.label) == ["conv2d"])
        let plain = try Program(inputs: [x], outputs: [y], options: .init(isOptimized: false))
        #expect(difference(try Session(frozen).run(values)[0], try Session(plain).run(values)[0], tolerance: 2e-5) == nil)
    }

    @Test func `convolutions of integers and of nothing work`() throws {
        let x = Tensor((0..<16).map { Int64($0) }, [1, 4, 4, 1]), ones = Tensor([Int64](repeating: 1, count: 4), [1, 1, 2, 2])
        #expect(x.conv2d(ones, stride: 2).values(Int64.self) == [10, 18, 42, 50])
        #expect(Tensor.zeros([0, 4, 4, 2]).conv2d(.zeros([3, 2, 3, 3])).evaluated().bytes >= 0)
        #expect(Tensor.zeros([0, 4, 4, 2]).conv2d(.zeros([3, 2, 3, 3])).shape == [0, 2, 2, 3])
    }

    @Test func `refused convolutions say why`() {
        let x = Tensor.zeros([8, 32, 32, 4])
        #expect(
            message { _ = try Scope.named("stem.conv") { try x.convolution(.zeros([16, 3, 3, 3])) } }
                == "conv2d 'stem.conv': input has 4 channels, kernel expects 3 (f32[8,32,32,4], f32[16,3,3,3])")
        #expect(
            message { _ = try x.convolution(.zeros([16, 4, 3])) }
                == "conv2d: takes an image [batch, spatial…, in] and a kernel [out, in / groups, spatial…] (f32[8,32,32,4], f32[16,4,3])")
        #expect(
            message { _ = try x.convolution(.zeros([15, 2, 3, 3]), groups: 2) }
                == "conv2d: 15 results do not divide into 2 groups (f32[8,32,32,4], f32[15,2,3,3])")
        #expect(
            message { _ = try x.convolution(.zeros([16, 4, 33, 3])) }
                == "conv2d: a window of [33, 3] is larger than the padded input (f32[8,32,32,4], f32[16,4,33,3])")
        #expect(
            message { _ = try x.convolution(.zeros([16, 4, 3, 3]), bias: .zeros([4])) }
                == "conv2d: the bias must be [16] (f32[8,32,32,4], f32[16,4,3,3], f32[4])")
        #expect(
            message { _ = try x.convolution(.zeros([16, 4, 3, 3]), stride: [1, 2, 3]) }
                == "conv2d: 3 numbers of stride for 2 spatial axes (f32[8,32,32,4])")
        #expect(
            message { _ = try x.convolutionTransposed(.zeros([4, 4, 3, 3]), stride: 2, outputPadding: 2) }
                == "convTranspose2d: output padding [2, 2] must be less than the stride [2, 2] (f32[8,32,32,4], f32[4,4,3,3])")
    }
}

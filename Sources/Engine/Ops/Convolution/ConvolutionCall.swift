import CKernels

/// The sizes of one convolution, or of a shard of it, whichever of its three operands is the result.
struct ConvolutionCall: Sendable {
    let windows: Windows
    let groups: Int
    /// [batch, spatial…, in], [out, in / groups, spatial…] and [batch, spatial…, out].
    let x: Shape, kernel: Shape, y: Shape
    let dtype: DType

    var work: Int { 2 * y.count * kernel.extents.dropFirst().reduce(1, *) }

    /// Where the native library is asked: it knows the types, and the work outweighs its own overhead.
    var isNative: Bool { (dtype == .f32 || dtype == .bf16) && work >= 1 << 17 }

    var walk: WindowWalk {
        WindowWalk(batch: x[0], source: x.spatial, results: y.spatial, window: Array(kernel.extents.dropFirst(2)), windows)
    }

    /// As the C kernels see it; nil for what they do not know. One spatial axis is an image of height 1.
    var inC: mk_conv? {
        guard dtype == .f32 || dtype == .bf16, windows.rank <= 2, x.count > 0, y.count > 0 else { return nil }
        let flat = windows.rank == 1
        return mk_conv(
            batch: x[0], height: flat ? 1 : x[1], width: x[-2], channels: x[-1],
            out_channels: kernel[0], kernel_height: flat ? 1 : kernel[2], kernel_width: kernel[-1],
            stride_height: flat ? 1 : windows.strides[0], stride_width: windows.strides.last!,
            dilation_height: flat ? 1 : windows.dilations[0], dilation_width: windows.dilations.last!,
            pad_top: flat ? 0 : windows.before[0], pad_left: windows.before.last!,
            pad_bottom: flat ? 0 : windows.after[0], pad_right: windows.after.last!, groups: groups)
    }

    // MARK: oneDNN

    private func plainKernel(_ library: OneDNN, _ dtype: DType) throws -> OneDNN.Descriptor {
        try library.kernel(kernel.extents, groups: groups, dtype)
    }

    func forward(_ library: OneDNN, bias: DType?, residual: Bool, _ activation: Activation, weights: OneDNN.Descriptor? = nil) throws
        -> OneDNN.Primitive
    {
        let target = try library.channelsLast(y.extents, dtype)
        return try checked(
            library.convolution(
                source: library.channelsLast(x.extents, dtype),
                weights: weights ?? library.anyKernel(kernel.extents, groups: groups, dtype),
                bias: bias.map { try library.plain([kernel[0]], $0) }, destination: target, windows.native, training: false,
                after: (residual ? [.add(target)] : []) + activation.after))
    }

    func backwardData(_ library: OneDNN) throws -> OneDNN.Primitive {
        try checked(
            library.convolutionBackwardData(
                sourceGradient: library.channelsLast(x.extents, dtype), weights: library.anyKernel(kernel.extents, groups: groups, dtype),
                destinationGradient: library.channelsLast(y.extents, dtype), windows.native))
    }

    func backwardKernel(_ library: OneDNN, bias: Bool) throws -> OneDNN.Primitive {
        try checked(
            library.convolutionBackwardWeights(
                source: library.channelsLast(x.extents, dtype), weightsGradient: library.anyKernel(kernel.extents, groups: groups, .f32),
                biasGradient: bias ? library.plain([kernel[0]], .f32) : nil, destinationGradient: library.channelsLast(y.extents, dtype),
                windows.native))
    }

    private func checked(_ primitive: OneDNN.Primitive) throws -> OneDNN.Primitive {
        if primitive.isReference { throw EngineError(primitive.operation, "oneDNN has only a reference kernel") }
        return primitive
    }

    /// How `primitive` wants the kernel, where that is not its plain form.
    func packing(_ primitive: OneDNN.Primitive) -> PackedLayout? {
        let library = primitive.library
        guard let wanted = primitive.descriptor(.weights), !wanted.isOpaque, let plain = try? plainKernel(library, dtype), plain != wanted
        else { return nil }
        let call = self
        return PackedLayout(key: "oneDNN \(wanted)", bytes: wanted.byteCount) { source, target in
            let reorder = try library.reorder(source: call.plainKernel(library, source.dtype), destination: wanted)
            return try Kernel(reorder, [(.source, source.pointer), (.destination, target)])
        }
    }

    /// Whether `place` holds the kernel as `primitive` wants it.
    func isReady(_ place: Place, _ primitive: OneDNN.Primitive) -> Bool { place.layout == packing(primitive) }

    /// Parts of the result's outermost spatial axis that run independently where one image is all there is.
    var rowPieces: Int {
        guard x[0] == 1, work >= 1 << 20, y[1] > 1, windows.after[0] < kernel[2] * windows.dilations[0] else { return 1 }
        // Even numbers of equal pieces, so that two threads end together.
        return work < 1 << 26 || y[1] % 4 > 0 && y[1] < 28 ? 2 : 4
    }

    /// The convolution that makes only some rows of one image's result, and where its operands begin.
    func rows(_ range: Range<Int>) -> (call: ConvolutionCall, x: Int, y: Int) {
        let (part, start, end) = windows.rows(range, of: x[1], window: kernel[2])
        let call = ConvolutionCall(
            windows: part, groups: groups, x: x.replacing(1, with: end - start + 1), kernel: kernel, y: y.replacing(1, with: range.count),
            dtype: dtype)
        return (call, start * x.strides[1] * dtype.size, range.lowerBound * y.strides[1] * dtype.size)
    }
}

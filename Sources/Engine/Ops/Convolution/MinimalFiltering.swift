import CKernels

/// Convolution with a 3 × 3 kernel of stride 1 by minimal filtering: a quarter of the products, at the price of transformations
/// around them and of a kernel four times as large (see mk_winograd.h). Values in bf16 are widened for it, products and sums are
/// f32: narrow points of narrow values would cost digits.
struct MinimalFiltering: Sendable {
    private let sizes: mk_winograd
    /// A data gradient: the flow is convolved with the flipped kernel.
    private let isBackward: Bool
    private let isNarrow: Bool
    private let tiles: Int
    private let packedBytes: Int

    private init?(_ call: ConvolutionCall, isBackward: Bool) {
        guard call.dtype == .f32 || call.dtype == .bf16, call.groups == 1, call.windows.rank == 2,
            Array(call.kernel.extents.dropFirst(2)) == [3, 3],
            call.windows.strides == [1, 1], call.windows.dilations == [1, 1], call.kernel[0] % 16 == 0, call.kernel[1] % 16 == 0,
            call.x.count > 0, call.y.count > 0
        else { return nil }
        let (source, target) = isBackward ? (call.y, call.x) : (call.x, call.y)
        let before = isBackward ? call.windows.before.map { 2 - $0 } : call.windows.before
        sizes = mk_winograd(
            batch: source[0], height: source[1], width: source[2], channels: source[3], out_height: target[1], out_width: target[2],
            out_channels: target[3], pad_top: before[0], pad_left: before[1])
        self.isBackward = isBackward
        isNarrow = call.dtype == .bf16
        (tiles, packedBytes) = withUnsafePointer(to: sizes) { (mk_winograd_tiles($0), Int(mk_winograd_packed_bytes($0))) }
    }

    // MARK: Where it pays

    /// Whether it is cheaper than a direct sum by an eighth, in units of the direct sum's multiplications and additions.
    ///
    /// It pays for products, for the transformation of both sides, and for every byte of the large kernel: little where that stays
    /// in a core's own cache, `perByte` where it streams through the shared one; more if it is packed in every run. A direct sum
    /// of bf16 is `narrowSpeed` tenths as fast as one of f32 where there is an instruction for it.
    private func pays(_ call: ConvolutionCall, perByte: Int, packed: Bool, narrowSpeed: Int = 17) -> Bool {
        // No comparison with a matrix unit.
        if isNarrow && mk_has_matrix_unit() != 0 { return false }
        let products = tiles * 36 * sizes.channels * sizes.out_channels * 2
        let transformed = tiles * (sizes.channels + sizes.out_channels) * 36
        let isLarge = packedBytes > 1 << 20
        let kernel = packedBytes * ((isLarge ? perByte : 2) + (packed ? isLarge ? 16 : 8 : 0))
        let filtered = products + products / 20 + transformed * 5 + kernel
        let speed = isNarrow && Int(mk_isa()) >= MK_ISA_AVX512_BF16 ? narrowSpeed : 10
        return filtered * speed / 10 * 8 / 7 < call.work
    }

    /// The forward pass of a call. A kernel that is not constant is packed in every run.
    static func forward(_ call: ConvolutionCall, isConstant: Bool) -> MinimalFiltering? {
        MinimalFiltering(call, isBackward: false).flatMap { $0.pays(call, perByte: 12, packed: !isConstant) ? $0 : nil }
    }

    static func dataGradient(_ call: ConvolutionCall, isConstant: Bool) -> MinimalFiltering? {
        MinimalFiltering(call, isBackward: true).flatMap { $0.pays(call, perByte: 12, packed: !isConstant) ? $0 : nil }
    }

    /// The gradient of the kernel, which is unpacked once.
    static func kernelGradient(_ call: ConvolutionCall) -> MinimalFiltering? {
        MinimalFiltering(call, isBackward: false).flatMap { $0.pays(call, perByte: 24, packed: true, narrowSpeed: 14) ? $0 : nil }
    }

    // MARK: The packed kernel

    private var key: String { "minimal filtering \(sizes.channels) \(sizes.out_channels) \(isBackward)" }

    /// The layout that the pass wants its kernel in.
    var layout: PackedLayout {
        PackedLayout(key: key, bytes: packedBytes) { [sizes, isBackward] source, target in
            let channels = isBackward ? sizes.out_channels : sizes.channels
            let steps = isBackward ? (channels * 9, 9) : (9, channels * 9)
            let pieces = Binder.pieces(source.shape.count, each: 1 << 14)
            let packed = target.assumingMemoryBound(to: Float.self)
            return Kernel(pieces: pieces, label: "mk.winograd.pack") { piece, _ in
                let range = Binder.range(sizes.channels, piece, of: pieces)
                withUnsafePointer(to: sizes) {
                    if source.dtype == .bf16 {
                        mk_winograd_pack_bf16(
                            $0, source.pointer(as: UInt16.self), steps.0, steps.1, isBackward ? 1 : 0, range.lowerBound, range.upperBound,
                            packed)
                    } else {
                        mk_winograd_pack_f32(
                            $0, source.floats, steps.0, steps.1, isBackward ? 1 : 0, range.lowerBound, range.upperBound, packed)
                    }
                }
            }
        }
    }

    /// Whether a place holds the kernel as this pass wants it.
    func isReady(_ place: Place) -> Bool { place.layout?.key == key }

    // MARK: Kernels

    /// activation(source ∗ kernel + bias + residual) into `target`. A bias in bf16 is constant.
    func kernel(
        _ source: Place, _ kernel: Place, bias: Place? = nil, residual: Place? = nil, activation: Int32 = 0, _ target: Place
    ) -> Kernel {
        let packed = UnsafePointer(kernel.floats)
        let wide = bias.flatMap { $0.dtype == .bf16 ? Buffer(bytes: sizes.out_channels * 4) : nil }
        if let wide, let bias {
            load(bias.pointer, .bf16, count: sizes.out_channels, into: wide.pointer.assumingMemoryBound(to: Float.self))
        }
        let offset = (wide?.pointer ?? bias?.pointer).map { UnsafePointer($0.assumingMemoryBound(to: Float.self)) }
        // One image is cut so that several threads take part: between tiles, or between results where the kernel is too large to
        // be read by all of them.
        let isSingle = sizes.batch == 1, isLarge = packedBytes > 4 << 20
        let outParts = isSingle && isLarge ? min(4, (sizes.out_channels + 63) / 64) : 1
        let tileParts = isSingle && isLarge ? 1 : max(min(16, tiles / 24), isSingle && tiles >= 8 ? 2 : 1)
        let most = (tiles + tileParts - 1) / tileParts + 6
        let scratch = withUnsafePointer(to: sizes) { Int(mk_winograd_scratch_bytes($0, most)) }
        return Kernel(pieces: outParts * tileParts, scratchBytes: scratch, label: "mk.winograd") { [self] piece, scratch in
            let range = Binder.range(tiles, piece / outParts, of: tileParts)
            let outs = Binder.range(sizes.out_channels, piece % outParts, of: outParts, grain: 64)
            withExtendedLifetime(wide) {
                withUnsafePointer(to: sizes) {
                    if isNarrow {
                        mk_winograd_forward_bf16(
                            $0, source.pointer(as: UInt16.self), packed, offset, residual?.pointer(as: UInt16.self), activation,
                            target.pointer(as: UInt16.self), range.lowerBound, range.upperBound, outs.lowerBound, outs.upperBound, scratch)
                    } else {
                        mk_winograd_forward_f32(
                            $0, source.floats, packed, offset, residual?.floats, activation, target.floats, range.lowerBound,
                            range.upperBound, outs.lowerBound, outs.upperBound, scratch)
                    }
                }
            }
        }
    }

    /// The gradient of the kernel, and of the bias where it is asked for.
    func gradient(_ x: Place, _ flow: Place, _ target: Place, bias: Place?) -> Kernel {
        let scratch = withUnsafePointer(to: sizes) { Int(mk_winograd_gradient_scratch_bytes($0)) }
        return Kernel(scratchBytes: scratch, label: "mk.winograd.gradient") { [sizes, isNarrow] _, scratch in
            withUnsafePointer(to: sizes) {
                if isNarrow {
                    mk_winograd_gradient_bf16(
                        $0, x.pointer(as: UInt16.self), flow.pointer(as: UInt16.self), target.floats, bias?.floats, scratch)
                } else {
                    mk_winograd_gradient_f32($0, x.floats, flow.floats, target.floats, bias?.floats, scratch)
                }
            }
        }
    }
}

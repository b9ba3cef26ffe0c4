import CKernels

/// Convolution with a 3 × 3 kernel of stride 1 by minimal filtering: fewer products, at the price of transformations around them
/// and of a larger kernel.
///
/// In f32 four by four results are made at once, with a quarter of the products (see mk_winograd.h). Where there is an
/// instruction for pairs of bf16, two by two results are made of bf16 values with four ninths of them, at twice the speed (see
/// mk_winograd_pairs.h); without it, they are widened and products and sums are f32.
struct MinimalFiltering: Sendable {
    private let sizes: mk_winograd
    /// A data gradient: the flow is convolved with the flipped kernel.
    private let isBackward: Bool
    private let isNarrow: Bool
    private let isPaired: Bool
    private let tiles: Int
    private let packedBytes: Int

    private init?(_ call: ConvolutionCall, isBackward: Bool, pool: Int = 1) {
        guard call.dtype == .f32 || call.dtype == .bf16, call.groups == 1, call.windows.rank == 2,
            Array(call.kernel.extents.dropFirst(2)) == [3, 3],
            call.windows.strides == [1, 1], call.windows.dilations == [1, 1], call.kernel[0] % 16 == 0, call.kernel[1] % 16 == 0,
            call.x.count > 0, call.y.count > 0
        else { return nil }
        let (source, target) = isBackward ? (call.y, call.x) : (call.x, call.y)
        let before = isBackward ? call.windows.before.map { 2 - $0 } : call.windows.before
        sizes = mk_winograd(
            batch: source[0], height: source[1], width: source[2], channels: source[3],
            out_height: target[1] / pool * pool, out_width: target[2] / pool * pool, out_channels: target[3], pad_top: before[0],
            pad_left: before[1], pool: pool)
        self.isBackward = isBackward
        isNarrow = call.dtype == .bf16
        let isPaired = isNarrow && Int(mk_isa()) >= MK_ISA_AVX512_BF16
        self.isPaired = isPaired
        (tiles, packedBytes) = withUnsafePointer(to: sizes) {
            isPaired
                ? (mk_winograd_pairs_tiles($0), Int(mk_winograd_pairs_packed_bytes($0)))
                : (mk_winograd_tiles($0), Int(mk_winograd_packed_bytes($0)))
        }
    }

    // MARK: Where it pays

    /// Whether it is clearly cheaper than a direct sum, in units of the direct sum's multiplications and additions.
    ///
    /// It pays for products, for the transformation of both sides, and for every byte of the large kernel: little where that stays
    /// in a core's own cache, `perByte` where it streams through the shared one; more if it is packed in every run. The factors
    /// were measured.
    private func pays(_ call: ConvolutionCall, perByte: Int, packed: Bool) -> Bool {
        // No comparison with a matrix unit.
        if isNarrow && mk_has_matrix_unit() != 0 { return false }
        let points = isPaired ? 16 : 36
        let products = tiles * points * sizes.channels * sizes.out_channels * 2
        let transformed = tiles * points * (sizes.channels + sizes.out_channels)
        let isLarge = packedBytes > 1 << 20
        if isPaired {
            // The direct gradient of the data multiplies at every pixel that it makes, whether a window covers it wholly or not.
            let direct = isBackward ? max(call.work, call.work / (call.y[1] * call.y[2]) * call.x[1] * call.x[2]) : call.work
            let kernel = packedBytes * ((isLarge ? perByte : 1) + (packed ? 25 : 0))
            return (products + products / 16 + transformed * 18 + kernel) * 16 / 15 < direct
        }
        let kernel = packedBytes * ((isLarge ? perByte : 2) + (packed ? isLarge ? 16 : 8 : 0))
        return (products + products / 20 + transformed * 5 + kernel) * 8 / 7 < call.work
    }

    /// The forward pass of a call, of which only the largest of every `pool` by `pool` results are kept. A kernel that is not constant is
    /// packed in every run.
    static func forward(_ call: ConvolutionCall, isConstant: Bool, pool: Int = 1) -> MinimalFiltering? {
        MinimalFiltering(call, isBackward: false, pool: pool).flatMap { $0.pays(call, perByte: 12, packed: !isConstant) ? $0 : nil }
    }

    static func dataGradient(_ call: ConvolutionCall, isConstant: Bool) -> MinimalFiltering? {
        MinimalFiltering(call, isBackward: true).flatMap { $0.pays(call, perByte: 12, packed: !isConstant) ? $0 : nil }
    }

    /// The gradient of the kernel, which is unpacked once.
    static func kernelGradient(_ call: ConvolutionCall) -> MinimalFiltering? {
        MinimalFiltering(call, isBackward: false).flatMap { $0.pays(call, perByte: 24, packed: true) ? $0 : nil }
    }

    // MARK: The packed kernel

    private var key: String { "minimal filtering \(isPaired ? "of pairs " : "")\(sizes.channels) \(sizes.out_channels) \(isBackward)" }

    /// The layout that the pass wants its kernel in.
    var layout: PackedLayout {
        PackedLayout(key: key, bytes: packedBytes) { [sizes, isBackward, isPaired] source, target in
            let channels = isBackward ? sizes.out_channels : sizes.channels
            let steps = isBackward ? (channels * 9, 9) : (9, channels * 9)
            let pieces = Binder.pieces(source.shape.count, each: 1 << 14)
            let packed = target.assumingMemoryBound(to: Float.self), flipped: Int32 = isBackward ? 1 : 0
            return Kernel(pieces: pieces, label: isPaired ? "mk.winograd.pairs.pack" : "mk.winograd.pack") { piece, _ in
                let range = Binder.range(sizes.channels, piece, of: pieces, grain: 2)
                let (first, last) = (range.lowerBound, range.upperBound)
                withUnsafePointer(to: sizes) {
                    switch (source.dtype == .bf16, isPaired) {
                    case (true, true):
                        let kernel = source.pointer(as: UInt16.self)
                        mk_winograd_pairs_pack_bf16($0, kernel, steps.0, steps.1, flipped, first, last, target)
                    case (true, false):
                        let kernel = source.pointer(as: UInt16.self)
                        mk_winograd_pack_bf16($0, kernel, steps.0, steps.1, flipped, first, last, packed)
                    case (false, true): mk_winograd_pairs_pack_f32($0, source.floats, steps.0, steps.1, flipped, first, last, target)
                    case (false, false): mk_winograd_pack_f32($0, source.floats, steps.0, steps.1, flipped, first, last, packed)
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
        let offset = WideBias(bias, count: sizes.out_channels)
        // One image is cut so that several threads take part: between tiles, or between results where the kernel is too large to
        // be read by all of them.
        let isSingle = sizes.batch == 1, isLarge = packedBytes > 4 << 20, each = isPaired ? 48 : 24
        let outParts = isSingle && isLarge ? min(4, (sizes.out_channels + 63) / 64) : 1
        let tileParts = isSingle && isLarge ? 1 : max(min(16, tiles / each), isSingle && tiles >= 4 ? 2 : 1)
        let most = (tiles + tileParts - 1) / tileParts + 6
        let scratch = withUnsafePointer(to: sizes) {
            Int(isPaired ? mk_winograd_pairs_scratch_bytes($0, most) : mk_winograd_scratch_bytes($0, most))
        }
        let label = isPaired ? "mk.winograd.pairs" : "mk.winograd"
        return Kernel(pieces: outParts * tileParts, scratchBytes: scratch, label: label) { [self] piece, scratch in
            let range = Binder.range(tiles, piece / outParts, of: tileParts)
            let outs = Binder.range(sizes.out_channels, piece % outParts, of: outParts, grain: 64)
            let (first, last, firstOut, lastOut) = (range.lowerBound, range.upperBound, outs.lowerBound, outs.upperBound)
            offset.withFloats { offset in
                withUnsafePointer(to: sizes) {
                    if isPaired {
                        mk_winograd_pairs_forward(
                            $0, source.pointer(as: UInt16.self), packed, offset, residual?.pointer(as: UInt16.self), activation,
                            target.pointer(as: UInt16.self), first, last, firstOut, lastOut, scratch)
                    } else if isNarrow {
                        mk_winograd_forward_bf16(
                            $0, source.pointer(as: UInt16.self), packed, offset, residual?.pointer(as: UInt16.self), activation,
                            target.pointer(as: UInt16.self), first, last, firstOut, lastOut, scratch)
                    } else {
                        mk_winograd_forward_f32(
                            $0, source.floats, packed, offset, residual?.floats, activation, target.floats, first, last, firstOut,
                            lastOut, scratch)
                    }
                }
            }
        }
    }

    /// The gradient of the kernel, and of the bias where it is asked for.
    func gradient(_ x: Place, _ flow: Place, _ target: Place, bias: Place?) -> Kernel {
        let scratch = withUnsafePointer(to: sizes) {
            Int(isPaired ? mk_winograd_pairs_gradient_scratch_bytes($0) : mk_winograd_gradient_scratch_bytes($0))
        }
        let label = isPaired ? "mk.winograd.pairs.gradient" : "mk.winograd.gradient"
        return Kernel(scratchBytes: scratch, label: label) { [sizes, isNarrow, isPaired] _, scratch in
            withUnsafePointer(to: sizes) {
                if isNarrow {
                    let gradient = isPaired ? mk_winograd_pairs_gradient : mk_winograd_gradient_bf16
                    gradient($0, x.pointer(as: UInt16.self), flow.pointer(as: UInt16.self), target.floats, bias?.floats, scratch)
                } else {
                    mk_winograd_gradient_f32($0, x.floats, flow.floats, target.floats, bias?.floats, scratch)
                }
            }
        }
    }
}

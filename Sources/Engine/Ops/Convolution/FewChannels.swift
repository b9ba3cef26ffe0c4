import CKernels

/// Convolution of a source of few channels, as the first of a network for pictures has: the native library makes mostly empty
/// vectors of these (see mk_stem.h).
struct FewChannels: Sendable {
    private let sizes: mk_conv
    private let dtype: DType
    private let packedBytes: Int

    private init?(_ call: ConvolutionCall) {
        guard call.isNative, let sizes = call.inC, call.groups == 1, sizes.channels <= 8, sizes.channels * sizes.kernel_width >= 5,
            sizes.out_channels % 16 == 0, sizes.dilation_height == 1, sizes.dilation_width == 1
        else { return nil }
        self.sizes = sizes
        dtype = call.dtype
        packedBytes = withUnsafePointer(to: sizes) { Int(mk_stem_packed_bytes($0)) }
    }

    /// The forward pass of a call, in bf16 where there is an instruction for pairs of it and no matrix unit, which is faster.
    static func forward(_ call: ConvolutionCall) -> FewChannels? {
        guard call.dtype == .bf16, Int(mk_isa()) >= MK_ISA_AVX512_BF16, mk_has_matrix_unit() == 0 else { return nil }
        return FewChannels(call)
    }

    static func kernelGradient(_ call: ConvolutionCall) -> FewChannels? { FewChannels(call) }

    // MARK: The packed kernel

    private var key: String { "few channels \(sizes.channels) \(sizes.kernel_height) \(sizes.kernel_width) \(sizes.out_channels)" }

    /// The layout that the forward pass wants its kernel in.
    var layout: PackedLayout {
        PackedLayout(key: key, bytes: packedBytes) { [sizes] source, target in
            Kernel(label: "mk.stem.pack") { _, _ in
                withUnsafePointer(to: sizes) {
                    if source.dtype == .bf16 {
                        mk_stem_pack_bf16($0, source.pointer(as: UInt16.self), target)
                    } else {
                        mk_stem_pack_f32($0, source.floats, target)
                    }
                }
            }
        }
    }

    /// Whether a place holds the kernel as the forward pass wants it.
    func isReady(_ place: Place) -> Bool { place.layout?.key == key }

    // MARK: Kernels

    /// activation(source ∗ kernel + bias) into `target`, or the largest of every `pool` by `pool` of it. A bias in bf16 is constant.
    func kernel(_ source: Place, _ kernel: Place, bias: Place?, activation: Int32, pool: Int, _ target: Place) -> Kernel {
        let offset = WideBias(bias, count: sizes.out_channels)
        let (rows, scratch) = withUnsafePointer(to: sizes) {
            (sizes.batch * (mk_conv_out_height($0) / pool), Int(mk_stem_forward_scratch_bytes($0, Int32(pool))))
        }
        let pieces = min(rows, Binder.pieces(target.shape.count * pool * pool * sizes.kernel_height, each: 1 << 15))
        return Kernel(pieces: pieces, scratchBytes: scratch, label: "mk.stem") { [sizes] piece, scratch in
            let range = Binder.range(rows, piece, of: pieces)
            offset.withFloats { offset in
                withUnsafePointer(to: sizes) {
                    mk_stem_forward_bf16(
                        $0, source.pointer(as: UInt16.self), kernel.pointer, offset, activation, Int32(pool),
                        target.pointer(as: UInt16.self), range.lowerBound, range.upperBound, scratch)
                }
            }
        }
    }

    /// The gradient of the kernel, and of the bias where it is asked for.
    func gradient(_ x: Place, _ flow: Place, _ target: Place, bias: Place?) -> Kernel {
        let scratch = withUnsafePointer(to: sizes) { Int(mk_stem_scratch_bytes($0)) }
        return Kernel(scratchBytes: scratch, label: "mk.stem.gradient") { [sizes, dtype] _, scratch in
            withUnsafePointer(to: sizes) {
                if dtype == .bf16 {
                    mk_stem_gradient_bf16(
                        $0, x.pointer(as: UInt16.self), flow.pointer(as: UInt16.self), target.floats, bias?.floats, scratch)
                } else {
                    mk_stem_gradient_f32($0, x.floats, flow.floats, target.floats, bias?.floats, scratch)
                }
            }
        }
    }
}

/// What flows back to the image: the transposed convolution. Operands are the flow and the kernel; linear in both.
struct ConvolutionDataGradient: PortableOp {
    var windows: Windows
    var groups = 1
    /// Spatial extents of the image.
    var extents: [Int]
    /// Asked for by name rather than by a gradient.
    var isTransposed = false
    var name: String { isTransposed ? "convTranspose\(windows.rank)d" : "conv\(windows.rank)dDataGradient" }
    var precision: PrecisionClass { .narrow }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        try requireSameType(operands)
        let g = operands[0].shape, kernel = operands[1].shape
        guard g.rank == windows.rank + 2, kernel.rank == g.rank, extents.count == windows.rank else {
            throw refuse("takes an image [batch, spatial…, in] and a kernel [in, out / groups, spatial…]", operands)
        }
        if operands[0].dtype == .bool { throw refuse("does not take bool", operands) }
        guard groups > 0, kernel[0] % groups == 0 else {
            throw refuse("\(kernel[0]) channels do not divide into \(groups) groups", operands)
        }
        guard g[-1] == kernel[0] else { throw refuse("input has \(g[-1]) channels, kernel expects \(kernel[0])", operands) }
        guard extents.allSatisfy({ $0 > 0 }) || g.count == 0,
            windows.results(extents, Array(kernel.extents.dropFirst(2))) == g.spatial || g.count == 0
        else {
            throw refuse("results of \(extents) do not belong to these operands", operands)
        }
        return [operands[0].with(Shape([g[0]] + extents + [kernel[1] * groups]))]
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let f = call.flow[0]!, g = call.operands[0], kernel = call.operands[1]
        let toKernel = Tensor.make(
            ConvolutionKernelGradient(windows: windows, groups: groups, window: Array(kernel.shape.extents.dropFirst(2))), f, g)
        return [.make(Convolution(windows: windows, groups: groups), f, kernel), toKernel.cast(to: kernel.dtype)]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] { [Split([.slice, .whole])] }

    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int {
        2 * operands[0].shape.count * operands[1].shape.extents.dropFirst().reduce(1, *)
    }
}

/// What flows back to the kernel and, as a second result, to the bias. Operands are the image and the flow; linear in both.
struct ConvolutionKernelGradient: PortableOp {
    var windows: Windows
    var groups = 1
    /// Spatial extents of the kernel.
    var window: [Int]
    var hasBias = false
    var name: String { "conv\(windows.rank)dKernelGradient" }
    var precision: PrecisionClass { .narrowOperands }

    func infer(_ operands: [TensorType]) throws -> [TensorType] {
        try require(2...2, operands)
        try requireSameType(operands)
        let x = operands[0].shape, g = operands[1].shape
        guard x.rank == windows.rank + 2, g.rank == x.rank, window.count == windows.rank else {
            throw refuse("takes an image and the gradient of its convolution", operands)
        }
        if operands[0].dtype == .bool { throw refuse("does not take bool", operands) }
        guard groups > 0, x[-1] % groups == 0, g[-1] % groups == 0 else {
            throw refuse("channels do not divide into \(groups) groups", operands)
        }
        guard x[0] == g[0], windows.results(x.spatial, window) == g.spatial || x.count == 0 else {
            throw refuse("a window of \(window) does not lead from one operand to the other", operands)
        }
        // Gradients of parameters stay f32.
        let dtype = operands[0].dtype == .bf16 ? .f32 : operands[0].dtype
        return [TensorType(Shape([g[-1], x[-1] / groups] + window), dtype)] + (hasBias ? [TensorType([g[-1]], dtype)] : [])
    }

    func gradient(_ call: Call) -> [Tensor?] {
        let x = call.operands[0], g = call.operands[1]
        let kernel = call.flow[0]?.cast(to: x.dtype)
        let bias = hasBias ? call.flow[1]?.cast(to: x.dtype) : nil
        var toFlow: Tensor?
        if let kernel {
            toFlow =
                Tensor.makeAll(
                    Convolution(windows: windows, groups: groups, hasBias: bias != nil), [x, kernel] + (bias.map { [$0] } ?? []))[0]
        } else if let bias {
            toFlow = bias.broadcast(to: g.shape)
        }
        return [kernel.map { .make(ConvolutionDataGradient(windows: windows, groups: groups, extents: x.shape.spatial), g, $0) }, toFlow]
    }

    func splits(_ operands: [TensorType], _ results: [TensorType]) -> [Split] {
        operands[0].dtype.isFloat ? [Split([.slice, .slice], results.map { _ in .sum })] : []
    }

    func work(_ operands: [TensorType], _ results: [TensorType]) -> Int {
        2 * operands[1].shape.count * results[0].shape.extents.dropFirst().reduce(1, *)
    }
}

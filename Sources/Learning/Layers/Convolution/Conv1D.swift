public import Engine

/// Convolution over a series: [batch, time, inputs] → [batch, time, outputs].
///
///     let conv = Conv1D(14, 64, kernel: 5, padding: .same)
///
/// Weight [outputs, inputs ∕ groups, taps], bias [outputs].
public struct Conv1D: PureLayer {
    public let weight: Parameter
    public let bias: Parameter?
    public let stride: PerAxis
    public let padding: Padding
    public let dilation: PerAxis
    public let groups: Int

    /// - Parameters:
    ///   - inputs: channels of the input.
    ///   - outputs: channels of the result.
    ///   - kernel: extents of the kernel.
    ///   - stride: distance between windows.
    ///   - padding: at the edges: `.valid` (none), `.same` or `.explicit(1)`.
    ///   - dilation: distance between the taps of the kernel.
    ///   - groups: parts of the channels that do not see each other; `groups` equal to `inputs` is a depthwise convolution.
    ///   - initialization: He's rule, since a ReLU follows most layers.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: PerAxis, stride: PerAxis = 1, padding: Padding = .valid, dilation: PerAxis = 1,
        groups: Int = 1, bias: Bool = true, initialization: Initialization = .he
    ) {
        let taps = kernelExtents("conv1d", kernel, 1, inputs, outputs, groups)
        let rules = initialization.rules(fanIn: inputs / groups * taps.reduce(1, *))
        weight = Parameter(Shape([outputs, inputs / groups] + taps), rules.weight)
        self.bias = bias ? Parameter([outputs], rules.bias) : nil
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        weight.scope {
            x.conv1d(weight.value, bias: bias?.value, stride: stride, padding: padding, dilation: dilation, groups: groups)
        }
    }

    public func check(_ input: TensorType) throws {
        try weight.scope {
            try requireImage("conv1d", input, 1)
            let x = Tensor.input("input", input.shape, input.dtype)
            _ = try x.convolution(weight.value, bias: bias?.value, stride: stride, padding: padding, dilation: dilation, groups: groups)
        }
    }
}

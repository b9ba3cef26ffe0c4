public import Engine

/// Convolution over a series: [batch, time, inputs] → [batch, time, outputs].
///
///     let conv = Conv1D(14, 64, kernel: 5, padding: .same)
///
/// Weight [outputs, inputs ∕ groups, taps], bias [outputs].
public struct Conv1D: ConvolutionLayer {
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
        (weight, self.bias) = Self.parameters(
            axes: 1, inputs, outputs, kernel: kernel, groups: groups, bias: bias, initialization: initialization)
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }
}

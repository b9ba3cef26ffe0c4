public import Engine

/// Convolution over images: [batch, height, width, inputs] → [batch, height, width, outputs].
///
///     let conv = Conv2D(3, 32, kernel: 3)
///
/// Weight [outputs, inputs ∕ groups, height, width], bias [outputs].
public struct Conv2D: ConvolutionLayer {
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
            axes: 2, inputs, outputs, kernel: kernel, groups: groups, bias: bias, initialization: initialization)
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    /// A convolution of every channel by itself, with `multiplier` results of each.
    public static func depthwise(
        _ channels: Int, multiplier: Int = 1, kernel: PerAxis, stride: PerAxis = 1, padding: Padding = .same, dilation: PerAxis = 1,
        bias: Bool = true, initialization: Initialization = .he
    ) -> Conv2D {
        Conv2D(
            channels, channels * multiplier, kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: channels,
            bias: bias,
            initialization: initialization)
    }
}

public import Engine

/// Transposed convolution over images: [batch, height, width, inputs] → [batch, height, width, outputs], with extents grown by the stride.
///
/// Weight [inputs, outputs ∕ groups, height, width], bias [outputs]. An extent n becomes
/// (n - 1) · stride - padding + (taps - 1) · dilation + 1 + output padding. Zeiler et al. (2010).
public struct ConvTranspose2D: TransposedConvolutionLayer {
    public let weight: Parameter
    public let bias: Parameter?
    public let stride: PerAxis
    public let padding: Padding
    public let outputPadding: PerAxis
    public let dilation: PerAxis
    public let groups: Int

    /// - Parameters:
    ///   - inputs: channels of the input.
    ///   - outputs: channels of the result.
    ///   - kernel: extents of the kernel.
    ///   - stride: how much the extents grow.
    ///   - padding: what is cut off at the edges; with `.same` an extent n becomes n · stride.
    ///   - outputPadding: further results at the end of each axis, fewer than the stride.
    ///   - dilation: distance between the taps of the kernel.
    ///   - groups: parts of the channels that do not see each other.
    ///   - initialization: He's rule for the values that one result is made of.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: PerAxis, stride: PerAxis = 1, padding: Padding = .valid, outputPadding: PerAxis = 0,
        dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true, initialization: Initialization = .he
    ) {
        (weight, self.bias) = Self.parameters(
            axes: 2, inputs, outputs, kernel: kernel, stride: stride, groups: groups, bias: bias, initialization: initialization)
        self.stride = stride
        self.padding = padding
        self.outputPadding = outputPadding
        self.dilation = dilation
        self.groups = groups
    }
}

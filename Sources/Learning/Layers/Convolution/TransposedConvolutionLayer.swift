public import Engine

/// What transposed convolutions have in common, however many axes their kernel has.
public protocol TransposedConvolutionLayer: PureLayer {
    /// [inputs, outputs ∕ groups, taps…]
    var weight: Parameter { get }
    /// [outputs]
    var bias: Parameter? { get }
    var stride: PerAxis { get }
    var padding: Padding { get }
    var outputPadding: PerAxis { get }
    var dilation: PerAxis { get }
    var groups: Int { get }
}

extension TransposedConvolutionLayer {
    public func callAsFunction(_ x: Tensor) -> Tensor {
        do { return try result(of: x) } catch { trap(error) }
    }

    public func check(_ input: TensorType) throws { _ = try result(of: .input("input", input.shape, input.dtype)) }

    private func result(of x: Tensor) throws -> Tensor {
        try weight.scope {
            let axes = weight.shape.rank - 2
            try requireImage("convTranspose\(axes)d", x.type, axes)
            return try x.convolutionTransposed(
                weight.value, bias: bias?.value, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation,
                groups: groups)
        }
    }

    /// Weight and bias of a new layer.
    static func parameters(
        axes: Int, _ inputs: Int, _ outputs: Int, kernel: PerAxis, stride: PerAxis, groups: Int, bias: Bool,
        initialization: Initialization
    ) -> (weight: Parameter, bias: Parameter?) {
        let taps = kernelExtents("convTranspose\(axes)d", kernel, axes, inputs, outputs, groups)
        // A result is met by one tap in `stride` on every axis.
        let met = zip(taps, stride.each(axes) ?? []).map { ($0 + $1 - 1) / max(1, $1) }.reduce(1, *)
        let rules = initialization.rules(fanIn: inputs / groups * met, torchFanIn: outputs / groups * taps.reduce(1, *))
        return (Parameter(Shape([inputs, outputs / groups] + taps), rules.weight), bias ? Parameter([outputs], rules.bias) : nil)
    }
}

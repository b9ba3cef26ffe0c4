public import Engine

/// What convolutions have in common, however many axes their kernel has.
public protocol ConvolutionLayer: PureLayer {
    /// [outputs, inputs ∕ groups, taps…]
    var weight: Parameter { get }
    /// [outputs]
    var bias: Parameter? { get }
    var stride: PerAxis { get }
    var padding: Padding { get }
    var dilation: PerAxis { get }
    var groups: Int { get }
}

extension ConvolutionLayer {
    public func callAsFunction(_ x: Tensor) -> Tensor {
        do { return try result(of: x) } catch { trap(error) }
    }

    public func check(_ input: TensorType) throws { _ = try result(of: .input("input", input.shape, input.dtype)) }

    private func result(of x: Tensor) throws -> Tensor {
        try weight.scope {
            let axes = weight.shape.rank - 2
            try requireImage("conv\(axes)d", x.type, axes)
            return try x.convolution(weight.value, bias: bias?.value, stride: stride, padding: padding, dilation: dilation, groups: groups)
        }
    }

    /// Weight and bias of a new layer.
    static func parameters(
        axes: Int, _ inputs: Int, _ outputs: Int, kernel: PerAxis, groups: Int, bias: Bool, initialization: Initialization
    ) -> (weight: Parameter, bias: Parameter?) {
        let taps = kernelExtents("conv\(axes)d", kernel, axes, inputs, outputs, groups)
        let rules = initialization.rules(fanIn: inputs / groups * taps.reduce(1, *))
        return (Parameter(Shape([outputs, inputs / groups] + taps), rules.weight), bias ? Parameter([outputs], rules.bias) : nil)
    }
}

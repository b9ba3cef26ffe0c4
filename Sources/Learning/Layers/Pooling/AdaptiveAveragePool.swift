public import Engine

/// The means of as many windows as asked for, which together cover the image: [batch, spatial…, channels] →
/// [batch, outputs…, channels] for an input of any extents.
public struct AdaptiveAveragePool: PureLayer {
    public let outputs: PerAxis

    public init(_ outputs: PerAxis) { self.outputs = outputs }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        demand(x)
        return x.adaptiveAveragePool(outputs)
    }

    public func check(_ input: TensorType) throws {
        let count = try spatialExtents("adaptiveAveragePool", input).count
        guard let numbers = outputs.each(count), numbers.allSatisfy({ $0 > 0 }) else {
            throw EngineError("adaptiveAveragePool", "needs \(count) positive numbers of windows", operands: [input])
        }
    }
}

import Engine

/// The extents of a kernel, if they and the channels make a convolution.
func kernelExtents(_ operation: String, _ kernel: PerAxis, _ spatial: Int, _ inputs: Int, _ outputs: Int, _ groups: Int) -> [Int] {
    guard let extents = kernel.each(spatial), extents.allSatisfy({ $0 > 0 }) else {
        trap(EngineError(operation, "the kernel needs \(spatial) positive extents, got \(kernel)"))
    }
    guard groups > 0, inputs > 0, outputs > 0, inputs % groups == 0, outputs % groups == 0 else {
        trap(EngineError(operation, "\(inputs) channels in and \(outputs) out do not divide into \(groups) groups"))
    }
    return extents
}

/// Images of `spatial` axes have so many axes and two more.
func requireImage(_ operation: String, _ input: TensorType, _ spatial: Int) throws {
    guard input.shape.rank == spatial + 2 else {
        throw EngineError(operation, "takes [batch, \(spatial == 1 ? "time" : "height, width"), channels]", operands: [input])
    }
    try requireNumbers(operation, input)
}

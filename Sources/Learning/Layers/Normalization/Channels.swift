import Engine

/// The last of at least two axes must have this extent.
func requireChannels(_ operation: String, _ input: TensorType, _ channels: Int, _ parameter: Parameter?) throws {
    try inScope(of: parameter) {
        guard input.shape.rank > 1, input.shape[-1] == channels else {
            throw EngineError(operation, "takes [batch, ..., \(channels)]", operands: [input])
        }
        try requireNumbers(operation, input)
    }
}

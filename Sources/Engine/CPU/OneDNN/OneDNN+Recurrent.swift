import COneDNN

extension OneDNN {
    enum Direction: Hashable, Sendable {
        case forward, backward, bothConcatenated, bothAdded

        fileprivate var code: Int32 {
            switch self {
            case .forward: MK_DNN_LEFT_TO_RIGHT
            case .backward: MK_DNN_RIGHT_TO_LEFT
            case .bothConcatenated: MK_DNN_BIDIRECTIONAL_CONCATENATE
            case .bothAdded: MK_DNN_BIDIRECTIONAL_SUM
            }
        }
    }

    /// The operands of a recurrent layer for inference. Logical orders: source `[time, batch, inputs]`; weights
    /// `[layers, directions, inputs, gates, width]` and `[layers, directions, width, gates, width]`; bias
    /// `[layers, directions, gates, width]`; states `[layers, directions, batch, width]`, zero where not given;
    /// destination `[time, batch, width]`.
    ///
    /// Weights left open (`any`) may come out opaque: see `Descriptor.isOpaque`.
    struct Recurrence: Hashable, Sendable {
        let source: Descriptor
        let weights: Descriptor
        let recurrentWeights: Descriptor
        let bias: Descriptor?
        let destination: Descriptor
        var initialState: Descriptor? = nil
        var initialCell: Descriptor? = nil
        var finalState: Descriptor? = nil
        var finalCell: Descriptor? = nil
        var direction = Direction.forward

        fileprivate var descriptors: [Descriptor?] {
            [source, weights, recurrentWeights, bias, destination, initialState, initialCell, finalState, finalCell]
        }
    }

    /// A long short-term memory; gates in the order input, forget, candidate, output.
    func lstm(_ layer: Recurrence) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: "lstm", descriptors: layer.descriptors, integers: [Int(layer.direction.code)])
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            self.functions.pointee.lstm_forward_primitive_desc_create(
                &plan, self.engine, MK_DNN_FORWARD_INFERENCE, layer.direction.code, layer.source.pointer,
                layer.initialState?.pointer, layer.initialCell?.pointer, layer.weights.pointer,
                layer.recurrentWeights.pointer, nil, nil, layer.bias?.pointer, layer.destination.pointer,
                layer.finalState?.pointer, layer.finalCell?.pointer, 0, attributes)
        }
    }

    /// A gated recurrent unit; gates in the order update, reset, candidate.
    ///
    /// With `linearBeforeReset` the reset gate multiplies the finished product `h · U + b` (as cuDNN and PyTorch do)
    /// and the bias has a fourth row, the one inside that product; without, it multiplies `h` (as in the paper).
    func gru(_ layer: Recurrence, linearBeforeReset: Bool) throws(Failure) -> Primitive {
        let key = PrimitiveKey(
            operation: linearBeforeReset ? "gru, linear before reset" : "gru", descriptors: layer.descriptors,
            integers: [Int(layer.direction.code)])
        return try primitive(key) { (plan: inout OpaquePointer?, attributes: OpaquePointer) throws(Failure) in
            let create =
                linearBeforeReset
                ? self.functions.pointee.lbr_gru_forward_primitive_desc_create!
                : self.functions.pointee.gru_forward_primitive_desc_create!
            return create(
                &plan, self.engine, MK_DNN_FORWARD_INFERENCE, layer.direction.code, layer.source.pointer,
                layer.initialState?.pointer, layer.weights.pointer, layer.recurrentWeights.pointer,
                layer.bias?.pointer, layer.destination.pointer, layer.finalState?.pointer, 0, attributes)
        }
    }
}

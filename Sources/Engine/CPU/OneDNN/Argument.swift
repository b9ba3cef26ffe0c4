import COneDNN

extension OneDNN {
    /// The place of an operand in an execution.
    struct Argument: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        let rawValue: Int32

        static let source = Argument(rawValue: MK_DNN_ARG_SRC)
        static let weights = Argument(rawValue: MK_DNN_ARG_WEIGHTS)
        static let bias = Argument(rawValue: MK_DNN_ARG_BIAS)
        static let destination = Argument(rawValue: MK_DNN_ARG_DST)
        static let workspace = Argument(rawValue: MK_DNN_ARG_WORKSPACE)
        static let scratchpad = Argument(rawValue: MK_DNN_ARG_SCRATCHPAD)

        static let sourceGradient = Argument(rawValue: MK_DNN_ARG_DIFF_SRC)
        static let weightsGradient = Argument(rawValue: MK_DNN_ARG_DIFF_WEIGHTS)
        static let biasGradient = Argument(rawValue: MK_DNN_ARG_DIFF_BIAS)
        static let destinationGradient = Argument(rawValue: MK_DNN_ARG_DIFF_DST)

        // Normalisation
        static let mean = Argument(rawValue: MK_DNN_ARG_MEAN)
        static let variance = Argument(rawValue: MK_DNN_ARG_VARIANCE)
        static let scale = Argument(rawValue: MK_DNN_ARG_SCALE)
        static let shift = Argument(rawValue: MK_DNN_ARG_SHIFT)
        static let scaleGradient = Argument(rawValue: MK_DNN_ARG_DIFF_SCALE)
        static let shiftGradient = Argument(rawValue: MK_DNN_ARG_DIFF_SHIFT)

        // Recurrent layers; `source`, `weights` and `destination` are the layer's own
        static let initialState = Argument(rawValue: MK_DNN_ARG_SRC_1)
        static let initialCell = Argument(rawValue: MK_DNN_ARG_SRC_2)
        static let recurrentWeights = Argument(rawValue: MK_DNN_ARG_WEIGHTS_1)
        static let finalState = Argument(rawValue: MK_DNN_ARG_DST_1)
        static let finalCell = Argument(rawValue: MK_DNN_ARG_DST_2)

        /// The further operand of the post-operation at `index` (a binary one).
        static func postOperation(_ index: Int) -> Argument {
            Argument(rawValue: MK_DNN_ARG_ATTR_POST_OP_BASE * Int32(index + 1) | MK_DNN_ARG_SRC_1)
        }

        /// The scales of an operand.
        static func scale(of argument: Argument) -> Argument {
            Argument(rawValue: MK_DNN_ARG_ATTR_SCALES | argument.rawValue)
        }

        var description: String { "argument \(rawValue)" }
    }
}

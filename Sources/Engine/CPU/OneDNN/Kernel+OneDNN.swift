extension Kernel {
    /// A kernel that executes a oneDNN primitive on these operands.
    init(_ primitive: OneDNN.Primitive, _ operands: [(OneDNN.Argument, UnsafeMutableRawPointer)]) throws {
        let needsScratch = primitive.scratchpadBytes > 0
        // Any pointer will do until the first run brings the lane's own.
        let execution = try OneDNN.Execution(primitive, operands, scratchpad: needsScratch ? operands[0].1 : nil)
        self.init(scratchBytes: primitive.scratchpadBytes, label: primitive.implementation) { _, scratch in
            do {
                if needsScratch { try execution.bind(.scratchpad, to: scratch) }
                try execution.execute()
            } catch { trap("\(error)") }
        }
    }
}

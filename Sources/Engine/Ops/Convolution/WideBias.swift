/// A bias as kernels add it, in f32: where it lies in bf16 it is constant, and widened once.
struct WideBias: @unchecked Sendable {
    // @unchecked Sendable: nothing is written after init.
    private let wide: Buffer?
    private let floats: UnsafePointer<Float>?

    init(_ bias: Place?, count: Int) {
        guard let bias, bias.dtype == .bf16 else {
            (wide, floats) = (nil, bias.map { UnsafePointer($0.floats) })
            return
        }
        let wide = Buffer(bytes: count * 4), target = wide.pointer.assumingMemoryBound(to: Float.self)
        load(bias.pointer, .bf16, count: count, into: target)
        (self.wide, floats) = (wide, UnsafePointer(target))
    }

    /// Runs `body` with the values, or with nil where there is no bias.
    func withFloats(_ body: (UnsafePointer<Float>?) -> Void) { withExtendedLifetime(wide) { body(floats) } }
}

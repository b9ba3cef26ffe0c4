/// The form in which a native kernel wants an operand: made once for a constant, once a run for a parameter, and
/// shared by all shards and all readers that want the same.
public struct PackedLayout: Hashable, Sendable {
    /// Equal keys mean equal layouts.
    let key: String
    let bytes: Int
    /// A kernel that writes the packed form of the first place to the second.
    let pack: @Sendable (_ source: Place, _ target: UnsafeMutableRawPointer) throws -> Kernel

    public static func == (left: PackedLayout, right: PackedLayout) -> Bool { left.key == right.key }
    public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// Which device and which column a SenML name means, remembered.
struct SenMLNames {
    struct Split {
        /// Nil: the message's.
        let device: String?
        /// Nil: there is no such column.
        let node: FieldTree.Node?
    }

    private struct Key: Hashable { let base: String, name: String }

    private var known: [Key: Split] = [:]
    /// More names than this are looked up anew.
    private static let most = 4096

    mutating func split(_ base: String, _ name: String, _ tree: FieldTree) -> Split {
        let key = Key(base: base, name: name)
        if let split = known[key] { return split }
        if known.count >= Self.most { known.removeAll(keepingCapacity: true) }
        let split = find(base, name, tree)
        known[key] = split
        return split
    }

    private func find(_ base: String, _ name: String, _ tree: FieldTree) -> Split {
        if !base.isEmpty, let node = node(name[...], tree) { return Split(device: Self.trimmed(base), node: node) }
        let whole = base + name
        for separators in ["/:", "_."] {
            for place in whole.indices where separators.contains(whole[place]) {
                if let node = node(whole[whole.index(after: place)...], tree) {
                    return Split(device: Self.trimmed(String(whole[..<place])), node: node)
                }
            }
        }
        return Split(device: nil, node: node(whole[...], tree))
    }

    private func node(_ name: Substring, _ tree: FieldTree) -> FieldTree.Node? {
        var tree = tree, name = String(name)
        guard !name.isEmpty else { return nil }
        return name.withUTF8 { tree.child(of: FieldTree.root, UnsafeRawBufferPointer($0)) }.flatMap { tree.target($0) == nil ? nil : $0 }
    }

    /// The column for the sum of another one.
    mutating func sum(of node: FieldTree.Node, _ tree: FieldTree) -> FieldTree.Node? {
        split("", tree.path(node) + ".sum", tree).node
    }

    private static func trimmed(_ device: String) -> String? {
        var device = device[...]
        while let last = device.last, "/:_.".contains(last) { device.removeLast() }
        return device.isEmpty ? nil : String(device)
    }
}

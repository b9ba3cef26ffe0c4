import CKernels
import Synchronization

extension Program {
    /// Sixteen hexadecimal digits that are equal for programs which give the same bits: a hash of the steps with their
    /// attributes, types, shards and phases, of the options, the instruction set and the version of oneDNN.
    ///
    /// Belongs into every checkpoint: a run that continues under another identity is not bit-exact.
    public var identity: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        func add(_ text: String) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        add(description)
        for step in plan.steps {
            switch step.work {
            case .node(let node): add("\(node.op)")
            case .group(let group): for node in group.nodes { add("\(node.op)") }
            default: break
            }
        }
        add("\(options)")
        add(String(cString: mk_isa_name()))
        if options.kernels == .native { add(OneDNN.shared?.version ?? "") }
        let text = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    private static let count = Atomic<Int>(0)

    /// Programs compiled so far in this process, lazy evaluations among them: a number that keeps rising in a loop shows
    /// shapes that change from step to step.
    public static var compilations: Int { count.load(ordering: .relaxed) }

    static func countCompilation() { count.add(1, ordering: .relaxed) }
}

public import Learning
import Synchronization

/// An `OnlineNet` that keeps the contract of online classifiers: a value that can be copied, written and read.
///
/// Copies share a net until one of them learns. The state holds the bundle as well, so it is read without one. Several threads may ask
/// one value; their answers are computed one after another.
public struct NetLearner: StreamLearner {
    public static let name = "net"

    /// A net and the lock of its working memory. `@unchecked Sendable`: the net is reached under the lock, or by the one who holds it alone.
    private final class Shared: @unchecked Sendable {
        let net: OnlineNet
        let packed: [UInt8]
        let lock = Mutex(())

        init(_ net: OnlineNet, _ packed: [UInt8]) {
            self.net = net
            self.packed = packed
        }

        /// A net of its own with the same state.
        func copied() -> Shared {
            lock.withLock { _ in
                do {
                    let copy = try OnlineNet(net.original, net.settings, goal: net.ports.goal)
                    var writer = StateWriter()
                    net.save(to: &writer)
                    var reader = StateReader(writer.bytes)
                    try copy.restore(from: &reader)
                    return Shared(copy, packed)
                } catch {
                    preconditionFailure("net: its own state is refused: \(error)")
                }
            }
        }
    }

    private var shared: Shared

    /// - Throws: `StreamError` if the bundle does not answer classes, or cannot be learned by these settings.
    public init(_ bundle: ModelBundle, _ settings: OnlineNetSettings = OnlineNetSettings()) throws {
        try self.init(OnlineNet(bundle, settings), packed: bundle.packed())
    }

    private init(_ net: OnlineNet, packed: [UInt8]) throws {
        guard case .classes = net.ports.goal else { throw StreamError("net", "answers no classes", at: net.original.name) }
        shared = Shared(net, packed)
    }

    public var features: Int { shared.net.ports.inputWidth }
    public var classes: Int { shared.net.ports.classes }

    public func score(_ row: [Float], into scores: inout [Float]) {
        checkShapes(row, scores)
        shared.lock.withLock { _ in
            guard shared.net.ports.accepts(row) else { return share(&scores) }
            shared.net.answer(row, into: &scores)
            if !shared.net.answersProbabilities { return softmax(&scores) }
            guard scores.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return share(&scores) }
            normalize(&scores)
        }
    }

    public mutating func learn(_ row: [Float], label: Int, weight: Float) {
        precondition(row.count == features, "net: a row of \(row.count), expected \(features)")
        if !isKnownUniquelyReferenced(&shared) { shared = shared.copied() }
        shared.net.learn(row, target: CollectionOfOne(Float(label)), weight: weight)
    }

    /// Says what must not be forgotten (`OnlineNet.anchor`).
    public mutating func anchor(on old: SampleSet) throws {
        if !isKnownUniquelyReferenced(&shared) { shared = shared.copied() }
        try shared.net.anchor(on: old)
    }

    /// The bundle with the parameters as they are now.
    public func bundle(training: TrainingRecord) throws -> ModelBundle {
        try shared.lock.withLock { _ in try shared.net.bundle(training: training) }
    }

    public var refused: Int { shared.net.refused }
    public var memoryLimit: Int { shared.net.memoryLimit + shared.packed.count }
    public var memoryBytes: Int { shared.net.memoryBytes + shared.packed.count }

    public func write(to writer: inout StateWriter) {
        writer.begin(Self.name)
        writer.write(shared.packed)
        writer.write(shared.net.settings)
        writer.write(shared.net.ports.goal)
        shared.lock.withLock { _ in shared.net.save(to: &writer) }
    }

    public init(from reader: inout StateReader) throws {
        try reader.begin(Self.name)
        let packed = try reader.numbers(UInt8.self, "bundle", limit: 1 << 30)
        let net = try OnlineNet(
            ModelBundle(packed: packed, memoryLimit: 1 << 30), try reader.state(OnlineNetSettings.self),
            goal: try reader.state(NetGoal.self))
        try net.restore(from: &reader)
        try self.init(net, packed: packed)
    }
}

import CGloo
internal import Formats

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Processes, on one host or several, that talk to each other: rank 0, 1, … of a world of so many.
///
///     let group = try ProcessGroup(rank: 1, world: 2, rendezvous: .address(host: "10.0.0.1", port: 29500))
///     let mean = try group.mean([loss])
///     try group.barrier()
///
/// All of them call the same methods in the same order. The traffic goes over TCP by the library gloo, which is loaded when the
/// first group is made; it is neither encrypted nor signed, so the network must be trusted. When a process ends, the others get an
/// error at once; when a host vanishes, or hangs, after the timeout. A group that failed once stays so: later calls give the same
/// error.
public final class ProcessGroup: Sendable {
    public let rank: Int
    public let world: Int
    public let settings: Settings
    private let queue: Waiting<Queue>
    /// Why the group can no longer be used.
    private let failure = Waiting<LearningError?>(nil)

    private struct Queue {
        var jobs: [@Sendable (Connection) -> Void] = []
        var isClosed = false
    }

    /// The native group; touched by the group's own thread alone.
    final class Connection: @unchecked Sendable {
        // @unchecked Sendable: handed to the thread when it starts, and used by it only.
        let api: mk_gloo_api
        var group: OpaquePointer?
        init(_ api: mk_gloo_api) { self.api = api }
    }

    /// Meets the other processes of the run; returns when all have come.
    ///
    /// - Parameter timeout: seconds after which an operation fails that other processes do not take part in.
    /// - Throws: if the shim over gloo is missing, or not all processes came within `Settings.connectTimeout`.
    public convenience init(rank: Int, world: Int, rendezvous: Rendezvous, interface: String? = nil, timeout: Double = 120) throws {
        try self.init(Settings(rank: rank, world: world, rendezvous: rendezvous, interface: interface, timeout: timeout))
    }

    /// Why no group can be made on this machine; nil where one can.
    public static var obstacle: String? {
        mk_gloo_load() == nil ? "the shim over gloo could not be loaded (\(String(cString: mk_gloo_reason()))): run make setup" : nil
    }

    public init(_ settings: Settings) throws {
        self.settings = settings
        (rank, world) = (settings.rank, settings.world)
        try settings.check()
        guard let functions = mk_gloo_load() else {
            throw LearningError("process group", Self.obstacle ?? "", at: "libmillrace_gloo.so")
        }
        if let parent = Environment.all[workerParentVariable].flatMap({ Int32($0) }) { mk_end_with_parent(parent) }
        let queue = Waiting(Queue())
        self.queue = queue
        Self.startThread(queue, Connection(functions.pointee))
        let settings = settings
        if case .folder(let path) = settings.rendezvous { try Files.makeFolder(path) }
        let problem: String? = perform { Self.connect($0, settings) }
        if let problem {
            var reason = problem
            if case .folder = settings.rendezvous, problem.lowercased().contains("time") {
                reason =
                    "not all came within \(Wording.number(settings.connectTimeout)) s; if an earlier run was killed here, empty the folder (\(problem))"
            }
            throw LearningError(
                "process group", "process \(rank) of \(world) did not meet the others: \(reason)", at: "\(settings.rendezvous)")
        }
    }

    deinit { queue.update { $0.isClosed = true } }

    // MARK: What processes do together

    /// The mean over all processes of each element.
    public func mean(_ values: [Float]) throws -> [Float] {
        let share = 1 / Float(world)
        return try sum(values).map { $0 * share }
    }

    /// The sum over all processes of each element; all get the same bits.
    public func sum(_ values: [Float]) throws -> [Float] {
        try call("sum of \(values.count) numbers", values) { connection, memory in
            memory.withMemoryRebound(to: Float.self) { connection.api.sum(connection.group, $0.baseAddress, Int64($0.count)) }
        }
    }

    /// The bytes that process 0 gives; the other processes' are ignored.
    public func broadcast(_ bytes: [UInt8]) throws -> [UInt8] {
        let length = try call("broadcast", [Int64(bytes.count)]) { connection, memory in
            connection.api.broadcast(connection.group, memory.baseAddress, Int64(memory.count))
        }[0]
        // What comes from the network is bounded before memory is taken for it.
        guard (0...Self.mostBytes).contains(Int(length)) else {
            throw LearningError("process group", "process 0 wants to send \(length) bytes", at: "broadcast")
        }
        if length == 0 { return [] }
        let own = rank == 0 ? bytes : [UInt8](repeating: 0, count: Int(length))
        return try call("broadcast of \(length) bytes", own) { connection, memory in
            connection.api.broadcast(connection.group, memory.baseAddress, Int64(memory.count))
        }
    }

    /// Waits until all processes have come here.
    public func barrier() throws {
        _ = try call("barrier", [UInt8]()) { connection, _ in connection.api.barrier(connection.group) }
    }

    /// What `broadcast` takes at most.
    static let mostBytes = 1 << 36

    // MARK: The group's thread

    /// Sums numbers in place beside the caller; `done` is called by the group's thread.
    ///
    /// - Parameter memory: stays as it is until `done`.
    func startSum(_ memory: UnsafeMutableBufferPointer<Float>, done: @escaping @Sendable (LearningError?) -> Void) {
        nonisolated(unsafe) let memory = memory
        submit { [self] connection in
            done(run("mean of gradients", connection) { $0.api.sum($0.group, memory.baseAddress, Int64(memory.count)) })
        }
    }

    private func submit(_ job: @escaping @Sendable (Connection) -> Void) { queue.update { $0.jobs.append(job) } }

    /// Runs on the group's thread and waits for the answer.
    private func perform<R: Sendable>(_ body: @escaping @Sendable (Connection) -> R) -> R {
        let answer = Waiting<R?>(nil)
        submit { connection in
            let result = body(connection)
            answer.update { $0 = result }
        }
        return answer.wait { $0 }
    }

    private func call<Element: Sendable>(
        _ what: String, _ values: [Element],
        _ body: @escaping @Sendable (Connection, UnsafeMutableRawBufferPointer) -> UnsafeMutablePointer<CChar>?
    ) throws -> [Element] {
        let (result, problem) = perform { [self] connection in
            var copy = values
            let problem = copy.withUnsafeMutableBytes { memory in run(what, connection) { body($0, memory) } }
            return (copy, problem)
        }
        if let problem { throw problem }
        return result
    }

    /// Calls the shim, unless it has failed before.
    private func run(_ what: String, _ connection: Connection, _ body: (Connection) -> UnsafeMutablePointer<CChar>?) -> LearningError? {
        if let known = failure.update({ $0 }) { return known }
        guard let text = body(connection) else { return nil }
        let reason = Self.plain(String(cString: text), timeout: settings.timeout)
        connection.api.free_text(text)
        let error = LearningError("process group", "process \(rank) of \(world): \(reason)", at: what)
        failure.update { $0 = error }
        return error
    }

    /// gloo's reason in words.
    private static func plain(_ reason: String, timeout: Double) -> String {
        let text = reason.lowercased()
        if text.contains("timed out") { return "another process did not take part within \(Wording.number(timeout)) s (\(reason))" }
        if ["closed by peer", "reset by peer", "broken pipe", "connection refused", "socket closed"].contains(where: text.contains) {
            return "another process has ended (\(reason))"
        }
        return reason
    }

    private static func connect(_ connection: Connection, _ settings: Settings) -> String? {
        var options = mk_gloo_options()
        options.rank = Int32(settings.rank)
        options.world = Int32(settings.world)
        options.connect_milliseconds = Int64(settings.connectTimeout * 1000)
        options.milliseconds = Int64(settings.timeout * 1000)
        var (folder, host) = ("", "")
        switch settings.rendezvous {
        case .folder(let path): folder = path
        case .address(let name, let port): (host, options.port) = (name, Int32(port))
        }
        return folder.withCString { folder in
            host.withCString { host in
                (settings.interface ?? "").withCString { interface in
                    options.folder = folder
                    options.host = host
                    options.interface = interface
                    guard let text = connection.api.connect(&options, &connection.group) else { return nil }
                    defer { connection.api.free_text(text) }
                    return String(cString: text)
                }
            }
        }
    }

    private final class Start: Sendable {
        let queue: Waiting<Queue>
        let connection: Connection
        init(_ queue: Waiting<Queue>, _ connection: Connection) {
            self.queue = queue
            self.connection = connection
        }

        func serve() {
            while true {
                let next: (job: (@Sendable (Connection) -> Void)?, isEnd: Bool) = queue.wait { queue in
                    if !queue.jobs.isEmpty { return (queue.jobs.removeFirst(), false) }
                    return queue.isClosed ? (nil, true) : nil
                }
                next.job?(connection)
                if next.isEnd { break }
            }
            if connection.group != nil { connection.api.close(connection.group) }
        }
    }

    private static func startThread(_ queue: Waiting<Queue>, _ connection: Connection) {
        let start = Unmanaged.passRetained(Start(queue, connection)).toOpaque()
        #if canImport(Darwin)
        var handle: pthread_t?
        pthread_create(
            &handle, nil,
            {
                Unmanaged<Start>.fromOpaque($0).takeRetainedValue().serve(); return nil
            }, start)
        if let handle { pthread_detach(handle) }
        #else
        var handle = pthread_t()
        pthread_create(
            &handle, nil,
            {
                Unmanaged<Start>.fromOpaque($0!).takeRetainedValue().serve(); return nil
            }, start)
        pthread_detach(handle)
        #endif
    }
}

/// The variable in which a launcher leaves its own process number.
let workerParentVariable = "MILLRACE_LAUNCHER"

/// Where the processes of a run meet.
public enum Rendezvous: Hashable, Sendable, CustomStringConvertible {
    /// A folder that all of them see, on one host or on a shared disk. Each run needs a folder of its own, or an empty one: after
    /// the meeting the files are removed, but a run that was killed while it met leaves some.
    case folder(String)
    /// Rank 0 listens there; the others come to it.
    case address(host: String, port: Int)

    /// Reads `host:port`, `[::1]:port`, `tcp://host:port`, `file:/folder` or the path of a folder.
    ///
    /// - Throws: if the port is no number from 1 to 65535, or nothing is left.
    public init(_ text: String) throws {
        func error(_ reason: String) -> LearningError { LearningError("rendezvous", reason, at: text) }
        if text.hasPrefix("file:") {
            var path = text.dropFirst(5)
            if path.hasPrefix("//") { path = path.dropFirst(2) }
            if path.isEmpty { throw error("names no folder") }
            self = .folder(String(path))
            return
        }
        let isTCP = text.hasPrefix("tcp://")
        let rest = isTCP ? text.dropFirst(6) : text[...]
        guard isTCP || !rest.contains("/"), let colon = rest.lastIndex(of: ":") else {
            if isTCP { throw error("needs a port, as in tcp://10.0.0.1:29500") }
            if text.isEmpty { throw error("is empty: give host:port or a folder") }
            self = .folder(text)
            return
        }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard let port = Int(rest[rest.index(after: colon)...]), (1...65535).contains(port) else {
            throw error("the port must be a number from 1 to 65535")
        }
        if host.isEmpty { throw error("names no host") }
        self = .address(host: String(host), port: port)
    }

    public var description: String {
        switch self {
        case .folder(let path): path
        case .address(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}

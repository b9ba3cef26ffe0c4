extension ProcessGroup {
    /// Who a process is among those of its run, and where they meet.
    public struct Settings: Hashable, Sendable {
        public var rank: Int
        public var world: Int
        public var rendezvous: Rendezvous
        /// The network interface, such as `eth0`, or the address of this host over which it talks; nil takes the way to the meeting place.
        public var interface: String?
        /// Seconds after which an operation fails that other processes do not take part in.
        public var timeout: Double
        /// Seconds within which all processes have to come.
        public var connectTimeout: Double

        public init(
            rank: Int, world: Int, rendezvous: Rendezvous, interface: String? = nil, timeout: Double = 120, connectTimeout: Double = 120
        ) {
            self.rank = rank
            self.world = world
            self.rendezvous = rendezvous
            self.interface = interface
            self.timeout = timeout
            self.connectTimeout = connectTimeout
        }

        /// What the options of a command and the environment say; nil where neither speaks of more than one process.
        ///
        /// Options come first. Without them rank and world are those of `launchWorkers` and torchrun (`RANK`, `WORLD_SIZE`), of mpirun
        /// (`OMPI_COMM_WORLD_RANK`, `OMPI_COMM_WORLD_SIZE`) or of Slurm (`SLURM_PROCID`, `SLURM_NTASKS`), and the meeting place is
        /// `MILLRACE_RENDEZVOUS`, or `MASTER_ADDR` and `MASTER_PORT`, or under Slurm the first host at a port that follows from the
        /// job's number. `MILLRACE_INTERFACE` names the interface and `MILLRACE_TIMEOUT` the seconds of both timeouts.
        ///
        /// - Parameter environment: nil takes that of this process.
        /// - Throws: if a number is none, only one of rank and world is given, or nothing says where to meet.
        public init?(rank: Int? = nil, world: Int? = nil, rendezvous: String? = nil, environment: [String: String]? = nil) throws {
            let environment = environment ?? Environment.all
            func number(_ name: String) throws -> Int? {
                guard let text = environment[name], !text.isEmpty else { return nil }
                guard let value = Int(text) else { throw LearningError("process group", "is no number: '\(text)'", at: name) }
                return value
            }
            var found = (rank: rank, world: world, source: "--rank and --world")
            let doors = [
                ("RANK", "WORLD_SIZE"), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("SLURM_PROCID", "SLURM_NTASKS"),
            ]
            if rank == nil, world == nil, let door = doors.first(where: { environment[$0.0] != nil && environment[$0.1] != nil }) {
                found = (try number(door.0), try number(door.1), "\(door.0) and \(door.1)")
            }
            if found.rank == nil, found.world == nil || found.world == 1 {
                if rendezvous == nil { return nil }
                throw LearningError("process group", "a meeting place is given, but no rank and world: add --rank and --world")
            }
            guard let rank = found.rank, let world = found.world else {
                throw LearningError("process group", "needs both rank and world", at: found.source)
            }
            if world == 1, rank == 0 { return nil }
            let interface = environment["MILLRACE_INTERFACE"].flatMap { $0.isEmpty ? nil : $0 }
            var seconds = 120.0
            if let text = environment["MILLRACE_TIMEOUT"] {
                guard let value = Double(text) else {
                    throw LearningError("process group", "is no number: '\(text)'", at: "MILLRACE_TIMEOUT")
                }
                seconds = value
            }
            let place: Rendezvous
            if let text = rendezvous ?? environment["MILLRACE_RENDEZVOUS"] {
                place = try Rendezvous(text)
            } else if let host = environment["MASTER_ADDR"], let port = try number("MASTER_PORT") {
                place = try Rendezvous("tcp://\(host.contains(":") ? "[\(host)]" : host):\(port)")
            } else if let list = environment["SLURM_STEP_NODELIST"] ?? environment["SLURM_JOB_NODELIST"],
                let job = try number("SLURM_JOB_ID"),
                let host = Self.firstHost(list)
            {
                place = .address(host: host, port: 20_000 + abs(job % 20_000))
            } else {
                throw LearningError(
                    "process group",
                    "nothing says where its \(world) processes meet: give --rendezvous host:port (of rank 0) or a folder that all of them see"
                )
            }
            self.init(
                rank: rank, world: world, rendezvous: place, interface: interface, timeout: seconds, connectTimeout: seconds)
            try check()
        }

        /// The first host of Slurm's list, such as `node07` of `node[07-12,20],big1`.
        static func firstHost(_ list: String) -> String? {
            guard let end = list.firstIndex(where: { $0 == "," || $0 == "[" }) else { return list.isEmpty ? nil : list }
            let prefix = list[..<end]
            if list[end] == "," { return prefix.isEmpty ? nil : String(prefix) }
            let rest = list[list.index(after: end)...]
            guard let close = rest.firstIndex(of: "]") else { return nil }
            let number = rest[..<close].prefix { $0 != "-" && $0 != "," }
            let suffix = rest[rest.index(after: close)...].prefix { $0 != "," }
            return number.isEmpty ? nil : String(prefix + number + suffix)
        }

        func check() throws {
            func refuse(_ reason: String) -> LearningError { LearningError("process group", reason) }
            guard (1...4096).contains(world) else { throw refuse("a world has 1 to 4096 processes, not \(world)") }
            guard (0..<world).contains(rank) else { throw refuse("the ranks of \(world) processes are 0 to \(world - 1), not \(rank)") }
            guard timeout > 0, connectTimeout > 0, timeout <= 86_400, connectTimeout <= 86_400 else {
                throw refuse("timeouts are more than 0 and at most 86400 seconds")
            }
        }
    }
}
